"""What is asked about the bookings of one session, or of one course, by the deeds on them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.bookings.models import LIVE, Booking, BookingState, Reservation
from training.bookings.models_allotment import AllotmentResult
from training.bookings.models_answers import CancelledBy
from training.bookings.models_changes import SessionChange
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession


def live_bookings(session_id: int) -> list[Booking]:
    """The live bookings of a session with their people, read afresh, in the order of asking."""
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.session_id == session_id, Booking.state.in_(LIVE))
            .options(joinedload(Booking.person))
            .order_by(Booking.asked_at, Booking.id)
            .execution_options(populate_existing=True)
        )
    )


def live_booking_on(session_id: int, person_id: int) -> Booking | None:
    """The live booking of a person on a session, read afresh; a place held while an address is confirmed is none."""
    return db.session.scalar(
        select(Booking)
        .where(Booking.session_id == session_id, Booking.person_id == person_id, Booking.state.in_(LIVE))
        .where(Booking.state != BookingState.HELD)
        .execution_options(populate_existing=True)
    )


def held_place(session_id: int, person_id: int) -> Booking | None:
    """The place that is held for a person while their address is confirmed, read afresh."""
    return db.session.scalar(
        select(Booking)
        .where(Booking.session_id == session_id, Booking.person_id == person_id, Booking.state == BookingState.HELD)
        .execution_options(populate_existing=True)
    )


def open_reservations(session_id: int) -> list[Reservation]:
    """The places of a session that are kept for agencies until they are named."""
    return list(
        db.session.scalars(
            select(Reservation)
            .where(Reservation.session_id == session_id, Reservation.released_at.is_(None))
            .order_by(Reservation.id)
        )
    )


def is_untold(session_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """Whether a change of the session waits for the end of its quiet period: until then nothing may tell of it."""
    return exists().where(SessionChange.session_id == session_id, SessionChange.told_at.is_(None))


def allotted_because(booking: Booking) -> str:
    """Why the allotment gave the booking a place or none, in one line; empty where there was none, or it came after."""
    if booking.course_session.allotted_at is None:
        return ""
    found = db.session.scalar(select(AllotmentResult).where(AllotmentResult.booking_id == booking.id))
    return "" if found is None else found.overridden_reason or f"{found.reason}."


def goes_first_for(person_id: int, course_id: int) -> bool:
    """Whether the person goes first for the next date of the course: theirs was called off, and they had none since."""
    later, later_session = aliased(Booking), aliased(CourseSession)
    had_place_since = exists().where(
        later.person_id == person_id,
        later.session_id == later_session.id,
        later_session.course_id == course_id,
        later.confirmed_at >= Booking.cancelled_at,
    )
    called_off = (
        select(Booking.id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(Booking.person_id == person_id, CourseSession.course_id == course_id)
        .where(Booking.cancelled_by == CancelledBy.CALLED_OFF, ~had_place_since)
    )
    return db.session.scalars(called_off.limit(1)).first() is not None


@dataclass(frozen=True)
class ChangeStanding:
    """How far people know of the last change of a session, and what they answered to another day."""

    tell_at: datetime | None
    """When they will be told; None where that is settled."""
    told_at: datetime
    silent_reason: str
    asked: int
    """How many still on it were asked whether they come on another day."""
    unanswered: int


def change_standing(viewer: Viewer, session_id: int) -> ChangeStanding | None:
    """The last change of a session for the desk; None where there was none, and for anybody else."""
    if not viewer.works_at_desk:
        return None
    change = db.session.scalar(
        select(SessionChange)
        .where(SessionChange.session_id == session_id)
        .order_by(SessionChange.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    unsaid = or_(Booking.coming_said_at.is_(None), Booking.coming_said_at < Booking.moved_at)
    asked, unanswered = db.session.execute(
        select(func.count(), func.count().filter(unsaid)).where(
            Booking.session_id == session_id, Booking.moved_at.is_not(None), Booking.state.in_(LIVE)
        )
    ).one()
    if change is None:
        return ChangeStanding(None, clock.now(), "", asked, unanswered) if asked else None
    tell_at = change.tell_at if change.told_at is None else None
    return ChangeStanding(tell_at, change.told_at or change.tell_at, change.silent_reason, asked, unanswered)
