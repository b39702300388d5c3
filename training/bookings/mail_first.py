"""The kinds of messages to somebody who books without being signed in, and the words they are written with."""

from training.core.messages import Audience, register_kind

FIRST_CODE = register_kind(
    "bookings.first-code",
    "Code to confirm an address and book",
    "Your code to book: ((title)), ((first_day))",
    """
Hello ((name)),

Your code is ((code))

Type it on the page on which you asked for it, until ((until)). It works once.

((standing))

((title))

((dates))

Where: ((place))

((known))

If you did not ask for this, do nothing, and give the code to nobody. Nothing is booked without it.
""",
    for_owner_only=True,
    to=Audience.OWNER,
    is_fixed=True,
)

FIRST_CLOSED = register_kind(
    "bookings.first-closed",
    "No code, for the account is closed",
    "You cannot book with this address at present",
    """
Hello ((name)),

Somebody, probably you, asked to book ((title)) with this address. Its account has been closed, so there is no code \
and nothing was booked.

If you need the account, write to the training team: ((contact))
""",
    to=Audience.OWNER,
    is_fixed=True,
)
