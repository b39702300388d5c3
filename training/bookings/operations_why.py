"""Saying afterwards why a booking is right although something stands against it; the officer is asked from then on."""

from training.bookings.models import Booking, BookingWarning
from training.bookings.operations_warnings import ENDED
from training.bookings.queries_warnings import kept_warnings
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer

SAID = "You have said why already. Add to it from the page of your booking"


def unsaid(viewer: Viewer, booking_id: int) -> list[BookingWarning]:
    """What stood against the booking and nobody has said anything about, such as of somebody who booked by a code."""
    return [row for row in kept_warnings(viewer, booking_id) if not row.note and not row.answer]


def say_why(viewer: Viewer, booking_id: int, note: str) -> Booking:
    """Write to the officer why one's own booking is right; it stands meanwhile.

    Refused without words, once it was said, and for a booking that has ended or begun.
    """
    booking = lock_row(Booking, booking_id)
    if not viewer.is_signed_in or viewer.person_id != booking.person_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    if not note.strip():
        raise Refused("Enter why this course is right for you", "note")
    if not booking.is_live or booking.course_session.starts_at <= clock.now():
        raise Refused(ENDED)
    rows = unsaid(viewer, booking_id)
    if not rows:
        raise Refused(SAID)
    for row in rows:
        row.note, row.settled_at, row.settled_by_id = note.strip(), None, None
    db.session.flush()
    audit.record(viewer, "asked about the booking", booking, after={"about": ", ".join(row.kind for row in rows)})
    return booking
