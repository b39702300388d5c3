"""The programme as everybody sees it: coming sessions with their free places, counted in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from training.bookings.counting import held_by_session, places_in_all, taken
from training.bookings.models import LIVE, Booking, BookingState
from training.bookings.rules import Refusal, may_book
from training.catalogue.models import Course, CourseAudience, CourseKind, CourseStatus, Mode
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models_workforce import WorkforceGroup
from training.schedule.models import CourseSession, SessionPart, SessionStatus, Venue

CALLED_OFF_DAYS_IN_FEED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class ProgrammeFilters:
    """What somebody looks for; None and empty leave a filter out. A course for everybody is for each audience."""

    words: str = ""
    start: date | None = None
    end: date | None = None
    """The last day that counts."""
    mode: Mode | None = None
    """Hybrid sessions are found under each way of coming."""
    kind: CourseKind | None = None
    priority_id: int | None = None
    audience: int | None = None
    """The number of a workforce group."""
    places: bool = False
    """Only sessions with a place left that can be booked now."""

    @property
    def about_dates(self) -> bool:
        """Whether something is asked that only a session answers."""
        return bool(self.start or self.end or self.mode or self.places)


@dataclass(frozen=True)
class ProgrammeSession:
    """A coming session as a row of the programme says it."""

    ref: str
    title: str
    slug: str
    kind: CourseKind
    mode: Mode
    venue: str | None
    starts_at: datetime
    ends_at: datetime
    first_ends_at: datetime
    """When the first part ends."""
    parts: int
    capacity: int
    held: int
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def free(self) -> int:
        return self.capacity - self.held

    @property
    def refusal(self) -> Refusal | None:
        """Why it cannot be booked now; None where it can."""
        return may_book(
            clock.now(), published=True, opens_at=self.opens_at, closes_at=self.closes_at, starts_at=self.starts_at
        )


@dataclass(frozen=True)
class DaySession:
    """One sitting on a day of the month view."""

    ref: str
    title: str
    mode: Mode
    on: date
    starts_at: datetime
    ends_at: datetime
    number: int
    parts: int
    free: int
    session_starts_at: datetime

    @property
    def is_past(self) -> bool:
        """Whether the session has begun, so that nobody can join it."""
        return self.session_starts_at <= clock.now()


@dataclass(frozen=True)
class CourseCard:
    """A course of the catalogue, with how many dates match and when the first is."""

    title: str
    slug: str
    kind: CourseKind
    summary: str
    mode: Mode
    dates: int
    next_at: datetime | None


def places_taken(_viewer: Viewer, session_ids: Collection[int]) -> dict[int, int]:
    """How many places of each session are held; sessions nobody holds a place on count nought."""
    rows = taken()
    counted = (
        select(rows.c.session_id, func.sum(rows.c.places))
        .where(rows.c.session_id.in_(session_ids))
        .group_by(rows.c.session_id)
    )
    return dict.fromkeys(session_ids, 0) | {row[0]: int(row[1]) for row in db.session.execute(counted)}


def upcoming_sessions(viewer: Viewer, filters: ProgrammeFilters) -> Select[*tuple[Any, ...]]:
    """Published sessions that have not begun, soonest first: rows for `ProgrammeSession(*row)`, for `paged`."""
    held = held_by_session()
    return (
        select(
            CourseSession.ref, Course.title, Course.slug, Course.kind, CourseSession.mode, Venue.name,
            CourseSession.starts_at, CourseSession.ends_at, SessionPart.ends_at, _part_count(), places_in_all(),
            _held_count(held), CourseSession.booking_opens_at, CourseSession.booking_closes_at,
        )
        .join(CourseSession.course)
        .join(SessionPart, and_(SessionPart.session_id == CourseSession.id, SessionPart.number == 1))
        .outerjoin(CourseSession.venue)
        .outerjoin(held, held.c.session_id == CourseSession.id)
        .where(*_coming(viewer), *_about_course(filters), *_about_session(filters, held))
        .order_by(CourseSession.starts_at, CourseSession.id)
    )  # fmt: skip


def next_sessions(viewer: Viewer, limit: int, filters: ProgrammeFilters | None = None) -> list[ProgrammeSession]:
    """The first few coming sessions that match."""
    rows = db.session.execute(upcoming_sessions(viewer, filters or ProgrammeFilters()).limit(limit))
    return [ProgrammeSession(*row) for row in rows]


def sessions_of_course(viewer: Viewer, course_id: int) -> list[ProgrammeSession]:
    """The coming sessions of one course, soonest first."""
    statement = upcoming_sessions(viewer, ProgrammeFilters()).where(CourseSession.course_id == course_id)
    return [ProgrammeSession(*row) for row in db.session.execute(statement)]


def last_ran_at(_viewer: Viewer, course_id: int) -> datetime | None:
    """When the course was last held; None where it never was."""
    return db.session.scalar(
        select(func.max(CourseSession.ends_at)).where(
            CourseSession.course_id == course_id,
            CourseSession.status.in_((SessionStatus.PUBLISHED, SessionStatus.FINISHED)),
            CourseSession.ends_at <= clock.now(),
        )
    )


def sittings_between(_viewer: Viewer, first: date, last: date, filters: ProgrammeFilters) -> list[DaySession]:
    """Every sitting from the day `first` to the day `last`, past ones too, in the order of time."""
    held = held_by_session()
    rows = db.session.execute(
        select(
            CourseSession.ref, Course.title, CourseSession.mode, SessionPart.on, SessionPart.starts_at,
            SessionPart.ends_at, SessionPart.number,
            _part_count(),
            places_in_all() - _held_count(held), CourseSession.starts_at,
        )
        .join(SessionPart.course_session)
        .join(CourseSession.course)
        .outerjoin(held, held.c.session_id == CourseSession.id)
        .where(SessionPart.on.between(first, last))
        .where(CourseSession.status.in_((SessionStatus.PUBLISHED, SessionStatus.FINISHED)))
        .where(Course.kind != CourseKind.MEETING)
        .where(*_about_course(filters), *_about_session(filters, held))
        .order_by(SessionPart.starts_at, SessionPart.id)
    )  # fmt: skip
    return [DaySession(*row) for row in rows]


def course_cards(viewer: Viewer, filters: ProgrammeFilters) -> list[CourseCard]:
    """The live courses that match, by title; where dates, mode or places are asked for, those with such a session."""
    held = held_by_session()
    matching = (
        select(
            CourseSession.course_id,
            func.count().label("dates"),
            func.min(CourseSession.starts_at).label("next_at"),
        )
        .join(CourseSession.course)
        .outerjoin(held, held.c.session_id == CourseSession.id)
        .where(*_coming(viewer), *_about_session(filters, held))
        .group_by(CourseSession.course_id)
        .subquery()
    )
    statement = (
        select(
            Course.title, Course.slug, Course.kind, Course.summary, Course.mode,
            func.coalesce(matching.c.dates, 0), matching.c.next_at,
        )
        .join(matching, matching.c.course_id == Course.id, isouter=not filters.about_dates)
        .where(Course.status == CourseStatus.LIVE, Course.kind != CourseKind.MEETING, *_about_course(filters))
        .order_by(Course.sort_key, Course.id)
    )  # fmt: skip
    return [CourseCard(*row) for row in db.session.execute(statement)]


def own_booking(viewer: Viewer, session_id: int) -> Booking | None:
    """The asker’s live booking on a session."""
    if viewer.person_id is None:
        return None
    return db.session.scalar(
        select(Booking).where(
            Booking.session_id == session_id,
            Booking.person_id == viewer.person_id,
            Booking.state.in_(LIVE),
            Booking.state != BookingState.HELD,
        )
    )


def feed_sessions(_viewer: Viewer) -> Sequence[CourseSession]:
    """What the public calendar shows: published sessions that have not ended, and those called off of late."""
    now = clock.now()
    shown = or_(
        and_(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.ends_at > now),
        and_(
            CourseSession.status == SessionStatus.CALLED_OFF,
            CourseSession.called_off_at > now - CALLED_OFF_DAYS_IN_FEED,
            CourseSession.published_at.is_not(None),
        ),
    )
    found = db.session.scalars(
        select(CourseSession)
        .join(CourseSession.course)
        .where(shown, Course.kind != CourseKind.MEETING)
        .options(joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts))
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return found.all()


def feed_last_left_at(_viewer: Viewer) -> datetime | None:
    """When something last dropped out of the public calendar because time went on."""
    now = clock.now()
    ended = db.session.scalar(
        select(func.max(CourseSession.ends_at)).where(
            CourseSession.status.in_((SessionStatus.PUBLISHED, SessionStatus.FINISHED)), CourseSession.ends_at <= now
        )
    )
    faded = db.session.scalar(
        select(func.max(CourseSession.called_off_at)).where(
            CourseSession.called_off_at <= now - CALLED_OFF_DAYS_IN_FEED
        )
    )
    left = [moment for moment in (ended, faded and faded + CALLED_OFF_DAYS_IN_FEED) if moment]
    return max(left, default=None)


def _held_count(held: Subquery) -> ColumnElement[int]:
    return func.coalesce(held.c.held, 0)


def _part_count() -> ColumnElement[int]:
    # Parts are numbered from one without gaps.
    part = aliased(SessionPart)
    return select(func.max(part.number)).where(part.session_id == CourseSession.id).scalar_subquery()


def _coming(_viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    # Meetings have their own members and are not part of the programme.
    return (
        CourseSession.status == SessionStatus.PUBLISHED,
        CourseSession.starts_at > clock.now(),
        Course.kind != CourseKind.MEETING,
    )


def _about_course(filters: ProgrammeFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Course.search_text.contains(word, autoescape=True) for word in folded(filters.words).split()
    ]
    if filters.kind is not None:
        conditions.append(Course.kind == filters.kind)
    if filters.priority_id is not None:
        conditions.append(Course.priority_id == filters.priority_id)
    if filters.audience is not None:
        limited = select(CourseAudience.course_id)
        named = limited.join(WorkforceGroup, WorkforceGroup.id == CourseAudience.workforce_group_id).where(
            WorkforceGroup.number == filters.audience
        )
        conditions.append(or_(Course.id.in_(named), Course.id.not_in(limited)))
    return conditions


def _about_session(filters: ProgrammeFilters, held: Subquery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.start is not None:
        conditions.append(CourseSession.starts_at >= clock.start_of_day(filters.start))
    if filters.end is not None:
        conditions.append(CourseSession.starts_at < clock.start_of_day(filters.end + timedelta(days=1)))
    if filters.mode is not None:
        conditions.append(CourseSession.mode.in_((filters.mode, Mode.HYBRID)))
    if filters.places:
        now = clock.now()
        conditions.append(places_in_all() > _held_count(held))
        conditions.append(or_(CourseSession.booking_opens_at.is_(None), CourseSession.booking_opens_at <= now))
        conditions.append(or_(CourseSession.booking_closes_at.is_(None), CourseSession.booking_closes_at > now))
    return conditions
