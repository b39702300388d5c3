"""Who holds the places of a session: the lock, the counts, and passing on what is free.

Places are never a counter. They are counted from the states of the bookings, under the lock of the course row, in
the transaction of the change.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from training.bookings import notices
from training.bookings.models import HOLDING, Booking, BookingState
from training.bookings.rules import Promotion, offer_limit
from training.bookings.terms import booking_terms, may_pass_on, promotion_now
from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import CourseSession


def locked_session(session_id: int) -> CourseSession:
    """The session, read afresh with its course locked first and then itself; LookupError if there is none.

    Every deed on places begins here: nobody else decides about places of the course until the transaction ends.
    """
    course_id = db.session.scalar(select(CourseSession.course_id).where(CourseSession.id == session_id))
    if course_id is None:
        raise LookupError(f"no session with the key {session_id}")
    lock_row(Course, course_id)
    return lock_row(CourseSession, session_id)


def locked_booking(booking_id: int) -> Booking:
    """The booking, read afresh under the lock of its session; LookupError if there is none."""
    session_id = db.session.scalar(select(Booking.session_id).where(Booking.id == booking_id))
    if session_id is None:
        raise LookupError(f"no booking with the key {booking_id}")
    locked_session(session_id)
    return db.session.scalars(
        select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True)
class Standing:
    """How a session stands: places taken up, and people waiting; certain only under the lock."""

    held: int
    waiting: int


def standing_of(session_id: int) -> Standing:
    """How many places of the session are taken up and how many people wait, in one query."""
    counts = db.session.execute(
        select(
            func.count().filter(Booking.state.in_(HOLDING)),
            func.count().filter(Booking.state == BookingState.WAITING),
        ).where(Booking.session_id == session_id)
    ).one()
    return Standing(*counts)


def promote_waiting(viewer: Viewer, course_session: CourseSession) -> list[Booking]:
    """Pass every free place on to whoever asked first, booked at once or as an offer; returns who got one.

    Call it under the lock, in the transaction of whatever freed the place.
    """
    db.session.flush()
    standing = standing_of(course_session.id)
    free = course_session.capacity - standing.held
    if free <= 0 or not standing.waiting or not may_pass_on(course_session):
        return []
    promoted = list(
        db.session.scalars(
            select(Booking)
            .where(Booking.session_id == course_session.id, Booking.state == BookingState.WAITING)
            .order_by(Booking.waiting_since, Booking.id)
            .limit(free)
            .execution_options(populate_existing=True)
        )
    )
    kind = promotion_now(course_session)
    for booking in promoted:
        if kind is Promotion.CONFIRM:
            confirm(viewer, booking, "gave a free place")
            notices.promoted(booking)
        else:
            _offer(viewer, booking)
    return promoted


def confirm(viewer: Viewer, booking: Booking, deed: str) -> None:
    """Turn a waiting or offered booking into a place; what is said about it is for the caller."""
    before = booking.state
    booking.state = BookingState.CONFIRMED
    booking.confirmed_at = booking.promoted_at = clock.now()
    booking.offered_until = None
    audit.record(viewer, deed, booking, before={"state": before}, after={"state": booking.state})


def _offer(viewer: Viewer, booking: Booking) -> None:
    booking.state = BookingState.OFFERED
    booking.promoted_at = clock.now()
    booking.offered_until = offer_limit(clock.now(), booking.course_session.starts_at, booking_terms())
    audit.record(
        viewer,
        "offered a free place",
        booking,
        before={"state": BookingState.WAITING},
        after={"state": booking.state, "offered_until": booking.offered_until},
    )
    notices.offered(booking)
