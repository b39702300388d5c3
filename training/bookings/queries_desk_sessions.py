"""The desk's list of sessions: each with how many are booked and waiting, counted in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from training.bookings.counting import places_in_all, taken
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course, Mode
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    Venue,
)
from training.schedule.queries import ORDERS, SessionFilters, matching, within_reach


@dataclass(frozen=True)
class DeskSession:
    """A session as a row of the desk's list."""

    ref: str
    title: str
    mode: Mode
    status: SessionStatus
    starts_at: datetime
    ends_at: datetime
    venue: str | None
    capacity: int
    booked: int
    waiting: int
    trainers: int
    parts: int


@dataclass(frozen=True)
class Totals:
    """What the rows of a list add up to, over all pages."""

    capacity: int
    booked: int
    waiting: int


def desk_sessions(viewer: Viewer, filters: SessionFilters) -> Select[*tuple[Any, ...]]:
    """The sessions that match: rows for `DeskSession(*row)`, for `paged`."""
    trainers = (
        select(func.count())
        .where(TrainerAssignment.session_id == CourseSession.id, TrainerAssignment.state.in_(LIVE_ASSIGNMENTS))
        .scalar_subquery()
    )
    parts = select(func.max(SessionPart.number)).where(SessionPart.session_id == CourseSession.id).scalar_subquery()
    return (
        select(
            CourseSession.ref, Course.title, CourseSession.mode, CourseSession.status, CourseSession.starts_at,
            CourseSession.ends_at, Venue.name, places_in_all(), _held(),
            _count(BookingState.WAITING, BookingState.APPLIED), trainers, parts,
        )
        .join(CourseSession.course)
        .outerjoin(CourseSession.venue)
        .where(*within_reach(viewer), *matching(filters))
        .order_by(*ORDERS[filters.order])
    )  # fmt: skip


def totals_of(viewer: Viewer, filters: SessionFilters) -> Totals:
    """Places, bookings and people who wait over all sessions that match, without those called off."""
    rows = (
        select(
            places_in_all().label("capacity"),
            _held().label("booked"),
            _count(BookingState.WAITING, BookingState.APPLIED).label("waiting"),
        )
        .join(CourseSession.course)
        .where(*within_reach(viewer), *matching(filters), CourseSession.status != SessionStatus.CALLED_OFF)
        .subquery()
    )
    sums = [func.coalesce(func.sum(column), 0) for column in (rows.c.capacity, rows.c.booked, rows.c.waiting)]
    return Totals(*(int(value) for value in db.session.execute(select(*sums)).one()))


def _held() -> ColumnElement[int]:
    rows = taken()
    return (
        select(func.coalesce(func.sum(rows.c.places), 0))
        .where(rows.c.session_id == CourseSession.id)
        .correlate(CourseSession)
        .scalar_subquery()
    )


def _count(*states: BookingState) -> ColumnElement[int]:
    return (
        select(func.count())
        .where(Booking.session_id == CourseSession.id, Booking.state.in_(states))
        .correlate(CourseSession)
        .scalar_subquery()
    )
