"""What the worker does before a session: it asks who still comes, and reminds.

Both look for what is due now, so that a worker that was away catches up, and neither says anything late.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from training.bookings.models import Booking, BookingState
from training.bookings.operations_reminders import REMINDED, ask_whether_coming, remind
from training.bookings.queries_session import is_untold
from training.bookings.still_coming import FARTHEST, is_due_to_be_asked, reminded_at
from training.core import clock
from training.core.database import db, reading
from training.core.periods import PeriodDone
from training.core.policies import PolicyVersion
from training.core.transaction import for_each, unit_of_work
from training.schedule.models import CourseSession, SessionStatus

Booked = Row[int, datetime | None, datetime, datetime | None, datetime, dict[str, int]]


def ask_who_comes() -> int:
    """Send joining instructions with “still coming?” to everybody for whom it is time; returns how many."""
    with reading(), unit_of_work():
        due = [
            row.id
            for row in _booked()
            if is_due_to_be_asked(row.starts_at, row.figures, row.confirmed_at or row.asked_at, row.coming_asked_at)
        ]
    return for_each(due, ask_whether_coming)


def remind_people() -> int:
    """Remind everybody whose session is near and who was not reminded of that day; returns how many."""
    with reading(), unit_of_work() as session:
        near = [row for row in _booked() if reminded_at(row.starts_at) <= clock.now()]
        days = {clock.local(row.starts_at).date().isoformat() for row in near}
        done = select(PeriodDone.subject, PeriodDone.period).where(
            PeriodDone.kind == REMINDED, PeriodDone.period.in_(days)
        )
        known = {(subject, period) for subject, period in session.execute(done)}
        due = [
            row.id for row in near if (f"booking:{row.id}", clock.local(row.starts_at).date().isoformat()) not in known
        ]
    return for_each(due, remind)


def _booked() -> Sequence[Booked]:
    """Who has a place on a session to come that they know as it is."""
    return db.session.execute(
        select(
            Booking.id,
            Booking.confirmed_at,
            Booking.asked_at,
            Booking.coming_asked_at,
            CourseSession.starts_at,
            PolicyVersion.figures,
        )
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .outerjoin(PolicyVersion, PolicyVersion.id == Booking.terms_id)
        .where(Booking.state == BookingState.CONFIRMED, CourseSession.status == SessionStatus.PUBLISHED)
        .where(CourseSession.starts_at > clock.now(), CourseSession.starts_at < clock.now() + FARTHEST)
        .where(~is_untold(CourseSession.id))
        .order_by(CourseSession.starts_at, Booking.id)
    ).all()
