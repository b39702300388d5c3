"""Signs of life of the workers, and which periodic work is done: rows, since memory forgets."""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import Identified, ShortText
from training.core.database import Base, db

SEEN_WITHIN = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)


class WorkerSeen(Base):
    """When the worker of one name last showed itself."""

    __tablename__ = "worker_seen"

    name: Mapped[str] = mapped_column(ShortText, primary_key=True)
    seen_at: Mapped[datetime]


class PeriodicRun(Identified, Base):
    """Work that is done once a period, such as a digest for a week: whoever makes the row does the work."""

    __tablename__ = "periodic_run"
    __table_args__ = (UniqueConstraint("kind", "period"),)

    kind: Mapped[str] = mapped_column(ShortText)
    period: Mapped[str] = mapped_column(ShortText)
    ran_at: Mapped[datetime] = mapped_column(default=clock.now)


def show_life(name: str) -> None:
    """Note that the worker `name` is running now, and forget workers that have been silent for a day."""
    now = clock.now()
    db.session.execute(delete(WorkerSeen).where(WorkerSeen.seen_at < now - FORGOTTEN_AFTER))
    db.session.merge(WorkerSeen(name=name, seen_at=now))


def worker_last_seen() -> datetime | None:
    """When any worker was last seen; None if none ever was."""
    return db.session.scalar(select(func.max(WorkerSeen.seen_at)))


def begin_period(kind: str, period: str) -> bool:
    """Claim the work `kind` of `period` (such as `2026-W48`); False if it was claimed before."""
    try:
        with db.session.begin_nested():
            db.session.add(PeriodicRun(kind=kind, period=period))
    except IntegrityError:
        return False
    return True
