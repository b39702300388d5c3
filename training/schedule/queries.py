"""What can be read of the programme: sessions with their parts, trainers, venues, and clashes of hours."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training.catalogue.models import Course, CourseEdition, Mode
from training.catalogue.rules import slug_of
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Person, RoleGrant
from training.planning.years import TrainingYear
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    Venue,
)
from training.schedule.rules import PartTimes


class SessionOrder(StrEnum):
    """How a list of sessions is sorted."""

    DATE = "date"
    DATE_LATEST = "date-latest"
    COURSE = "course"
    REF = "ref"


@dataclass(frozen=True, kw_only=True)
class SessionFilters:
    """Which sessions; None and empty leave a filter out. A session belongs to the year of its last part."""

    words: str = ""
    status: SessionStatus | None = None
    year: TrainingYear | None = None
    course_id: int | None = None
    mode: Mode | None = None
    from_moment: datetime | None = None
    """Only sessions that end after it."""
    order: SessionOrder = SessionOrder.DATE


@dataclass(frozen=True)
class Clash:
    """Another session in the same hours, as a warning names it."""

    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime


ORDERS: dict[SessionOrder, tuple[ColumnElement[Any], ...]] = {
    SessionOrder.DATE: (CourseSession.starts_at.asc(), CourseSession.id.asc()),
    SessionOrder.DATE_LATEST: (CourseSession.starts_at.desc(), CourseSession.id.desc()),
    SessionOrder.COURSE: (Course.sort_key.asc(), CourseSession.starts_at.asc(), CourseSession.id.asc()),
    SessionOrder.REF: (CourseSession.ref.asc(),),
}


def session_by_ref(viewer: Viewer, ref: str) -> CourseSession | None:
    """The session a reference names, with course, edition, venue and parts; drafts are seen at the desk only."""
    return db.session.scalar(
        select(CourseSession)
        .where(CourseSession.ref == ref.strip().upper(), *within_reach(viewer))
        .options(
            joinedload(CourseSession.course).selectinload(Course.audience),
            joinedload(CourseSession.edition).selectinload(CourseEdition.outcomes),
            joinedload(CourseSession.venue),
            selectinload(CourseSession.parts),
        )
    )


def sessions(viewer: Viewer, filters: SessionFilters) -> Select[CourseSession]:
    """The sessions that match, for `paged`, with course and venue; every word occurs in the course or the reference."""
    statement = (
        select(CourseSession)
        .join(CourseSession.course)
        .where(*within_reach(viewer), *matching(filters))
        .options(contains_eager(CourseSession.course), joinedload(CourseSession.venue))
    )
    return statement.order_by(*ORDERS[filters.order])


def trains_at(viewer: Viewer, session_id: int) -> bool:
    """Whether the asker is a trainer of the session, asked or accepted, and a trainer still."""
    if not viewer.has(Role.TRAINER):
        return False
    found = select(TrainerAssignment.id).where(
        TrainerAssignment.session_id == session_id,
        TrainerAssignment.person_id == viewer.person_id,
        TrainerAssignment.state.in_(LIVE_ASSIGNMENTS),
    )
    return db.session.scalar(found) is not None


def trainers_of(viewer: Viewer, session_id: int) -> list[TrainerAssignment]:
    """Who teaches a session, lead trainers first, with the person; others than the desk see who has accepted."""
    states = LIVE_ASSIGNMENTS if viewer.works_at_desk else (AssignmentState.ACCEPTED,)
    found = db.session.scalars(
        select(TrainerAssignment)
        .where(TrainerAssignment.session_id == session_id, TrainerAssignment.state.in_(states))
        .options(joinedload(TrainerAssignment.person).selectinload(Person.addresses))
        .order_by(TrainerAssignment.id)
    )
    parts = list(TrainerPart)
    return sorted(found, key=lambda assignment: parts.index(assignment.part))


def clashes_for_trainers(
    _viewer: Viewer, person_ids: Collection[int], parts: Sequence[PartTimes], except_session_id: int | None = None
) -> dict[int, list[Clash]]:
    """For each of these people, the other sessions in these hours that they teach or are asked to, soonest first."""
    clashes: dict[int, list[Clash]] = {person_id: [] for person_id in person_ids}
    taught = (
        _clashing(parts, except_session_id)
        .join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id)
        .where(TrainerAssignment.person_id.in_(person_ids), TrainerAssignment.state.in_(LIVE_ASSIGNMENTS))
        .add_columns(TrainerAssignment.person_id)
    )
    for *clash, person_id in db.session.execute(taught):
        clashes[person_id].append(Clash(*clash))
    return clashes


def clashes_for_trainer(
    viewer: Viewer, person_id: int, parts: Sequence[PartTimes], except_session_id: int | None = None
) -> list[Clash]:
    """Other sessions in these hours that the person teaches or is asked to, soonest first."""
    return clashes_for_trainers(viewer, [person_id], parts, except_session_id)[person_id]


def clashes_for_venue(
    _viewer: Viewer, venue_id: int, parts: Sequence[PartTimes], except_session_id: int | None = None
) -> list[Clash]:
    """Other sessions at a place in these hours, soonest first; a place may have several rooms, so it only warns."""
    there = _clashing(parts, except_session_id).where(CourseSession.venue_id == venue_id)
    return [Clash(*row) for row in db.session.execute(there)]


def venues(_viewer: Viewer) -> list[Venue]:
    """All places, by name."""
    return sorted(db.session.scalars(select(Venue)), key=lambda venue: (folded(venue.name), venue.id))


def venue_choices(viewer: Viewer) -> dict[str, str]:
    """Names of places by key as text."""
    return {str(venue.id): venue.name for venue in venues(viewer)}


def venue_by_slug(viewer: Viewer, slug: str) -> Venue | None:
    """The place that an address names."""
    return next((venue for venue in venues(viewer) if slug_of(folded(venue.name)) == slug), None)


def trainer_choices(_viewer: Viewer) -> dict[str, str]:
    """Names of the people who hold the role of trainer today, by their reference."""
    today = clock.today()
    pool = (
        select(Person.ref, Person.given_name, Person.family_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == Role.TRAINER, RoleGrant.from_on <= today)
        .where(or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today))
        .order_by(Person.sort_key, Person.id)
        .distinct()
        .add_columns(Person.sort_key, Person.id)
    )
    return {row.ref: f"{row.given_name} {row.family_name}" for row in db.session.execute(pool)}


def years_of_sessions(viewer: Viewer) -> list[TrainingYear]:
    """The years in which sessions end, the latest first."""
    days = select(SessionPart.on).join(SessionPart.course_session).where(*within_reach(viewer)).distinct()
    return sorted({TrainingYear.of(on) for on in db.session.scalars(days)}, reverse=True)


def within_reach(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a session exists for the asker."""
    return () if viewer.works_at_desk else (CourseSession.status != SessionStatus.DRAFT,)


