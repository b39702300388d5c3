"""The booking path: one short transaction, against an empty transaction that only takes the lock."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, or_, select

from training.bookings.models import LIVE, Booking
from training.bookings.operations import book_place
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.transaction import lock_row, unit_of_work
from training.core.viewer import COMMAND
from training.people.models import Employment, Person
from training.schedule.models import CourseSession, SessionStatus

PEOPLE = 60


def measure_booking(app: Flask) -> None:
    """Print how long a booking takes with its invite and its message, in bare locks."""
    with app.app_context():
        session_id, course_id = db.session.execute(
            select(CourseSession.id, CourseSession.course_id)
            .where(
                CourseSession.status == SessionStatus.PUBLISHED,
                CourseSession.starts_at > clock.now() + timedelta(days=1),
                or_(CourseSession.booking_opens_at.is_(None), CourseSession.booking_opens_at <= clock.now()),
                or_(CourseSession.booking_closes_at.is_(None), CourseSession.booking_closes_at > clock.now()),
            )
            .order_by(CourseSession.starts_at.desc())
            .limit(1)
        ).one()
        taken = select(Booking.person_id).where(Booking.session_id == session_id, Booking.state.in_(LIVE))
        several = select(Employment.person_id).group_by(Employment.person_id).having(func.count() > 1)
        free = select(Person.id).where(Person.id.not_in(taken), Person.id.not_in(several))
        people = list(db.session.scalars(free.order_by(Person.id).limit(PEOPLE)))
        db.session.remove()

        def lock_only() -> None:
            with unit_of_work():
                lock_row(Course, course_id)

        def book(person_id: int) -> None:
            with unit_of_work():
                book_place(COMMAND, session_id, person_id, declared=True)

        bare = _median([lock_only] * len(people))
        booked = _median([lambda person_id=person_id: book(person_id) for person_id in people])
    print(f"{'lock and commit':36} {bare:8.2f} ms {1.0:8.1f}")
    print(f"{'book, with invite and message':36} {booked:8.2f} ms {booked / bare:8.1f}")


def _median(deeds: list[Callable[[], None]]) -> float:
    taken: list[float] = []
    for deed in deeds:
        begun = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)
