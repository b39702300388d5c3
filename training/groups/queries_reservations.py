"""Reserved places: of one’s agencies, of one session, and those whose date comes near."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import joinedload

from training.bookings.counting import unnamed_places
from training.bookings.models import Booking, Reservation
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Person
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession, SessionStatus


@dataclass(frozen=True)
class Reserved:
    """Reserved places, and how many of them have no name yet."""

    reservation: Reservation
    unnamed: int

    @property
    def is_open(self) -> bool:
        """Whether somebody can still be named."""
        row = self.reservation
        return row.released_at is None and self.unnamed > 0 and clock.now() < row.course_session.starts_at

    @property
    def named(self) -> int:
        return self.reservation.places - self.unnamed


def _in_reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.works_at_desk:
        return true()
    return Reservation.agency_id.in_(lead_agencies(viewer)) if viewer.has(Role.AGENCY_LEAD) else false()


def reservations_of(viewer: Viewer) -> list[Reserved]:
    """What is reserved for the agencies of `viewer` on sessions to come and not given back, the soonest first."""
    return _rows(
        _in_reach(viewer),
        Reservation.released_at.is_(None),
        CourseSession.starts_at > clock.now(),
        CourseSession.status == SessionStatus.PUBLISHED,
    )


def reservations_on(viewer: Viewer, session_id: int) -> list[Reserved]:
    """What was reserved on a session, given back or not, within reach of `viewer`."""
    return _rows(_in_reach(viewer), Reservation.session_id == session_id)


def reserved_by_ref(viewer: Viewer, ref: str) -> Reserved | None:
    """The reservation with this reference, if `viewer` looks after it."""
    return next(iter(_rows(_in_reach(viewer), Reservation.ref == ref.strip().upper())), None)


def named_in(viewer: Viewer, reservation: Reservation) -> Sequence[Booking]:  # noqa: ARG001 - reached by the reservation
    """The bookings that name its places, by name."""
    return db.session.scalars(
        select(Booking)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.reservation_id == reservation.id)
        .options(joinedload(Booking.person), joinedload(Booking.agency))
        .order_by(Person.sort_key, Booking.id)
    ).all()


def _rows(*conditions: ColumnElement[bool]) -> list[Reserved]:
    rows = db.session.execute(
        select(Reservation, unnamed_places())
        .join(CourseSession, CourseSession.id == Reservation.session_id)
        .where(*conditions)
        .options(
            joinedload(Reservation.course_session).joinedload(CourseSession.course),
            joinedload(Reservation.agency),
            joinedload(Reservation.asked_by),
        )
        .order_by(CourseSession.starts_at, Reservation.id)
    )
    return [Reserved(row, unnamed) for row, unnamed in rows]