def matching(filters: SessionFilters) -> list[ColumnElement[bool]]:
    """The conditions of the filters, on a statement that joins the course."""
    conditions: list[ColumnElement[bool]] = [
        or_(
            Course.search_text.contains(word, autoescape=True),
            CourseSession.ref.contains(word.upper(), autoescape=True),
        )
        for word in folded(filters.words).split()
    ]
    if filters.status is not None:
        conditions.append(CourseSession.status == filters.status)
    if filters.course_id is not None:
        conditions.append(CourseSession.course_id == filters.course_id)
    if filters.mode is not None:
        conditions.append(CourseSession.mode == filters.mode)
    if filters.from_moment is not None:
        conditions.append(CourseSession.ends_at > filters.from_moment)
    if filters.year is not None:
        conditions.append(CourseSession.ends_at >= filters.year.begins_at)
        conditions.append(CourseSession.ends_at < filters.year.ends_at)
    return conditions


def _clashing(parts: Sequence[PartTimes], except_session_id: int | None) -> Select[str, str, datetime, datetime]:
    """What a Clash holds, of every part of another session in these hours, soonest first."""
    overlaps = (and_(SessionPart.starts_at < part.ends_at, SessionPart.ends_at > part.starts_at) for part in parts)
    return (
        select(CourseSession.ref, Course.title, SessionPart.starts_at, SessionPart.ends_at)
        .join(SessionPart.course_session)
        .join(CourseSession.course)
        .where(or_(false(), *overlaps), CourseSession.id.is_distinct_from(except_session_id))
        .where(CourseSession.status.in_((SessionStatus.DRAFT, SessionStatus.PUBLISHED)))
        .order_by(SessionPart.starts_at, SessionPart.id)
    )
