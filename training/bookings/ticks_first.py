"""What the worker does for first bookings: whatever nobody confirmed in time is gone."""

from sqlalchemy import select

from training.bookings.models import Booking, BookingState
from training.bookings.models_first import FirstRequest
from training.bookings.operations_first import let_go
from training.bookings.places import locked_booking, promote_waiting
from training.core import clock
from training.core.database import db, reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER


def let_go_of_places() -> int:
    """Remove first bookings whose time is over, with what they held, and pass the places on; returns how many."""
    with reading(), unit_of_work() as session:
        over = session.scalars(
            select(FirstRequest.id)
            .where(FirstRequest.until <= clock.now())
            .order_by(FirstRequest.until, FirstRequest.id)
        ).all()
    gone = for_each(over, let_go)
    with reading(), unit_of_work() as session:
        left = session.scalars(
            select(Booking.id).where(Booking.held_until <= clock.now(), Booking.state == BookingState.HELD)
        ).all()
    return gone + for_each(left, _let_go_of)


def _let_go_of(booking_id: int) -> bool:
    """Remove a place that is held for no first booking any more, such as after two records became one."""
    booking = locked_booking(booking_id)
    if booking.held_until is None or booking.held_until > clock.now():
        return False
    course_session = booking.course_session
    db.session.delete(booking)
    promote_waiting(WORKER, course_session)
    return True
