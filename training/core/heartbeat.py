"""Signs of life of the workers: rows, since memory forgets."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import ShortText
from training.core.database import Base, db

SEEN_WITHIN = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)


class WorkerSeen(Base):
    """When the worker of one name last showed itself."""

    __tablename__ = "worker_seen"

    name: Mapped[str] = mapped_column(ShortText, primary_key=True)
    seen_at: Mapped[datetime]


def show_life(name: str) -> None:
    """Note that the worker `name` is running now, and forget workers that have been silent for a day."""
    now = clock.now()
    db.session.execute(delete(WorkerSeen).where(WorkerSeen.seen_at < now - FORGOTTEN_AFTER))
    db.session.merge(WorkerSeen(name=name, seen_at=now))


def worker_last_seen() -> datetime | None:
    """When any worker was last seen; None if none ever was."""
    return db.session.scalar(select(func.max(WorkerSeen.seen_at)))
