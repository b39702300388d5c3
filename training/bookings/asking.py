"""Asking whoever says whether a person may go: until when they have, and that they are told."""

from training.bookings import notices_asked
from training.bookings.models import Booking
from training.bookings.terms import agreement_until
from training.core import clock


def ask(booking: Booking) -> None:
    """Ask the line manager, or whoever stands in for one, about a booking that needs their agreement."""
    booking.agreement_asked_at = clock.now()
    booking.agreement_until = agreement_until(booking.course_session)
    notices_asked.asked(booking)
