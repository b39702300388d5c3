"""Where figures on attendance come from: each is counted here and nowhere else.

A session belongs to the year of its last part, meetings are left out, and only finished sessions count as delivered.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, func, or_, select, true

from training.attendance.models import Mark, Presence, WalkIn
from training.attendance.queries import booking_outcomes
from training.attendance.rules import Outcome
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course, CourseKind, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.queries import led_since
from training.planning.years import TrainingYear
from training.reports.figures import Attendance
from training.schedule.models import CourseSession, SessionStatus

Key = tuple[Any, ...]
READS_ALL = (Role.OFFICER, Role.ADMINISTRATOR, Role.VIEWER)
"""Counts by agency are shown in full to these: they are facts about organisations."""


Reach = Mapping[int, date | None]
"""Agencies whose figures somebody may read, each with the day since when; None is since always."""


def agencies_within_reach(viewer: Viewer) -> Reach | None:
    """The agencies whose figures `viewer` may read; None is all of them, “agency to be confirmed” included.

    A training lead reads their agency and those below it, each from the day since when it stands there: what a school
    booked or missed before it joined is not for the trust. Everybody else reads nothing.
    """
    if viewer.is_machine or viewer.has(*READS_ALL):
        return None
    return led_since(viewer)


def in_year(year: TrainingYear) -> ColumnElement[bool]:
    """Whether a CourseSession's last part ends in the year."""
    return (CourseSession.ends_at >= year.begins_at) & (CourseSession.ends_at < year.ends_at)


def is_training() -> ColumnElement[bool]:
    """Whether a CourseSession is one that training figures count: not a meeting."""
    return CourseSession.course_id.in_(select(Course.id).where(Course.kind != CourseKind.MEETING))


def is_delivered() -> ColumnElement[bool]:
    """Whether a CourseSession is finished: the register of every part is closed."""
    return CourseSession.status == SessionStatus.FINISHED


def is_not_closed() -> ColumnElement[bool]:
    """Whether a CourseSession ran and has a register that is not closed."""
    return (CourseSession.status == SessionStatus.PUBLISHED) & (CourseSession.ends_at <= clock.now())


def chosen(
    year: TrainingYear | None = None, course_id: int | None = None, mode: Mode | None = None
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on CourseSession for a report's filters; None leaves a filter out."""
    conditions = [is_training()]
    if year is not None:
        conditions.append(in_year(year))
    if course_id is not None:
        conditions.append(CourseSession.course_id == course_id)
    if mode is not None:
        conditions.append(CourseSession.mode == mode)
    return tuple(conditions)


def attendance_by(
    viewer: Viewer, keys: Sequence[Any], sessions: Sequence[ColumnElement[bool]], *, by_agency: bool = False
) -> dict[Key, Attendance]:
    """Attendance over the delivered sessions that `sessions` chooses, grouped by `keys`; two queries.

    `keys` are columns of CourseSession. With `by_agency` the first of a group is the agency in which people came,
    None where it is to be confirmed. Agencies out of the viewer's reach are left out.
    """
    reach = agencies_within_reach(viewer)
    outcomes = booking_outcomes()

    def times(outcome: Outcome) -> ColumnElement[int]:
        return func.sum(case((outcomes.c.outcome == outcome.value, 1), else_=0))

    late = (Booking.state == BookingState.CANCELLED) & Booking.is_late
    groups: list[Any] = [Booking.agency_id, *keys] if by_agency else list(keys)
    booked = (
        select(
            *groups,
            times(Outcome.ATTENDED),
            times(Outcome.ABSENT),
            times(Outcome.EXCUSED),
            times(Outcome.NOT_MARKED),
            func.sum(case((late, 1), else_=0)),
        )
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .outerjoin(outcomes, outcomes.c.booking_id == Booking.id)
        .where(is_delivered(), *sessions, or_(outcomes.c.booking_id.is_not(None), late))
        .where(_within(Booking.agency_id, reach))
        .group_by(*groups)
    )
    found: dict[Key, Attendance] = {}
    width = len(groups)
    for row in db.session.execute(booked):
        attended, absent, excused, not_marked, cancelled = row[width:]
        found[tuple(row[:width])] = Attendance(attended, absent, excused, not_marked, 0, cancelled)
    groups = [WalkIn.agency_id, *keys] if by_agency else list(keys)
    walked_in = (
        select(*groups, func.count())
        .select_from(WalkIn)
        .join(CourseSession, CourseSession.id == WalkIn.session_id)
        .where(is_delivered(), *sessions, _came(WalkIn.id == Mark.walk_in_id), _within(WalkIn.agency_id, reach))
        .group_by(*groups)
    )
    for row in db.session.execute(walked_in):
        key = tuple(row[:width])
        found[key] = found.get(key, Attendance()) + Attendance(walk_ins=row[width])
    return found


def people_by_agency(
    viewer: Viewer, sessions: Sequence[ColumnElement[bool]], keys: Sequence[Any] = ()
) -> dict[Key, set[tuple[int | None, int | None]]]:
    """Who attended the delivered sessions that `sessions` chooses, by the agency in which they came; two queries.

    Grouped by the agency first, then by `keys`, columns of CourseSession. Each is (person, None), or (None, walk-in)
    for a walk-in whom nobody has matched to a person yet. Sets, because a person who came twice, or
    for two agencies, is one person in every sum.
    """
    reach = agencies_within_reach(viewer)
    booked = (
        select(Booking.agency_id, *keys, Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(is_delivered(), *sessions, _within(Booking.agency_id, reach))
        .where(Booking.state == BookingState.CONFIRMED, _came(Booking.id == Mark.booking_id))
        .distinct()
    )
    walked_in = (
        select(WalkIn.agency_id, *keys, WalkIn.person_id, WalkIn.id)
        .join(CourseSession, CourseSession.id == WalkIn.session_id)
        .where(is_delivered(), *sessions, _within(WalkIn.agency_id, reach), _came(WalkIn.id == Mark.walk_in_id))
    )
    found: dict[Key, set[tuple[int | None, int | None]]] = {}
    for *key, person_id in db.session.execute(booked):
        found.setdefault(tuple(key), set()).add((person_id, None))
    for *key, person_id, walk_in_id in db.session.execute(walked_in):
        found.setdefault(tuple(key), set()).add((person_id, walk_in_id if person_id is None else None))
    return found


def _came(link: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the booking or walk-in of `link` is marked as attended in any part."""
    return exists().where(link, Mark.presence == Presence.ATTENDED)


def _within(agency: Any, reach: Reach | None) -> ColumnElement[bool]:
    """Whether a row of `agency` on a CourseSession is for somebody with this reach."""
    if reach is None:
        return true()
    since: dict[date, list[int]] = {}
    for key, day in reach.items():
        since.setdefault(day or date.min, []).append(key)
    return or_(
        false(),
        *(
            agency.in_(sorted(keys)) & (true() if day == date.min else CourseSession.ends_at >= clock.start_of_day(day))
            for day, keys in sorted(since.items())
        ),
    )
