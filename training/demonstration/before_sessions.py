"""The terms people booked under, and what the worker would have sent before sessions that are near, with answers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from training.bookings.models import Booking, BookingState
from training.bookings.operations_reminders import ask_whether_coming, remind, say_coming
from training.bookings.still_coming import FARTHEST, asked_at, reminded_at
from training.core import clock
from training.core.database import db
from training.core.policies import PolicyVersion, terms_in_force
from training.demonstration.diary import as_person
from training.schedule.models import CourseSession, SessionStatus

YEAR = timedelta(days=365)
ANSWERS_AFTER = timedelta(hours=5)
SILENT = 3
"""Every third person has not answered yet."""


def agree_to_terms(now: datetime) -> None:
    """Let everybody who booked in the last year have agreed to the terms that come with Muster."""
    since = now - YEAR
    with clock.as_of(since):
        terms = terms_in_force()
    db.session.execute(update(Booking).where(Booking.asked_at >= since).values(terms_id=terms.id))
    db.session.flush()


def ask_and_remind(now: datetime) -> None:
    """Do it as of the moments when it was due, the earliest first."""
    rows = db.session.execute(
        select(Booking.id, Booking.person_id, CourseSession.starts_at, PolicyVersion.figures)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .outerjoin(PolicyVersion, PolicyVersion.id == Booking.terms_id)
        .where(Booking.state == BookingState.CONFIRMED, CourseSession.status == SessionStatus.PUBLISHED)
        .where(CourseSession.starts_at > now, CourseSession.starts_at < now + FARTHEST)
        .order_by(Booking.id)
    )
    deeds: list[tuple[datetime, int, Callable[[], object]]] = []
    for number, (booking_id, person_id, starts_at, figures) in enumerate(rows):
        asked = asked_at(starts_at, figures)
        deeds.append((asked, booking_id, partial(ask_whether_coming, booking_id)))
        if number % SILENT:
            deeds.append((asked + ANSWERS_AFTER, booking_id, partial(_answer, person_id, booking_id)))
        deeds.append((reminded_at(starts_at), booking_id, partial(remind, booking_id)))
    for at, _, deed in sorted(deeds, key=lambda noted: noted[:2]):
        if at <= now:
            with clock.as_of(at):
                deed()
                db.session.flush()


def _answer(person_id: int, booking_id: int) -> None:
    if db.session.get_one(Booking, booking_id).coming_asked_at is not None:
        say_coming(as_person(person_id), booking_id)
