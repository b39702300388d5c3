"""The message to somebody whose calendar declined the invitation."""

from training.bookings.mail import PLACE_AND_TIME
from training.core.messages import register_kind

DECLINED_ASKED = register_kind(
    "calendars.declined",
    "Invitation declined: asked about the place",
    "((soon))You declined the invitation. Release your place? ((title)), ((first_day))",
    f"""
Hello ((name)),

Your calendar declined the invitation to ((title)). Declining does not cancel your place: it is still kept for you.
{PLACE_AND_TIME}
# Release your place, or keep it?
If you cannot come, please release it, so that somebody else can have it. Say which, here:
((answer))

((code_line))

If we do not hear from you, you keep the place and are expected.

((cancelling))

Booking reference: ((reference))
""",
)
