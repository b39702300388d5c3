"""The kinds of messages about what somebody asked the training team when they booked."""

from training.core.messages import register_kind

_ASKED = """
When you were booked on ((title)), ((first_day)), this was asked:

((asked))
"""

ANSWERED = register_kind(
    "bookings.question-answered",
    "Question about a booking answered",
    "Your question about ((title)), ((first_day))",
    f"""
Hello ((name)),
{_ASKED}
# Our answer
((words))

Your booking stays as it is. See, change or cancel it:
((manage))

Booking reference: ((reference))
""",
    requires=("title",),
)

WROTE_BACK = register_kind(
    "bookings.question-written-back",
    "The training team asks about a booking",
    "About your booking: ((title)), ((first_day))",
    f"""
Hello ((name)),
{_ASKED}
# We would like to know
((words))

Your booking stays as it is while you answer. Answer on the page of your booking:
((manage))

Booking reference: ((reference))
""",
    requires=("title",),
)
