"""The kinds of messages before a session: joining instructions with a question, and a plain reminder."""

from training.bookings.mail import PLACE_AND_TIME
from training.core.messages import register_kind

JOINING = register_kind(
    "bookings.joining",
    "Joining instructions, with “still coming?”",
    "((soon))Are you still coming? ((title)), ((first_day))",
    f"""
Hello ((name)),

You are booked on ((title)). Here is what you need to know.
{PLACE_AND_TIME}
((getting_there))

((notes))

# Are you still coming?
((question))
((answer))

((code_line))

((cancelling))

Booking reference: ((reference))

See your booking:
((manage))
""",
)

REMINDER = register_kind(
    "bookings.reminder",
    "Reminder before the session",
    "((soon))((title)), ((first_day))",
    f"""
Hello ((name)),

This is a reminder: you are booked on ((title)).
{PLACE_AND_TIME}
((getting_there))

((notes))

((cancelling))

Booking reference: ((reference))

See or cancel your booking:
((manage))
""",
)
