"""The kinds of messages to trainers about the sessions they teach, or are asked to."""

from training.bookings.mail import INVITE_NOTE, PLACE_AND_TIME
from training.core.messages import Audience, register_kind

_FACTS = f"""
{PLACE_AND_TIME}
Reference: ((reference))
"""

_REQUEST = """
Hello ((name)),

Can you teach ((title))? We ask you as ((part)).

((again))

((several))

((edition))

((dates))

Where: ((place))

# Your answer
Say whether you can do it, here:
((answer))

((code_line))

((whose))

Reference: ((reference))
"""

TRAINER_ASKED = register_kind(
    "bookings.trainer-asked",
    "Trainer asked",
    "((soon))Can you teach: ((title)), ((first_day))?",
    _REQUEST,
    for_owner_only=True,
    to=Audience.TRAINER,
    requires=("dates",),
)

TRAINER_ASKED_FOR = register_kind(
    "bookings.trainer-asked-for",
    "Trainer without an address asked",
    "((soon))Can you teach: ((title)), ((first_day))?",
    _REQUEST,
    to=Audience.TRAINER,
    requires=("dates",),
)

TRAINER_CHANGED = register_kind(
    "bookings.trainer-changed",
    "Session changed, to a trainer",
    "((soon))Changed: ((title)), ((first_day))",
    f"""
Hello ((name)),

A session you teach has changed: ((title)).

# What changed
((differences))

# How it is now
{_FACTS}
((notes))

If you can no longer come, please tell us at once by replying to this message; declining the invitation in your \
calendar is not enough.
{INVITE_NOTE}
""",
    to=Audience.TRAINER,
    requires=("dates",),
)

TRAINER_INVITED = register_kind(
    "bookings.trainer-invited",
    "Trainer’s calendar entry",
    "You are teaching: ((title)), ((first_day))",
    f"""
Hello ((name)),

Thank you for teaching ((title)). You are down as ((part)).
{_FACTS}
((notes))

((way_in))

If you can no longer come, please tell us at once by replying to this message; declining the invitation in your \
calendar is not enough.
{INVITE_NOTE}
""",
    to=Audience.TRAINER,
    requires=("dates",),
)

GUEST_WAY_IN = register_kind(
    "bookings.guest-way-in",
    "Guest trainer’s link",
    "Who is coming, and your register: ((title)), ((first_day))",
    """
Hello ((name)),

You teach ((title)) and need no account for it. Who is coming, what they need, and the register to take on the day are \
here:
((answer))

((code_line))

The link is for you alone: please do not pass it on. It works until ((until)).

((dates))

Where: ((place))

Reference: ((reference))
""",
    for_owner_only=True,
    to=Audience.TRAINER,
    requires=("dates",),
)

TRAINER_CANCELLED = register_kind(
    "bookings.trainer-cancelled",
    "Trainer no longer needed",
    "((soon))You are no longer teaching: ((title)), ((first_day))",
    """
Hello ((name)),

You are no longer down to teach this session: ((title)).

((dates))

There is nothing you need to do. If this surprises you, reply to this message.

Reference: ((reference))
""",
    to=Audience.TRAINER,
)
