"""The kinds of messages to trainers around what they teach, and to the desk about who cannot come and who was found."""

from training.bookings.mail import PLACE_AND_TIME
from training.core.messages import Audience, register_kind

_FACTS = f"""
{PLACE_AND_TIME}
Reference: ((reference))
"""

_REMINDER_OF_REQUEST = """
Hello ((name)),

We asked whether you can teach ((title)), as ((part)), and have not heard from you.

((edition))

((dates))

Where: ((place))

# Your answer
Say whether you can do it, here. A no helps us too:
((answer))

((code_line))

((whose))

Reference: ((reference))
"""

REMINDED = register_kind(
    "pool.trainer-reminded",
    "Trainer reminded of a request",
    "((soon))We have not heard from you: ((title)), ((first_day))",
    _REMINDER_OF_REQUEST,
    for_owner_only=True,
    to=Audience.TRAINER,
    requires=("dates",),
)

REMINDED_FOR = register_kind(
    "pool.trainer-reminded-for",
    "Trainer without an address reminded of a request",
    "((soon))We have not heard from you: ((title)), ((first_day))",
    _REMINDER_OF_REQUEST,
    to=Audience.TRAINER,
    requires=("dates",),
)

NOT_NEEDED = register_kind(
    "pool.request-closed",
    "Trainer’s request closed",
    "((soon))No answer needed any more: ((title)), ((first_day))",
    """
Hello ((name)),

We asked whether you can teach ((title)).

((why))

((dates))

You need do nothing. Thank you for being there to ask.

Reference: ((reference))
""",
    to=Audience.TRAINER,
    requires=("why",),
)

_PACK = f"""
Hello ((name)),

You teach ((title)) as ((part)). This is what you need for it.
{_FACTS}
((venue))

((notes))

# With you
((others))

# Who is coming
((coming))

((needs))

# What people should take away
((outcomes))

((edition))

# The register
((way_in))

((code_line))

If you can no longer come, please tell us at once:
((cannot))
"""

PACK = register_kind(
    "pool.trainer-pack",
    "Trainer’s pack",
    "((soon))Your pack: ((title)), ((first_day))",
    _PACK,
    for_owner_only=True,
    to=Audience.TRAINER,
    requires=("dates", "coming", "cannot"),
)

PACK_FOR = register_kind(
    "pool.trainer-pack-for",
    "Pack of a trainer without an address",
    "((soon))Your pack: ((title)), ((first_day))",
    _PACK,
    to=Audience.TRAINER,
    requires=("dates", "coming", "cannot"),
)

DAY_BEFORE = register_kind(
    "pool.trainer-day-before",
    "Trainer’s reminder",
    "((soon))You teach: ((title)), ((first_day))",
    f"""
Hello ((name)),

A reminder that you teach ((title)) as ((part)). ((booked))
{_FACTS}
((notes))

If you can no longer come, please tell us at once, also by telephone:
((cannot))
""",
    to=Audience.TRAINER,
    requires=("dates", "cannot"),
)

CANNOT_COME = register_kind(
    "pool.trainer-cannot-come",
    "A trainer cannot come, to the desk",
    "((soon))((trainer)) cannot teach: ((title)), ((first_day))",
    """
((trainer)) was to teach ((title)) as ((part)) and cannot come.

((reason))

((dates))

Where: ((place))

((still))

((telephone))

# Find somebody
Who may teach this course and is free, and how to call it off, move it or hold it online:
((find))

Reference: ((reference))
""",
    to=Audience.DESK,
    requires=("trainer", "find"),
)

SEARCH_TOLD = register_kind(
    "pool.search-told",
    "How a search for a trainer stands, to the desk",
    "((soon))((outcome)): ((title)), ((first_day))",
    """
((sentence))

((dates))

Where: ((place))

# This session
((find))

Reference: ((reference))
""",
    to=Audience.DESK,
    requires=("sentence", "find"),
)
