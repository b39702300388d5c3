"""The kinds of messages about another date or another person, and the words they are written with."""

from training.bookings.mail import FACTS, MANAGE
from training.core.messages import register_kind

MOVED_AWAY = register_kind(
    "bookings.moved-away",
    "Place on another date given up",
    "((soon))Your place on this date is given up: ((title)), ((first_day))",
    """
Hello ((name)),

You have a place on the other date of ((title)), so your place on this date is given up.

((dates))

((late))

Booking reference: ((reference))
""",
)

WAITING_TO_MOVE = register_kind(
    "bookings.waiting-to-move",
    "Waiting to move to another date",
    "You are waiting to move to ((first_day)): ((title))",
    f"""
Hello ((name)),

You asked to move to another date of ((title)), which is full. You keep your place on ((kept_day)) until one is free \
here. ((position))

{FACTS}
((passing_on))

When you get a place here, your place on ((kept_day)) is given up. If you would rather keep it, leave this waiting list.
{MANAGE}
""",
)

REPLACED = register_kind(
    "bookings.replaced",
    "Place passed to a colleague",
    "((soon))((colleague)) takes your place: ((title)), ((first_day))",
    """
Hello ((name)),

((colleague)) takes your place on ((title)). We have written to them. You do not need to do anything.

((dates))

Booking reference: ((reference))
""",
)

SENT_BY_COLLEAGUE = register_kind(
    "bookings.sent-by-colleague",
    "Booked in place of a colleague",
    "((soon))You take the place of ((colleague)): ((title)), ((first_day))",
    f"""
Hello ((name)),

((colleague)) cannot come to ((title)) and named you to take the place. You are booked.
{FACTS}
((notes))

# If that is not right
If you cannot come, or this is not about you, please cancel the booking below or reply to this message, so that \
somebody else can have the place.
{MANAGE}
((cancelling))

((calendar_note))
""",
)

WAITING_FOR_COURSE = register_kind(
    "bookings.waiting-for-course",
    "Waiting for a course",
    "You are waiting for a place: ((title))",
    """
Hello ((name)),

You are waiting for a place on ((title)).

((chosen))

((new_dates))

As soon as one of the dates gives you a place, we write to you and you leave the other lists.

See or change what you wait for:
((manage))
""",
)

NEW_DATE = register_kind(
    "bookings.new-date",
    "New date of a course somebody waits for",
    "There is a new date: ((title)), ((first_day))",
    """
Hello ((name)),

You asked us to tell you about new dates of ((title)). This one can be booked now:

((dates))

Where: ((place))

Book it here:
((session))

See or change what you wait for:
((manage))
""",
)
