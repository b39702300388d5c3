"""What is done once in a period, such as a weekly digest to one lead: a row for each time it was done.

The row is written in the transaction of the deed, so that two workers, or one that caught up after a night off, do it
once.
"""

from datetime import timedelta

from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import Dated, Identified, ShortText
from training.core.database import Base, db

KEPT_FOR = timedelta(days=400)


class PeriodDone(Identified, Dated, Base):
    """Something that was done for one subject in one period."""

    __tablename__ = "period_done"
    __table_args__ = (UniqueConstraint("kind", "subject", "period"),)

    kind: Mapped[str] = mapped_column(ShortText)
    subject: Mapped[str] = mapped_column(ShortText)
    """The row it was done for, such as `person:12`; empty for all."""
    period: Mapped[str] = mapped_column(ShortText)
    """The day or the week as ISO 8601 writes it: `2026-11-21` or `2026-W47`."""


def first_time(kind: str, subject: str, period: str) -> bool:
    """Note that `kind` is done for `subject` in `period`; False where it was done before, here or by another."""
    if was_done(kind, subject, period):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(PeriodDone(kind=kind, subject=subject, period=period))
    except IntegrityError:
        return False
    return True


def forget_old() -> None:
    """Delete what was done more than a year ago: nobody would do it again."""
    db.session.execute(delete(PeriodDone).where(PeriodDone.created_at < clock.now() - KEPT_FOR))


def was_done(kind: str, subject: str, period: str) -> bool:
    """Whether `kind` is noted as done for `subject` in `period`."""
    wanted = (PeriodDone.kind == kind, PeriodDone.subject == subject, PeriodDone.period == period)
    return db.session.scalar(select(PeriodDone.id).where(*wanted)) is not None


def forget(kind: str, subject: str, period: str) -> None:
    """Take back that it is done, in the transaction that noted it: there turned out to be nothing to do."""
    wanted = (PeriodDone.kind == kind, PeriodDone.subject == subject, PeriodDone.period == period)
    db.session.execute(delete(PeriodDone).where(*wanted))
