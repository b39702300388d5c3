"""The kinds of messages about agreement that is asked for, and the words they are written with."""

from training.bookings.mail import FACTS, MANAGE
from training.core.messages import register_kind

AGREEMENT_ASKED = register_kind(
    "bookings.agreement-asked",
    "Manager asked for agreement",
    "Can ((who)) go? ((title)), ((first_day))",
    """
((hello))

((who)) asked for a place on ((title)). It is theirs if you agree.

((dates))

Where: ((place))

# Please answer by ((until))
Say yes or no here; you do not need an account:
((answer))

((code_line))

If we do not hear from you by then, the place goes to somebody else. The link is for you alone: please do not \
pass it on.
""",
)

AWAITING = register_kind(
    "bookings.awaiting",
    "Place kept until the manager agrees",
    "((soon))A place is kept for you until your manager agrees: ((title)), ((first_day))",
    f"""
Hello ((name)),

A place on ((title)) is kept for you. We have asked ((whom)), who ((has)) until ((until)) to agree. You are booked as \
soon as they do.

((booked_by))
{FACTS}
There is nothing you need to do. If you know that the answer takes long, please remind them.
{MANAGE}
((cancelling))
""",
)
