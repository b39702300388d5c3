"""The kinds of messages to trainers about the sessions they teach."""

from training.bookings.mail import INVITE_NOTE, PLACE_AND_TIME
from training.core.messages import register_kind

_FACTS = f"""
{PLACE_AND_TIME}
Reference: ((reference))
"""

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

See the session and who is coming:
((manage))

If you can no longer come, please tell us at once by replying to this message; declining the invitation in your \
calendar is not enough.
{INVITE_NOTE}
""",
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
)
