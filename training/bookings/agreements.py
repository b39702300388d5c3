"""The links by which a line manager, a deputy they named, or the lead says yes or no to a booking, and until when."""

from datetime import date, timedelta

from training.bookings.models import Booking, BookingState
from training.bookings.terms import cut_off_for
from training.catalogue.models import Agreement
from training.core import clock
from training.core.links import FreshLink, LinkPurpose, create_link, register_purpose

MANAGER = register_purpose("bookings.manager", timedelta(days=30), is_unasked=True)
LEAD = register_purpose("bookings.lead", timedelta(days=30), is_unasked=True)
"""Both about a Booking: told to its manager, or to the lead where no manager's address is confirmed."""
DEPUTY = register_purpose("bookings.deputy", timedelta(days=30), is_unasked=True)
"""About a Booking that is asked about: for whoever the manager says decides in their place."""
SHOWN_AFTER = timedelta(days=30)
"""How long after the session the link still says that it is over; nothing can be done by it then."""
ASKED_IN = (
    BookingState.AWAITING_AGREEMENT,
    BookingState.WAITING,
    BookingState.APPLIED,
    BookingState.OFFERED,
)
"""The states in which a booking may be waiting for an answer."""


def agreement_link(purpose: LinkPurpose, booking: Booking) -> FreshLink:
    """A new link to the page on which `booking` is agreed or objected to."""
    return create_link(purpose, booking.id, expires_at=booking.course_session.ends_at + SHOWN_AFTER)


def is_asked_about(booking: Booking) -> bool:
    """Whether somebody was asked to agree to the booking and nobody has answered."""
    return (
        booking.agreement is Agreement.ASKED
        and booking.agreed_at is None
        and booking.agreement_asked_at is not None
        and booking.state in ASKED_IN
    )


def last_day_to_object(booking: Booking) -> date:
    """Until the end of which day an objection cancels: the cut-off, or the day it was booked where that is later."""
    booked_on = clock.local(booking.confirmed_at or booking.asked_at).date()
    return max(cut_off_for(booking), booked_on)
