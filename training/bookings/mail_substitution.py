"""The kinds of messages about a colleague who takes a place, and the words they are written with."""

from training.bookings.mail import FACTS, MANAGE
from training.core.messages import register_kind

REPLACED = register_kind(
    "bookings.replaced",
    "Place passed to a colleague",
    "((soon))((colleague)) takes your place: ((title)), ((first_day))",
    """
Hello ((name)),

((colleague)) takes your place on ((title)). We have written to them. You do not need to do anything, and it does not \
count as late. If they tell us that they do not come, we write to you.

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

((named_by)) You are booked on ((title)).
{FACTS}
((notes))

((booked_by))

{MANAGE}
((cancelling))

((calendar_note))
""",
)

SENT_TO_BE_AGREED = register_kind(
    "bookings.sent-to-be-agreed",
    "Named in place of a colleague, to be agreed",
    "((soon))A place is kept for you instead of ((colleague)): ((title)), ((first_day))",
    f"""
Hello ((name)),

((named_by)) We have asked ((whom)) whether you may go to ((title)), and keep the place for you until ((until)).
{FACTS}

((booked_by))

{MANAGE}
""",
)

NOT_TAKEN = register_kind(
    "bookings.not-taken",
    "Colleague does not take the place",
    "((soon))Your colleague does not come: ((title)), ((first_day))",
    """
Hello ((name)),

The colleague who was named to take your place on ((title)) has told us that they do not come. The place goes to \
somebody else; you do not need to do anything.

((dates))

If you can come after all, see whether there is a place:
((session))
""",
)
