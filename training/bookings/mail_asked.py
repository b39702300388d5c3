"""The kinds of messages about agreement that is asked for, and the words they are written with."""

from training.bookings.mail import FACTS, MANAGE
from training.core.messages import Audience, register_kind

_ANSWER = """
((dates))

Where: ((place))

((standing))

# Please answer by ((until))
Say yes or no here; you do not need an account:
((answer))

((code_line))

If we do not hear from you by then, ((otherwise)). The link is for you alone: please do not pass it on. If somebody \
else decides, say so on its page.
"""

AGREEMENT_ASKED = register_kind(
    "bookings.agreement-asked",
    "Manager asked for agreement",
    "Can ((who)) go? ((title)), ((first_day))",
    f"""
((hello))

((who)) asked for a place on ((title)), and names you as line manager. They need your agreement.
{_ANSWER}
""",
    to=Audience.MANAGER,
    requires=("who", "until"),
)

AGREEMENT_ASKED_OF_LEAD = register_kind(
    "bookings.agreement-asked-lead",
    "Lead asked for agreement, in place of the manager",
    "Can ((who)) go? ((title)), ((first_day))",
    """
((hello))

((who)) asked for a place on ((title)). ((why)), so we ask you, as the training lead of their agency.

((dates))

Where: ((place))

((standing))

# Please answer by ((until))
Say yes or no here:
((answer))

((code_line))

You find everything that waits for you at ((list page)). If we do not hear from anybody by then, ((otherwise)). The \
link is for you alone: please do not pass it on.
""",
    to=Audience.LEAD,
    requires=("who", "until"),
)

AGREEMENT_ASKED_OF_DEPUTY = register_kind(
    "bookings.agreement-asked-deputy",
    "Deputy of the manager asked for agreement",
    "Can ((who)) go? ((title)), ((first_day))",
    """
((hello))

((who)) asked for a place on ((title)), and needs the agreement of their line manager. ((manager)) says that you \
decide in their place.

((dates))

Where: ((place))

((standing))

# Please answer by ((until))
Say yes or no, or that it is not for you to say, here; you do not need an account:
((answer))

((code_line))

If we do not hear from anybody by then, ((otherwise)). The link is for you alone: please do not pass it on.
""",
    to=Audience.MANAGER,
    requires=("who", "until"),
)

AGREEMENT_REMINDED = register_kind(
    "bookings.agreement-reminded",
    "Manager reminded to answer",
    "Reminder, answer by ((until)): can ((who)) go to ((title))?",
    f"""
((hello))

We have not heard from you yet: ((who)) asked for a place on ((title)) and needs your agreement. If you have answered \
meanwhile, there is nothing more to do.
{_ANSWER}
""",
    to=Audience.MANAGER,
    requires=("who", "until"),
)

DEPUTY_TO_CONFIRM = register_kind(
    "bookings.deputy-to-confirm",
    "Lead asked about a deputy of a manager",
    "Does ((deputy)) decide for ((who))?",
    """
((hello))

((manager)) was asked whether ((who)) may go to ((title)), and says that ((deputy)), ((address)), decides in their \
place. That address is not one of your agency’s.

Say whether it is right, or answer yourself, by ((until)):
((list page))

Nothing is sent to that address before you say so.
""",
    to=Audience.LEAD,
    requires=("address",),
)

AGREEMENT_CLOSED = register_kind(
    "bookings.agreement-closed",
    "Manager told that the time to agree is over",
    "The time to answer is over: ((who)), ((title))",
    """
((hello))

We asked you whether ((who)) may go to ((title)) on ((first_day)) and did not hear from anybody in time, so ((outcome)).

There is nothing you need to do. If they should come, they can ask again while there are places:
((session))
""",
    to=Audience.MANAGER,
    requires=("who",),
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

DECLINED = register_kind(
    "bookings.declined",
    "Manager said no",
    "((soon))You cannot go this time: ((title)), ((first_day))",
    """
Hello ((name)),

You asked for a place on ((title)). ((by_whom))

Reason given: ((reason))

((dates))

If this is a surprise, please speak with them. If it changes, you can ask again while there are places:
((session))

Booking reference: ((reference))
""",
    requires=("reason",),
)

AGREEMENT_LAPSED = register_kind(
    "bookings.agreement-lapsed",
    "Nobody agreed in time",
    "((soon))Nobody answered in time: ((title)), ((first_day))",
    """
Hello ((name)),

We asked ((whom)) whether you may go to ((title)), and did not hear from anybody by ((until)). ((outcome))

((dates))

Nobody has said no. Please speak with your line manager; if you may go, you can ask again while there are places:
((session))

Booking reference: ((reference))
""",
    requires=("outcome",),
)
