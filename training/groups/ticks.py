"""What the worker does about reserved places: it reminds of the date for names, and gives back what has none."""

from datetime import timedelta

from sqlalchemy import or_, select

from training.bookings.models import Reservation
from training.core import clock
from training.core.database import db, reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.groups.operations_reservations import is_due, lapse_reservation, remind_of_reservation
from training.schedule.models import CourseSession

FARTHEST = timedelta(days=14)
"""No working day lies farther before a date, whatever the holidays."""


def remind_of_names() -> int:
    """Remind of reserved places without a name a working day before their date; returns how many were reminded."""
    with reading(), unit_of_work():
        near = db.session.scalars(
            select(Reservation)
            .join(CourseSession, CourseSession.id == Reservation.session_id)
            .where(
                Reservation.released_at.is_(None),
                Reservation.reminded_at.is_(None),
                Reservation.name_by > clock.now(),
                Reservation.name_by < clock.now() + FARTHEST,
            )
            .order_by(Reservation.name_by, Reservation.id)
        )
        due = [one.id for one in near if is_due(one)]
    return for_each(due, remind_of_reservation)


def lapse_reservations() -> int:
    """Give back what was not named in time; returns for how many reservations."""
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(Reservation.id)
            .join(CourseSession, CourseSession.id == Reservation.session_id)
            .where(
                Reservation.released_at.is_(None),
                or_(Reservation.name_by <= clock.now(), CourseSession.starts_at <= clock.now()),
            )
            .order_by(Reservation.name_by, Reservation.id)
        ).all()
    return for_each(due, lambda key: lapse_reservation(WORKER, key))
