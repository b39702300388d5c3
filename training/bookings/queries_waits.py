"""What is known of people who wait for a course: to themselves, and to the desk as demand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.models import Booking, BookingState, CourseWait
from training.bookings.operations_course_waits import WAITS
from training.bookings.queries import positions_on
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession

PLACES = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)


@dataclass(frozen=True)
class WaitedDate:
    """A date that somebody waits for, with their place in the order of asking where it is certain."""

    booking: Booking
    position: int | None


@dataclass(frozen=True)
class Waiting:
    """Somebody's wait for a course, and the coming dates they wait for, the dearest first."""

    wait: CourseWait
    dates: Sequence[WaitedDate]


@dataclass(frozen=True)
class DateDemand:
    """How many people wait for one coming date, and for how many of those who wait for the course it is the first."""

    session_ref: str
    starts_at: datetime
    waiting: int
    first_choice: int


@dataclass(frozen=True)
class Demand:
    """How many people wait for a course, in all and by date, and how many would only be told of new dates."""

    people: int
    interested: int
    dates: Sequence[DateDemand]


def wait_by_ref(viewer: Viewer, ref: str) -> CourseWait | None:
    """The wait a reference names: one's own, or anybody's at the desk."""
    found = db.session.scalar(
        select(CourseWait)
        .where(CourseWait.ref == ref.strip().upper())
        .options(joinedload(CourseWait.course), joinedload(CourseWait.person))
    )
    if found is None or not (viewer.works_at_desk or viewer.person_id == found.person_id):
        return None
    return found


def own_wait_for(viewer: Viewer, course_id: int) -> CourseWait | None:
    """The asker's live wait for the course."""
    return db.session.scalar(
        select(CourseWait).where(
            CourseWait.course_id == course_id,
            CourseWait.person_id == viewer.person_id,
            CourseWait.ended_at.is_(None),
        )
    )


def own_place_on(viewer: Viewer, course_id: int) -> Booking | None:
    """The asker's first coming place on a date of the course."""
    return db.session.scalar(
        select(Booking)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(CourseSession.course_id == course_id, CourseSession.starts_at > clock.now())
        .where(
            Booking.person_id == viewer.person_id,
            Booking.state.in_(PLACES),
        )
        .options(joinedload(Booking.course_session).selectinload(CourseSession.parts))
        .order_by(CourseSession.starts_at, Booking.id)
        .limit(1)
    )


def own_waits(viewer: Viewer) -> list[Waiting]:
    """What the asker waits for, the latest first; a constant number of queries."""
    return _of_person(viewer.person_id)


def waits_of_person(viewer: Viewer, person_id: int) -> list[Waiting]:
    """What a person waits for, for the desk; nothing for anybody else."""
    return _of_person(person_id) if viewer.works_at_desk else []


def dates_of(wait: CourseWait) -> list[WaitedDate]:
    """The coming dates of one wait."""
    return list(_dates([wait.id]).get(wait.id, ()))


def demand_for(viewer: Viewer, course_id: int) -> Demand | None:
    """How many people wait for the course; None for others than the desk."""
    if not viewer.works_at_desk:
        return None
    rows = db.session.execute(
        select(
            CourseSession.ref,
            CourseSession.starts_at,
            func.count(),
            func.count().filter(Booking.preference == 1),
        )
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(CourseSession.course_id == course_id, CourseSession.starts_at > clock.now(), Booking.state.in_(WAITS))
        .group_by(CourseSession.id)
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    dates = [DateDemand(*row) for row in rows]
    waiting = (
        select(Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(CourseSession.course_id == course_id, CourseSession.starts_at > clock.now(), Booking.state.in_(WAITS))
    )
    live = select(CourseWait.person_id).where(CourseWait.course_id == course_id, CourseWait.ended_at.is_(None))
    people = db.session.scalar(select(func.count()).select_from(waiting.union(live).subquery())) or 0
    has_date = exists().where(Booking.course_wait_id == CourseWait.id, Booking.state.in_(WAITS))
    interested = db.session.scalar(
        select(func.count()).where(CourseWait.course_id == course_id, CourseWait.ended_at.is_(None), ~has_date)
    )
    return Demand(people, interested or 0, dates)


def _of_person(person_id: int | None) -> list[Waiting]:
    waits = db.session.scalars(
        select(CourseWait)
        .where(CourseWait.person_id == person_id, CourseWait.ended_at.is_(None))
        .options(joinedload(CourseWait.course))
        .order_by(CourseWait.id.desc())
    ).all()
    dates = _dates([wait.id for wait in waits])
    return [Waiting(wait, dates.get(wait.id, ())) for wait in waits]


def _dates(wait_ids: Sequence[int]) -> Mapping[int, Sequence[WaitedDate]]:
    found = db.session.scalars(
        select(Booking)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(Booking.course_wait_id.in_(wait_ids), Booking.state.in_(WAITS), CourseSession.starts_at > clock.now())
        .options(
            joinedload(Booking.course_session).options(
                joinedload(CourseSession.venue), selectinload(CourseSession.parts)
            )
        )
        .order_by(Booking.preference, Booking.id)
    ).all()
    positions = positions_on([booking.session_id for booking in found])
    by_wait: dict[int, list[WaitedDate]] = {}
    for booking in found:
        assert booking.course_wait_id is not None
        by_wait.setdefault(booking.course_wait_id, []).append(WaitedDate(booking, positions.get(booking.id)))
    return by_wait
