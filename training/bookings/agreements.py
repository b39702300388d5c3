"""The links by which a line manager, or the lead in their place, says yes or no to a booking, and until when."""

from datetime import date, timedelta

from training.bookings.models import Booking
from training.bookings.terms import cut_off_of
from training.core import clock
from training.core.links import FreshLink, LinkPurpose, create_link, register_purpose

MANAGER = register_purpose("bookings.manager", timedelta(days=30), is_unasked=True)
LEAD = register_purpose("bookings.lead", timedelta(days=30), is_unasked=True)
"""Both about a Booking: told to its manager, or to the lead where no manager's address is confirmed."""
SHOWN_AFTER = timedelta(days=30)
"""How long after the session the link still says that it is over; nothing can be done by it then."""


def agreement_link(purpose: LinkPurpose, booking: Booking) -> FreshLink:
    """A new link to the page on which `booking` is agreed or objected to."""
    return create_link(purpose, booking.id, expires_at=booking.course_session.ends_at + SHOWN_AFTER)


def last_day_to_object(booking: Booking) -> date:
    """Until the end of which day an objection cancels: the cut-off, or the day it was booked where that is later."""
    booked_on = clock.local(booking.confirmed_at or booking.asked_at).date()
    return max(cut_off_of(booking.course_session), booked_on)
