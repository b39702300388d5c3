"""The kinds of messages about a session that is moved or called off, to people who booked and to venues."""

from training.bookings.mail import INVITE_NOTE, PLACE_AND_TIME
from training.core.messages import Audience, register_kind

DATE_MOVED = register_kind(
    "changes.date-moved",
    "Session on another date",
    "((soon))New date: ((title)), ((first_day)). Can you come?",
    f"""
Hello ((name)),

((title)) is on another date. ((standing))

# What changed
((differences))

# How it is now
{PLACE_AND_TIME}
Booking reference: ((reference))

((notes))

# Can you come?
Say that you can come, ask for another date, or give your place back, here:
((answer))

((code_line))

Your place is kept until we hear from you. Giving it back never counts as late.

See, change or cancel your booking:
((manage))
{INVITE_NOTE}
""",
)

MOVED_TO_OTHER = register_kind(
    "changes.moved-to-other",
    "Session called off, with another date",
    "((soon))Called off: ((title)), ((first_day)). Can you come on ((other_day))?",
    """
Hello ((name)),

This session will not take place: ((title)).

((dates))

Reason: ((reason))

# Another date
((instead))

((other_dates))

Where: ((other_place))

# Can you come?
Say that you can come, ask for another date, or give it back, here:
((answer))

((code_line))

Giving it back never counts as late.

Booking reference: ((other_reference))
""",
)

LEFT_OVER = register_kind(
    "changes.left-over",
    "Back to the waiting list: fewer places",
    "((soon))You are back on the waiting list: ((title)), ((first_day))",
    f"""
Hello ((name)),

We are sorry: ((title)) has fewer places now, and your place is one of those that fall away. You are on the waiting \
list, and go before everybody who asked to be on it.

Reason: ((reason))
{PLACE_AND_TIME}
Booking reference: ((reference))

If a place becomes free, you are next. If that is no use to you, you can leave the list; that never counts as late:
((manage))
""",
)

VENUE_CHANGED = register_kind(
    "changes.venue-changed",
    "Session moved, to its venue",
    "((soon))Changed: our session at ((venue)), ((first_day))",
    """
Hello ((name)),

A session that we hold at ((venue)) has changed: ((title)).

# What changed
((differences))

# How it is now
((dates))

Please tell us if this does not suit you, by replying to this message.

Reference: ((reference))
""",
    to=Audience.VENUE,
)

VENUE_RELEASED = register_kind(
    "changes.venue-released",
    "Session called off or held elsewhere, to its venue",
    "((soon))No longer needed: ((venue)), ((first_day))",
    """
Hello ((name)),

We no longer need ((venue)) for this session: ((title)). ((why))

((dates))

Please keep nothing ready for us then. If this surprises you, reply to this message.

Reference: ((reference))
""",
    to=Audience.VENUE,
)
