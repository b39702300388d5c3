"""What the worker does about changes of sessions: it tells people when the quiet period has ended."""

from sqlalchemy import select

from training.bookings.models_changes import SessionChange
from training.changes.operations_telling import tell_when_due
from training.core import clock
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work


def tell_changes() -> int:
    """Tell people of every change whose quiet period has ended; returns how many were told."""
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(SessionChange.session_id)
            .where(SessionChange.told_at.is_(None), SessionChange.tell_at <= clock.now())
            .order_by(SessionChange.tell_at, SessionChange.id)
        ).all()
    return for_each(due, tell_when_due)
