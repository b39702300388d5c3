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

MOVE_ENDED = register_kind(
    "bookings.move-ended",
    "No longer waiting to move",
    "You are no longer waiting to move to ((first_day)): ((title))",
    """
Hello ((name)),

You were waiting to move to this date of ((title)). No place became free before your place on ((kept_day)) began, so \
we have taken you off its waiting list.

((dates))

If you would still like to come on this date, ask for it here:
((session))
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

WAIT_ENDED = register_kind(
    "bookings.wait-ended",
    "No longer waiting for a course",
    "You are no longer waiting for a place: ((title))",
    """
Hello ((name)),

You were waiting for a place on ((title)). None of the dates that you waited for is still to come, so your wait has \
ended. We are sorry that there was no place for you. We keep in mind that people waited when we plan the next dates.

See the dates of the course, or wait for it again:
((course))
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
