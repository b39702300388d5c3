"""The kinds of weekly digests: for leads, trainers and the training team."""

from training.core.messages import Audience, register_kind
from training.homes.models import DigestKind

_BODY = """
Hello ((name)),

((news))

# Where to go on
((page))

You get this message on Monday mornings, when there is something to say. To turn it off:
((off page))
"""

DIGESTS = {
    DigestKind.LEAD: register_kind(
        "homes.digest-lead",
        "Weekly digest for leads",
        "Your agency’s training this week: ((summary))",
        _BODY,
        to=Audience.LEAD,
        requires=("news",),
    ),
    DigestKind.TRAINER: register_kind(
        "homes.digest-trainer",
        "Weekly digest for trainers",
        "What you teach: ((summary))",
        _BODY,
        to=Audience.TRAINER,
        requires=("news",),
    ),
    DigestKind.DESK: register_kind(
        "homes.digest-desk",
        "Weekly digest for the training team",
        "What needs you this week: ((summary))",
        _BODY,
        to=Audience.DESK,
        requires=("news",),
    ),
}
