"""The kinds of messages in which line managers, or leads in their place, read of bookings: one a day at most."""

from training.core.messages import Audience, register_kind

_BODY = """
((hello))

((opening))

((news))

((closing))
"""
MANAGER_TOLD = register_kind(
    "bookings.manager-told",
    "Manager’s message of the day",
    "((summary))",
    _BODY,
    to=Audience.MANAGER,
    requires=("news",),
)
LEAD_TOLD = register_kind(
    "bookings.lead-told",
    "Lead’s message of the day, in place of managers",
    "((summary))",
    _BODY,
    to=Audience.LEAD,
    requires=("news",),
)
TO_MANAGER = "This is what is new about the training of people who work for you."
TO_LEAD = (
    "This is what is new about the training of people at your agency. No line manager’s address is confirmed for them, "
    "so we tell you, as the training lead."
)
TO_BOTH = (
    "This is what is new about the training of people who work for you, and of people at your agency for whom no line "
    "manager’s address is confirmed: of those we tell you as the training lead."
)
CLOSING = "If you agree you do not need to do anything. The links are for you alone: please do not pass them on."
