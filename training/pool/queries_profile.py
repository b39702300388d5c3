"""One trainer: what they may teach, what they have taught and teach next, and what has changed since."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from training.catalogue.models import Course, CourseEdition
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.people.queries import person_by_ref
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerCourse,
    TrainerPart,
)
from training.schedule.queries_taught import HELD
from training.schedule.reach import TAKES_REGISTER, trainer_today

SESSIONS_SHOWN = 20


@dataclass(frozen=True)
class MayTeach:
    """A course somebody may teach: since when, when somebody last watched them, and when they last taught it."""

    slug: str
    code: str
    title: str
    since_on: date
    observed_on: date | None
    note: str
    last_at: datetime | None
    has_changed: bool
    """Whether the course has had a new edition since they last taught it."""


@dataclass(frozen=True)
class OfTrainer:
    """A session somebody taught, teaches or is asked to."""

    ref: str
    title: str
    starts_at: datetime
    part: TrainerPart
    state: AssignmentState


def trainer_by_ref(viewer: Viewer, ref: str) -> Person | None:
    """Somebody who is a trainer today, or has a profile or a session from when they were; the desk's eyes only."""
    person = person_by_ref(viewer, ref) if viewer.works_at_desk else None
    if person is None:
        return None
    known = select(Person.id).where(
        Person.id == person.id,
        or_(
            trainer_today(Person.id),
            select(TrainerCourse.id).where(TrainerCourse.person_id == person.id).exists(),
            select(TrainerAssignment.id).where(TrainerAssignment.person_id == person.id).exists(),
        ),
    )
    return person if db.session.scalar(known) is not None else None


def courses_taught_by(viewer: Viewer, person_id: int) -> list[MayTeach]:
    """What somebody may teach, by title, for the desk and for themselves; nothing for anybody else. Two queries."""
    if not (viewer.works_at_desk or viewer.person_id == person_id):
        return []
    newest = (
        select(CourseEdition.course_id, CourseEdition.id)
        .order_by(CourseEdition.course_id, CourseEdition.number)
        .join(TrainerCourse, TrainerCourse.course_id == CourseEdition.course_id)
        .where(TrainerCourse.person_id == person_id)
    )
    present = {row.course_id: row.id for row in db.session.execute(newest)}
    taught = {
        course_id: (starts_at, edition_id)
        for course_id, starts_at, edition_id in db.session.execute(
            select(CourseSession.course_id, CourseSession.starts_at, CourseSession.edition_id)
            .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
            .where(TrainerAssignment.person_id == person_id, TrainerAssignment.state == AssignmentState.ACCEPTED)
            .where(TrainerAssignment.part.in_(TAKES_REGISTER), CourseSession.status.in_(HELD))
            .where(CourseSession.starts_at < clock.now())
            .order_by(CourseSession.starts_at, CourseSession.id)
        )
    }
    rows = db.session.execute(
        select(TrainerCourse, Course)
        .join(Course, Course.id == TrainerCourse.course_id)
        .where(TrainerCourse.person_id == person_id)
        .order_by(Course.sort_key, Course.id)
    )
    found: list[MayTeach] = []
    for row, course in rows:
        last_at, edition_id = taught.get(course.id, (None, None))
        has_changed = edition_id is not None and edition_id != present.get(course.id)
        facts = (row.since_on, row.observed_on, row.note, last_at, has_changed)
        found.append(MayTeach(course.slug, course.code, course.title, *facts))
    return found


def teaches_next(viewer: Viewer, person_id: int) -> list[OfTrainer]:
    """What somebody is down for, or asked to teach, and is not over: the soonest first; for the desk."""
    if not viewer.works_at_desk:
        return []
    coming = _sessions(person_id).where(
        TrainerAssignment.state.in_(LIVE_ASSIGNMENTS),
        CourseSession.ends_at > clock.now(),
        CourseSession.status.in_((SessionStatus.DRAFT, SessionStatus.PUBLISHED)),
    )
    return _read(coming.order_by(CourseSession.starts_at, CourseSession.id))


def has_taught(viewer: Viewer, person_id: int) -> list[OfTrainer]:
    """What somebody taught last, the latest first, at most SESSIONS_SHOWN; for the desk."""
    if not viewer.works_at_desk:
        return []
    held = _sessions(person_id).where(
        TrainerAssignment.state == AssignmentState.ACCEPTED,
        CourseSession.ends_at <= clock.now(),
        CourseSession.status.in_(HELD),
    )
    return _read(held.order_by(CourseSession.starts_at.desc(), CourseSession.id.desc()).limit(SESSIONS_SHOWN))


def _sessions(person_id: int) -> Select[str, str, datetime, TrainerPart, AssignmentState]:
    return (
        select(
            CourseSession.ref, Course.title, CourseSession.starts_at, TrainerAssignment.part, TrainerAssignment.state
        )
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(TrainerAssignment.person_id == person_id)
    )


def _read(statement: Select[str, str, datetime, TrainerPart, AssignmentState]) -> list[OfTrainer]:
    return [OfTrainer(*row) for row in db.session.execute(statement)]


def course_row(viewer: Viewer, person_id: int, code: str) -> TrainerCourse | None:
    """That somebody may teach the course with this code, for the desk."""
    if not viewer.works_at_desk:
        return None
    return db.session.scalar(
        select(TrainerCourse)
        .join(TrainerCourse.course)
        .where(TrainerCourse.person_id == person_id, Course.code == code.strip().upper())
        .options(joinedload(TrainerCourse.course))
    )
