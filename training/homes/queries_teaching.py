"""What a trainer’s front page says: what to teach next, which registers are open, what people said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from training.attendance.models import Register
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.evaluations.models import EvaluationRequest, Stage
from training.evaluations.queries import counts_once
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    Venue,
)
from training.schedule.queries_taught import HELD
from training.schedule.reach import TAKES_REGISTER


@dataclass(frozen=True)
class TaughtSession:
    """A coming session the viewer teaches."""

    ref: str
    title: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime
    venue: str | None
    part: TrainerPart
    booked: int
    capacity: int
    changed_since: datetime | None
    """When they last taught the course, where that was by another edition than this session runs."""


@dataclass(frozen=True)
class TaughtBefore:
    """The latest session of a course that the viewer has taught."""

    starts_at: datetime
    edition_id: int


@dataclass(frozen=True)
class OpenRegister:
    """A part that has begun, or begins today, and whose register is not closed."""

    ref: str
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Heard:
    """A finished session with evaluations: how many were asked and answered."""

    ref: str
    title: str
    ended_at: datetime
    asked: int
    answered: int


def _own(viewer: Viewer) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        TrainerAssignment.person_id == viewer.person_id,
        TrainerAssignment.state == AssignmentState.ACCEPTED,
    )


def coming_sessions(viewer: Viewer) -> list[TaughtSession]:
    """Published sessions the viewer teaches that have not ended, earliest first."""
    booked = (
        select(func.count())
        .where(Booking.session_id == CourseSession.id, Booking.state == BookingState.CONFIRMED)
        .correlate(CourseSession)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            CourseSession.ref,
            Course.title,
            CourseSession.mode,
            CourseSession.starts_at,
            CourseSession.ends_at,
            Venue.name,
            TrainerAssignment.part,
            booked,
            CourseSession.capacity + func.coalesce(CourseSession.online_capacity, 0),
            CourseSession.course_id,
            CourseSession.edition_id,
        )
        .join(Course, Course.id == CourseSession.course_id)
        .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .where(
            *_own(viewer),
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.ends_at > clock.now(),
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    last = taught_before(viewer)
    return [
        TaughtSession(
            ref, title, mode, starts, ends, venue, part, taken, places, _changed_since(last.get(course), edition)
        )
        for ref, title, mode, starts, ends, venue, part, taken, places, course, edition in rows
    ]


def taught_before(viewer: Viewer) -> dict[int, TaughtBefore]:
    """When the viewer last taught each course, by the key of the course, and which edition; one query."""
    rows = db.session.execute(
        select(CourseSession.course_id, CourseSession.starts_at, CourseSession.edition_id)
        .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
        .where(*_own(viewer), TrainerAssignment.part.in_(TAKES_REGISTER))
        .where(CourseSession.status.in_(HELD), CourseSession.starts_at < clock.now())
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return {course_id: TaughtBefore(starts_at, edition_id) for course_id, starts_at, edition_id in rows}


def _changed_since(last: TaughtBefore | None, edition_id: int) -> datetime | None:
    return last.starts_at if last is not None and last.edition_id != edition_id else None


def open_registers(viewer: Viewer) -> list[OpenRegister]:
    """Registers the viewer should take or close: parts of today and before, the oldest first."""
    rows = db.session.execute(
        select(CourseSession.ref, SessionPart.number, Course.title, SessionPart.starts_at, SessionPart.ends_at)
        .join(SessionPart, SessionPart.session_id == CourseSession.id)
        .join(Course, Course.id == CourseSession.course_id)
        .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
        .outerjoin(Register, Register.part_id == SessionPart.id)
        .where(
            *_own(viewer),
            TrainerAssignment.part.in_((TrainerPart.LEAD, TrainerPart.CO_TRAINER)),
            CourseSession.status == SessionStatus.PUBLISHED,
            SessionPart.on <= clock.today(),
            Register.closed_at.is_(None),
        )
        .order_by(SessionPart.starts_at, SessionPart.id)
    )
    return [OpenRegister(*row) for row in rows]


def heard(viewer: Viewer, limit: int = 5) -> list[Heard]:
    """The newest sessions the viewer taught on which people were asked at the end."""
    rows = db.session.execute(
        select(
            CourseSession.ref,
            Course.title,
            CourseSession.ends_at,
            func.count(EvaluationRequest.asked_at),
            func.count(EvaluationRequest.answered_at),
        )
        .join(Course, Course.id == CourseSession.course_id)
        .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
        .join(EvaluationRequest, EvaluationRequest.session_id == CourseSession.id)
        .where(*_own(viewer), EvaluationRequest.stage == Stage.END, counts_once())
        .group_by(CourseSession.id, CourseSession.ref, Course.title, CourseSession.ends_at)
        .order_by(CourseSession.ends_at.desc(), CourseSession.id)
        .limit(limit)
    )
    return [Heard(*row) for row in rows]
