"""The people of the training pool: who is in it today, from which agency, and what they have taught."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, false, func, select

from training.agencies.models import Agency
from training.agencies.queries import ids_below
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Employment, Person
from training.people.queries import employed_on, matching
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerCourse,
)
from training.schedule.queries_taught import HELD
from training.schedule.reach import TAKES_REGISTER, trainer_today


class Taught(StrEnum):
    """When somebody last taught."""

    THIS_YEAR = "this-year"
    LONGER_AGO = "longer-ago"
    NEVER = "never"


TAUGHT_LABELS = {
    Taught.THIS_YEAR: "In the last 12 months",
    Taught.LONGER_AGO: "Longer ago",
    Taught.NEVER: "Never yet",
}


@dataclass(frozen=True, kw_only=True)
class PoolFilters:
    """Which trainers; None and empty leave a filter out."""

    words: str = ""
    course_id: int | None = None
    agency_id: int | None = None
    taught: Taught | None = None


@dataclass(frozen=True)
class Workplace:
    """Where somebody works today."""

    agency_id: int | None
    agency: str
    job_role: str


@dataclass(frozen=True)
class Counts:
    """How often somebody has taught, when last, and how many sessions they are down for or asked to teach."""

    taught: int = 0
    last_at: datetime | None = None
    coming: int = 0


def pool(viewer: Viewer, filters: PoolFilters) -> Select[int, str, str, str, str]:
    """Columns of today's trainers by name: id, ref, first name, last name, telephone; for `paged`, at the desk only."""
    statement = (
        select(Person.id, Person.ref, Person.given_name, Person.family_name, Person.telephone)
        .where(trainer_today(Person.id), Person.merged_into_id.is_(None), matching(filters.words))
        .order_by(Person.sort_key, Person.id)
    )
    if not viewer.works_at_desk:
        return statement.where(false())
    if filters.course_id is not None:
        statement = statement.where(
            exists().where(TrainerCourse.person_id == Person.id, TrainerCourse.course_id == filters.course_id)
        )
    if filters.agency_id is not None:
        works_there = Employment.agency_id.in_(ids_below(filters.agency_id))
        statement = statement.where(
            exists().where(Employment.person_id == Person.id, works_there, employed_on(clock.today()))
        )
    return statement.where(_has_taught(filters.taught)) if filters.taught is not None else statement


def workplaces(_viewer: Viewer, person_ids: Collection[int]) -> dict[int, Workplace]:
    """Where each of these people works today; of several jobs the first that they had. One query."""
    rows = db.session.execute(
        select(Employment.person_id, Employment.agency_id, Agency.name, Employment.agency_named, Employment.job_role)
        .outerjoin(Agency, Agency.id == Employment.agency_id)
        .where(Employment.person_id.in_(person_ids), employed_on(clock.today()))
        .order_by(Employment.from_on, Employment.id)
    )
    found: dict[int, Workplace] = {}
    for person_id, agency_id, name, named, job_role in rows:
        found.setdefault(person_id, Workplace(agency_id, name or named, job_role))
    return found


def counts_of(_viewer: Viewer, person_ids: Collection[int]) -> dict[int, Counts]:
    """How often each has taught as lead or co-trainer, when last, and what is to come; one query."""
    now = clock.now()
    held = (
        (TrainerAssignment.state == AssignmentState.ACCEPTED)
        & TrainerAssignment.part.in_(TAKES_REGISTER)
        & CourseSession.status.in_(HELD)
        & (CourseSession.starts_at < now)
    )
    coming = TrainerAssignment.state.in_(LIVE_ASSIGNMENTS) & (CourseSession.starts_at >= now)
    rows = db.session.execute(
        select(
            TrainerAssignment.person_id,
            func.count().filter(held),
            func.max(CourseSession.starts_at).filter(held),
            func.count().filter(coming & (CourseSession.status == SessionStatus.PUBLISHED)),
        )
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .where(TrainerAssignment.person_id.in_(person_ids))
        .group_by(TrainerAssignment.person_id)
    )
    return {person_id: Counts(taught, last, ahead) for person_id, taught, last, ahead in rows}


def courses_of(_viewer: Viewer, person_ids: Collection[int]) -> dict[int, list[tuple[TrainerCourse, Course]]]:
    """The courses that each of these people may teach, by title; one query."""
    rows = db.session.execute(
        select(TrainerCourse, Course)
        .join(Course, Course.id == TrainerCourse.course_id)
        .where(TrainerCourse.person_id.in_(person_ids))
        .order_by(Course.sort_key, Course.id)
    )
    found: dict[int, list[tuple[TrainerCourse, Course]]] = {}
    for row, course in rows:
        found.setdefault(row.person_id, []).append((row, course))
    return found


def a_year_ago() -> date:
    """The day from which somebody counts as having taught in the last 12 months."""
    return clock.months_later(clock.today(), -12)


def _has_taught(taught: Taught) -> ColumnElement[bool]:
    own = (
        select(TrainerAssignment.id)
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .where(TrainerAssignment.person_id == Person.id, TrainerAssignment.state == AssignmentState.ACCEPTED)
        .where(TrainerAssignment.part.in_(TAKES_REGISTER), CourseSession.status.in_(HELD))
        .where(CourseSession.starts_at < clock.now())
    )
    ever = own.exists()
    lately = own.where(CourseSession.starts_at >= clock.start_of_day(a_year_ago())).exists()
    return {Taught.THIS_YEAR: lately, Taught.LONGER_AGO: ever & ~lately, Taught.NEVER: ~ever}[taught]
