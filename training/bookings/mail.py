"""The kinds of messages about bookings, and the words they are written with."""

from training.core.messages import register_kind

PLACE_AND_TIME = """
((dates))

Where: ((place))

((join))
"""

FACTS = f"""
{PLACE_AND_TIME}
Booking reference: ((reference))
"""

MANAGE = """
See, change or cancel your booking:
((manage))
"""

INVITE_NOTE = """
((calendar_note))
"""

CALENDAR_NOTE = (
    "This message puts the session in your calendar. If your calendar does not show it, answer the invitation once: "
    "Google Calendar keeps an invitation from a sender it does not know in the message until you do."
)
SEVERAL_DAYS_NOTE = (
    "Each day comes to your calendar in a message of its own. If your calendar does not show them, answer each "
    "invitation once: Google Calendar keeps an invitation from a sender it does not know in the message until you do."
)
DECLINING_NOTE = "Declining an invitation does not cancel your place. To cancel, use the address above."

LATE = "It was given up after {}, so it counts as late."

PASSED_ON = (
    "If a place becomes free in good time you will be booked and told at once, with an entry for your calendar. Nearer "
    "the day you will be offered the place and asked whether you can still come."
)
TAKEN_BY_ONESELF = (
    "The session is too near for free places to be passed on by themselves. If one becomes free, you can take it at "
    "the address below."
)

CONFIRMATION = register_kind(
    "bookings.confirmation",
    "Booking confirmed",
    "You are booked: ((title)), ((first_day))",
    f"""
Hello ((name)),

You are booked on ((title)).

((booked_by))
{FACTS}
((notes))
{MANAGE}
((cancelling))
{INVITE_NOTE}
""",
    requires=("dates", "place"),
)

APPLIED = register_kind(
    "bookings.applied",
    "Application received",
    "We have your application: ((title)), ((first_day))",
    f"""
Hello ((name)),

You have applied for a place on ((title)). Places are given out after ((closes)), so that every agency has a fair \
share. It does not matter who applied first. We will write to you then, with the reason.

((booked_by))
{FACTS}
{MANAGE}
""",
)

WAITING = register_kind(
    "bookings.waiting",
    "On the waiting list",
    "You are on the waiting list: ((title)), ((first_day))",
    f"""
Hello ((name)),

((title)) is full. You are on the waiting list. ((position))

((booked_by))
{FACTS}
((passing_on))
{MANAGE}
""",
)

PROMOTED = register_kind(
    "bookings.promoted",
    "Place from the waiting list",
    "((soon))A place became free and you are booked: ((title)), ((first_day))",
    f"""
Hello ((name)),

A place became free and you are now booked on ((title)).
{FACTS}
((notes))

If you can no longer come, please cancel now, so that the next person can have the place.
{MANAGE}
((cancelling))
{INVITE_NOTE}
""",
    requires=("dates", "place"),
)

OFFERED = register_kind(
    "bookings.offered",
    "Place offered",
    "((soon))A place is held for you until ((until)): ((title))",
    """
Hello ((name)),

A place became free on ((title)), and you are next on the waiting list. It is held for you until ((until)).

((dates))

Where: ((place))

# Can you come?
Take the place, or leave it to the next person, here:
((answer))

If the link does not open, type the code ((code)) at ((code_page))

If we do not hear from you by then, the place goes to the next person and you leave the waiting list.

Booking reference: ((reference))
""",
    requires=("until", "dates"),
)

OFFER_LAPSED = register_kind(
    "bookings.offer-lapsed",
    "Offer ran out",
    "The offer of a place has run out: ((title)), ((first_day))",
    """
Hello ((name)),

We did not hear from you, so the place we held for you on ((title)) has gone to the next person. You are no longer \
on the waiting list.

If you would still like to come you can ask for a place again:
((session))

Booking reference: ((reference))
""",
)

CANCELLED = register_kind(
    "bookings.cancelled",
    "Booking cancelled",
    "((soon))Your booking is cancelled: ((title)), ((first_day))",
    """
Hello ((name)),

Your booking on ((title)) is cancelled. ((by_whom))

((reason))

((dates))

((late))

If your plans change you can book again:
((session))

Booking reference: ((reference))
""",
)

CALLED_OFF = register_kind(
    "bookings.called-off",
    "Session called off",
    "((soon))Called off: ((title)), ((first_day))",
    """
Hello ((name)),

This session will not take place: ((title)).

((dates))

Reason: ((reason))

There is nothing you need to do. Other dates, when there are any, are here:
((course))

Reference: ((reference))
""",
    requires=("dates",),
)

CHANGED = register_kind(
    "bookings.changed",
    "Session changed",
    "((soon))Changed: ((title)), ((first_day))",
    f"""
Hello ((name)),

This session has changed: ((title)). ((standing))

# What changed
((differences))

# How it is now
{FACTS}
((notes))

If you can no longer come, please cancel, so that somebody else can have the place.
{MANAGE}
{INVITE_NOTE}
""",
    requires=("dates", "place"),
)

DAY = register_kind(
    "bookings.day",
    "Calendar entry of one day",
    "((day)): ((title)), ((first_day))",
    """
Hello ((name)),

((sentence))

((dates))

Where: ((place))

((join))

((notes))

((manage_note))
((manage))

Reference: ((reference))
""",
    requires=("dates",),
)
