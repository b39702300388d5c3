"""The kinds of messages about an allotment, and the words they are written with."""

from training.bookings.mail import FACTS, MANAGE
from training.core.messages import register_kind

HAS_PLACE = register_kind(
    "allotment.has-place",
    "Application: has a place",
    "((soon))You have a place: ((title)), ((first_day))",
    f"""
Hello ((name)),

You applied for ((title)), and you have a place. ((standing))

Why: ((why))
{FACTS}
((notes))
{MANAGE}
((cancelling))

((calendar_note))
""",
    requires=("why", "manage"),
)

NO_PLACE = register_kind(
    "allotment.no-place",
    "Application: no place yet",
    "No place yet: ((title)), ((first_day))",
    f"""
Hello ((name)),

You applied for ((title)). There were more applications than places, and you have no place yet. You are on the waiting \
list.

Why: ((why))

((passing_on))
{FACTS}
If you would rather not wait, leave the list here:
((manage))
""",
    requires=("why", "manage"),
)

DECIDED_OTHERWISE = register_kind(
    "allotment.decided-otherwise",
    "Application: decided otherwise",
    "((soon))Your place has changed: ((title)), ((first_day))",
    f"""
Hello ((name)),

The training team decided otherwise about your application for ((title)). ((standing))

Why: ((why))
{FACTS}
{MANAGE}
((calendar_note))
""",
    requires=("why", "manage"),
)
