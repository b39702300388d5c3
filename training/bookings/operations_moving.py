"""Moving a place to another date of the course: one deed, in which nobody loses a place they have."""

from sqlalchemy import select

from training.bookings.models import LIVE, Booking, BookingState, Way
from training.bookings.notices_moving import waiting_to_move
from training.bookings.operations import (
    Ties,
    new_booking,
    own_booking,
    require_not_begun,
    require_open,
    settle_new,
    tell_where_it_stands,
)
from training.bookings.places import certain_position, promote_waiting
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import CourseSession

MOVABLE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)


def move_booking(viewer: Viewer, booking_id: int, session_id: int, *, way: Way | None = None) -> Booking:
    """Move a place to another session of the same course; the new booking is returned, whatever its state.

    With a place there the present one is given up at once, late or not as if it were cancelled today. Without one
    they wait there and keep the present place until then. What was agreed to stands.
    """
    former, _ = own_booking(viewer, booking_id)
    target = _target(former, session_id)
    promote_waiting(viewer, target)
    booking = new_booking(
        viewer,
        target,
        former.person_id,
        former.employment_id,
        declared=True,
        booked_by=viewer.person_id,
        way=way or former.way,
        ties=Ties(moves_from_id=former.id),
    )
    booking.agreed_at = booking.agreed_at or former.agreed_at
    db.session.flush()
    settle_new(viewer, target, [booking], tell=False)
    if booking.state is BookingState.WAITING:
        waiting_to_move(booking, former, certain_position(booking))
    else:
        tell_where_it_stands(booking)
    return booking


def _target(former: Booking, session_id: int) -> CourseSession:
    """The session to move to, under the lock; Refused where nothing can be moved there."""
    if former.state not in MOVABLE:
        raise Refused("Only a place can be moved to another date. Leave the waiting list or ask for the other date")
    require_not_begun(former.course_session)
    target = lock_row(CourseSession, session_id)
    if target.course_id != former.course_session.course_id or target.id == former.session_id:
        raise Refused("Select another date of the same course", "session")
    require_open(target)
    pending = select(Booking.ref).where(Booking.moves_from_id == former.id, Booking.state.in_(LIVE))
    if (ref := db.session.scalar(pending)) is not None:
        raise Refused(f"You are waiting to move already, reference {ref}. Leave that waiting list first")
    return target
