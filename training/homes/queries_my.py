"""What a learner’s front page says: what is next, what is asked of them, what they have done."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from training.bookings.models import LIVE, Booking, BookingState
from training.catalogue.models import Course, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.evaluations.models import EvaluationRequest, Stage
from training.evaluations.queries import still_attended
from training.records.models import Completion
from training.schedule.models import CourseSession, Venue


@dataclass(frozen=True)
class ComingBooking:
    """A live booking on a session that is not over."""

    ref: str
    state: BookingState
    title: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime
    venue: str | None


@dataclass(frozen=True)
class AskedEvaluation:
    """An evaluation the person was asked for and has not answered."""

    booking_ref: str
    stage: Stage
    title: str
    held_on: date
    expires_at: datetime


@dataclass(frozen=True)
class Done:
    """A completion that still counts."""

    title: str
    slug: str
    completed_on: date
    expires_on: date | None


def coming_bookings(viewer: Viewer) -> list[ComingBooking]:
    """The viewer’s own live bookings on sessions that have not ended, earliest first."""
    rows = db.session.execute(
        select(
            Booking.ref,
            Booking.state,
            Course.title,
            CourseSession.mode,
            CourseSession.starts_at,
            CourseSession.ends_at,
            Venue.name,
        )
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Venue, Venue.id == CourseSession.venue_id)
        .where(
            Booking.person_id == viewer.person_id,
            Booking.state.in_(LIVE),
            Booking.state != BookingState.HELD,
            CourseSession.ends_at > clock.now(),
        )
        .order_by(CourseSession.starts_at, Booking.id)
    )
    return [ComingBooking(*row) for row in rows]


def asked_evaluations(viewer: Viewer) -> list[AskedEvaluation]:
    """What the viewer was asked after sessions and may still answer, the one that ends first at the top."""
    rows = db.session.execute(
        select(
            Booking.ref,
            EvaluationRequest.stage,
            Course.title,
            CourseSession.ends_at,
            EvaluationRequest.expires_at,
        )
        .join(Booking, Booking.id == EvaluationRequest.booking_id)
        .join(CourseSession, CourseSession.id == EvaluationRequest.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            Booking.person_id == viewer.person_id,
            EvaluationRequest.asked_at.is_not(None),
            EvaluationRequest.answered_at.is_(None),
            EvaluationRequest.expires_at > clock.now(),
            still_attended(),
        )
        .order_by(EvaluationRequest.expires_at, EvaluationRequest.id)
    )
    return [
        AskedEvaluation(ref, stage, title, clock.local(ended).date(), end) for ref, stage, title, ended, end in rows
    ]


def latest_completions(viewer: Viewer, limit: int = 5) -> list[Done]:
    """The viewer’s newest completions that were not revoked."""
    rows = db.session.execute(
        select(Course.title, Course.slug, Completion.completed_on, Completion.expires_on)
        .join(Course, Course.id == Completion.course_id)
        .where(Completion.person_id == viewer.person_id, Completion.revoked_at.is_(None))
        .order_by(Completion.completed_on.desc(), Completion.id)
        .limit(limit)
    )
    return [Done(*row) for row in rows]
