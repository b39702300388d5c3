"""What the worker does for bookings: offers that run out, places that were missed.

Each tick reads keys without a lock, then opens a unit of work for each, locks, looks again and acts.
"""

from collections.abc import Sequence

from sqlalchemy import Select, exists, func, select

from training.bookings.counting import held_by_session, places_in_all
from training.bookings.models import Booking, BookingState
from training.bookings.operations_offers import lapse_offer
from training.bookings.places import locked_session, promote_waiting
from training.core import audit, clock
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.schedule.models import CourseSession, SessionStatus


def lapse_offers() -> int:
    """End every offer that has run out and pass its place on; returns how many."""
    due = _keys(select(Booking.id).where(Booking.offered_until <= clock.now()).order_by(Booking.offered_until))
    return for_each(due, lambda key: lapse_offer(WORKER, key))


def sweep() -> int:
    """Find places that stayed free while somebody waited, pass them on, and say so in the audit log.

    Every deed that frees a place passes it on itself, so there is nothing to find unless one forgot. Returns how
    many people got a place.
    """
    held = held_by_session()
    someone_waits = exists().where(Booking.session_id == CourseSession.id, Booking.state == BookingState.WAITING)
    free = places_in_all() > func.coalesce(held.c.held, 0)
    suspects = _keys(
        _coming(select(CourseSession.id).outerjoin(held, held.c.session_id == CourseSession.id)).where(
            someone_waits, free
        )
    )
    return for_each(suspects, _pass_on_missed)


def _pass_on_missed(session_id: int) -> int:
    course_session = locked_session(session_id)
    promoted = promote_waiting(WORKER, course_session)
    if promoted:
        audit.record(
            WORKER,
            "found free places that had not been passed on",
            course_session,
            after={"bookings": ", ".join(booking.ref for booking in promoted)},
        )
    return len(promoted)


def _coming(statement: Select[int]) -> Select[int]:
    return statement.where(
        CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now()
    ).order_by(CourseSession.id)


def _keys(statement: Select[int]) -> Sequence[int]:
    with reading(), unit_of_work() as session:
        return session.scalars(statement).all()
