"""The kinds of messages about reserved places, and the words they are written with."""

from training.core.messages import Audience, register_kind

_WHERE = """
((dates))

Where: ((place))

Name who comes, or give places back, here:
((reservation page))

Reservation: ((reference))
"""

RESERVED = register_kind(
    "groups.reserved",
    "Places reserved",
    "((places)) reserved for ((agency)): ((title)), ((first_day))",
    f"""
Hello ((name)),

((places)) on ((title)) ((is)) reserved for ((agency)). Reserved by: ((who)). Please name \
who comes by the end of ((last_day)). Places without a name then go to whoever waits.
{_WHERE}
""",
    to=Audience.LEAD,
    requires=("places", "last_day", "agency"),
)

CHANGED = register_kind(
    "groups.reservation-changed",
    "Reserved places changed",
    "Changed: ((places)) reserved for ((agency)): ((title)), ((first_day))",
    f"""
Hello ((name)),

The training team has changed what is reserved for ((agency)) on ((title)). It is now ((places)), to be named \
by the end of ((last_day)). Places without a name then go to whoever waits.
{_WHERE}
""",
    to=Audience.LEAD,
    requires=("places", "last_day", "agency"),
)

NAMES_MISSING = register_kind(
    "groups.names-missing",
    "Names missing for reserved places",
    "((places)) without a name by ((last_day)): ((title))",
    f"""
Hello ((name)),

((places)) reserved for ((agency)) on ((title)) ((is)) still without a name. What is not named by the end \
of ((last_day)) goes to whoever waits.
{_WHERE}
""",
    to=Audience.LEAD,
    requires=("places", "last_day", "agency"),
)

WENT_BACK = register_kind(
    "groups.went-back",
    "Reserved places went back",
    "((places)) went back: ((title)), ((first_day))",
    """
Hello ((name)),

((places)) reserved for ((agency)) on ((title)) had no name in time, and went back for others. Those you named keep \
their places.

((dates))

If you still want to send somebody, book them as usual, while there are places:
((session page))

Reservation: ((reference))
""",
    to=Audience.LEAD,
    requires=("places", "agency"),
)
