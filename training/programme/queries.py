"""What is read of the programme of a term: its sessions with everything that deserves a look, and closed schools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.programme.names import Agencies
from training.programme.rules import Closure, Concern, Mark, Slot, Timetable, day_concerns, teacher_concerns
from training.programme.term_dates import Term
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    CourseSession,
    SchoolHoliday,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)
from training.schedule.operations import readiness, times_of
from training.schedule.reach import TAKES_REGISTER
from training.schedule.rules import missing_to_publish, needs_venue

PLANNED = (SessionStatus.DRAFT, SessionStatus.PUBLISHED, SessionStatus.FINISHED)
"""What stands in a term; a session that was called off is asked for by its state."""


@dataclass(frozen=True, kw_only=True)
class ProgrammeFilters:
    """Which sessions of a term; None leaves a filter out."""

    course_id: int | None = None
    status: SessionStatus | None = None
    mode: Mode | None = None

    def fit(self, session: CourseSession) -> bool:
        """Whether the session is one of them."""
        return (
            self.course_id in (None, session.course_id)
            and (session.status in PLANNED if self.status is None else session.status is self.status)
            and self.mode in (None, session.mode)
        )


@dataclass(frozen=True)
class Entry:
    """A session of the programme with what deserves a look and what is missing before it can be published."""

    session: CourseSession
    slot: Slot
    concerns: list[Concern] = field(default_factory=list[Concern])
    missing: list[str] = field(default_factory=list[str])

    @property
    def marks(self) -> list[Mark]:
        """The concerns as tags, each once."""
        return list(dict.fromkeys(concern.mark for concern in self.concerns))

    @property
    def is_draft(self) -> bool:
        return self.session.status is SessionStatus.DRAFT

    @property
    def has_problems(self) -> bool:
        return bool(self.concerns or self.missing)


def programme_of(viewer: Viewer, first: date, last: date, filters: ProgrammeFilters | None = None) -> list[Entry]:
    """The sessions with a day from `first` to `last` that match, soonest first; a constant number of queries."""
    wanted = filters or ProgrammeFilters()
    statuses = PLANNED if wanted.status is None else (*PLANNED, wanted.status)
    found = sessions_between(viewer, first, last, statuses)
    slots = slots_of(found)
    timetable = Timetable(
        slot for session, slot in zip(found, slots, strict=True) if session.status is not SessionStatus.CALLED_OFF
    )
    closures = closures_between(viewer, first, last)
    return [
        _entry(session, slot, timetable, closures)
        for session, slot in zip(found, slots, strict=True)
        if wanted.fit(session)
    ]


def sessions_between(
    _viewer: Viewer, first: date, last: date, statuses: Collection[SessionStatus] = PLANNED
) -> Sequence[CourseSession]:
    """The sessions with a day from `first` to `last`, with course, venue, parts and trainers, soonest first."""
    there = select(SessionPart.session_id).where(SessionPart.on.between(first, last))
    return db.session.scalars(
        _with_everything()
        .where(CourseSession.id.in_(there), CourseSession.status.in_(statuses))
        .order_by(CourseSession.starts_at, CourseSession.id)
    ).all()


def slots_of(sessions: Collection[CourseSession]) -> list[Slot]:
    """The sessions as the checks see them, in their order; one query for the agencies of their trainers."""
    agencies = Agencies({assignment.person_id for session in sessions for assignment in live_assignments(session)})
    return [_slot(session, agencies) for session in sessions]


def live_assignments(session: CourseSession) -> list[TrainerAssignment]:
    """Who is on a session, asked or accepted, lead trainers first."""
    parts = list(TrainerPart)
    live = [assignment for assignment in session.trainers if assignment.state in LIVE_ASSIGNMENTS]
    return sorted(live, key=lambda assignment: (parts.index(assignment.part), assignment.id))


def closures_between(_viewer: Viewer, first: date, last: date) -> list[Closure]:
    """The school holidays that touch the days from `first` to `last`."""
    found = db.session.scalars(
        select(SchoolHoliday)
        .where(SchoolHoliday.from_on <= last, SchoolHoliday.to_on >= first)
        .order_by(SchoolHoliday.from_on, SchoolHoliday.id)
    )
    return [Closure(each.name, each.from_on, each.to_on) for each in found]


def school_holidays(_viewer: Viewer) -> Sequence[SchoolHoliday]:
    """All school holidays that are kept, the latest first."""
    return db.session.scalars(
        select(SchoolHoliday).order_by(SchoolHoliday.from_on.desc(), SchoolHoliday.id.desc())
    ).all()


def terms_known(_viewer: Viewer) -> list[Term]:
    """Every term with a session, this one and the two after it, the latest first."""
    today = Term.of(clock.today())
    days = db.session.scalars(select(SessionPart.on).distinct())
    return sorted(
        {Term.of(day) for day in days} | {today.later(step) for step in range(3)},
        key=lambda term: term.first,
        reverse=True,
    )


def coming_drafts(_viewer: Viewer) -> list[Entry]:
    """All drafts, soonest first, with what is missing before they can be published."""
    found = db.session.scalars(
        _with_everything()
        .where(CourseSession.status == SessionStatus.DRAFT)
        .order_by(CourseSession.starts_at, CourseSession.id)
    ).all()
    now = clock.now()
    return [
        Entry(session, slot, missing=missing_to_publish(readiness(session), now))
        for session, slot in zip(found, slots_of(found), strict=True)
    ]


def overdue_drafts(_viewer: Viewer) -> list[Entry]:
    """Drafts that were to be published by now, with what is missing; empty lists where the worker has yet to come."""
    now = clock.now()
    found = db.session.scalars(
        _with_everything()
        .where(CourseSession.status == SessionStatus.DRAFT, CourseSession.publish_at <= now)
        .order_by(CourseSession.publish_at, CourseSession.id)
    ).all()
    return [
        Entry(session, slot, missing=missing_to_publish(readiness(session), now))
        for session, slot in zip(found, slots_of(found), strict=True)
    ]


def _with_everything() -> Select[CourseSession]:
    return select(CourseSession).options(
        joinedload(CourseSession.course),
        joinedload(CourseSession.venue),
        selectinload(CourseSession.parts),
        selectinload(CourseSession.trainers).joinedload(TrainerAssignment.person),
    )


def _slot(session: CourseSession, agencies: Agencies) -> Slot:
    parts = tuple(times_of(session))
    return Slot(
        key=session.ref,
        called=f"{session.course.title} ({session.ref})",
        parts=parts,
        venue_id=session.venue_id if needs_venue(session.mode) else None,
        venue=session.venue.name if session.venue else "",
        teachers=tuple(
            agencies.teacher(
                assignment.person_id,
                assignment.person.name,
                parts[0].on,
                teaches=assignment.part in TAKES_REGISTER,
            )
            for assignment in live_assignments(session)
        ),
    )


def _entry(session: CourseSession, slot: Slot, timetable: Timetable, closures: Sequence[Closure]) -> Entry:
    """What is over or called off needs no look any more."""
    now = clock.now()
    if session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        return Entry(session, slot)
    if session.status is SessionStatus.PUBLISHED and session.ends_at <= now:
        return Entry(session, slot)
    concerns = [
        *day_concerns([part.on for part in slot.parts], closures, clock.today()),
        *teacher_concerns(slot.teachers),
        *timetable.concerns(slot),
    ]
    is_draft = session.status is SessionStatus.DRAFT
    return Entry(session, slot, concerns, missing_to_publish(readiness(session), now) if is_draft else [])
