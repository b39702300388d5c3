"""How places are counted, in SQL: from the states of bookings and from what is reserved, never kept anywhere."""

from functools import cache

from sqlalchemy import ColumnElement, Integer, Subquery, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from training.bookings.models import HOLDING, Booking, Reservation
from training.schedule.models import CourseSession


def places_in_all() -> ColumnElement[int]:
    """The places of a row of CourseSession, in the room and online together."""
    return CourseSession.capacity + func.coalesce(CourseSession.online_capacity, 0)


@cache
def unnamed_places() -> ColumnElement[int]:
    """The places of a row of Reservation for which nobody is named; a booking made in it names one for good."""
    named = aliased(Booking)
    count = select(func.count()).where(named.reservation_id == Reservation.id).scalar_subquery()
    return Reservation.places - count


@cache
def taken() -> Subquery:
    """Places held: `session_id`, `way`, `agency_id` and `places`, a row for each booking and each open reservation."""
    booked = select(
        Booking.session_id, Booking.way, Booking.agency_id, type_coerce(literal(1), Integer).label("places")
    ).where(Booking.state.in_(HOLDING))
    reserved = select(
        Reservation.session_id, Reservation.way, Reservation.agency_id, unnamed_places().label("places")
    ).where(Reservation.released_at.is_(None))
    return union_all(booked, reserved).subquery("taken")


@cache
def held_by_session() -> Subquery:
    """How many places of each session are held: `session_id` and `held`; no row where none is."""
    rows = taken()
    return select(rows.c.session_id, func.sum(rows.c.places).label("held")).group_by(rows.c.session_id).subquery("held")
