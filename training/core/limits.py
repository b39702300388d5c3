"""How often something may be tried: counted in a table of our own, so that several processes agree.

A window opens with the first try and lasts as long as the limit says; what is kept of whom it is about is a hash that
nobody without the installation's key can make. Tries are written after the request, so that one that was refused or
rolled back counts as well; at the same moment as many can slip through as the server answers requests at once.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import has_request_context
from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.config import installation
from training.core import clock
from training.core.columns import Identified, ShortText
from training.core.database import Base, db
from training.core.notes import later

LONGEST = timedelta(days=1)
"""No limit looks further back, so that older rows may be deleted."""


class LimitCount(Identified, Base):
    """How many tries of one kind were made by or about one subject within one stretch of time."""

    __tablename__ = "limit_count"
    __table_args__ = (
        UniqueConstraint("kind", "subject_hash", "begins_at"),
        CheckConstraint("tries >= 1", name="tried_at_least_once"),
    )

    kind: Mapped[str] = mapped_column(ShortText)
    subject_hash: Mapped[str] = mapped_column(ShortText)
    """Of an address or a network address; never the thing itself."""
    begins_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]


@dataclass(frozen=True)
class Tries:
    """How many tries are counted at the moment, and until when; no time where there are none."""

    number: int
    until: datetime | None


def over(kind: str, subject: str, most: int, within: timedelta) -> bool:
    """Whether `subject` (an address, a network address) has had `most` tries of `kind` `within` the time given."""
    return tries_of(kind, subject, within).number >= most


def tries_of(kind: str, subject: str, within: timedelta) -> Tries:
    """The tries of `kind` counted against `subject` at the moment."""
    _require_short(within)
    number, latest = db.session.execute(
        select(func.sum(LimitCount.tries), func.max(LimitCount.begins_at)).where(
            LimitCount.kind == _named(kind, within),
            LimitCount.subject_hash == _hashed(kind, subject),
            LimitCount.begins_at > clock.now() - within,
        )
    ).one()
    # Of two who came first at the same moment each may have begun a window: both count, until the later one ends.
    return Tries(int(number or 0), latest + within if latest else None)


def count(kind: str, subject: str, within: timedelta) -> None:
    """Count a try once the present request is over, whatever becomes of it; outside a request in the unit of work.

    `within` must be that of the limit: tries of one kind are counted apart for each length of time.
    """
    _require_short(within)
    write = partial(_count, _named(kind, within), _hashed(kind, subject), within, clock.now())
    if has_request_context():
        later(write)
    else:
        write()


def forget(kind: str, subject: str, within: timedelta) -> None:
    """Count from nought again, in the present transaction: for a subject that has shown it may."""
    whose = LimitCount.subject_hash == _hashed(kind, subject)
    db.session.execute(delete(LimitCount).where(LimitCount.kind == _named(kind, within), whose))


def forget_old() -> None:
    """Delete the counts that no limit looks at any more."""
    db.session.execute(delete(LimitCount).where(LimitCount.begins_at < clock.now() - LONGEST))


def _count(kind: str, subject_hash: str, within: timedelta, at: datetime) -> None:
    whose = (LimitCount.kind == kind, LimitCount.subject_hash == subject_hash)
    latest = select(func.max(LimitCount.id)).where(*whose, LimitCount.begins_at > at - within).scalar_subquery()
    if _one_more(LimitCount.id == latest):
        return
    try:
        with db.session.begin_nested():
            db.session.add(LimitCount(kind=kind, subject_hash=subject_hash, begins_at=at, tries=1))
    except IntegrityError:
        # Somebody began the same window at the very same moment.
        _one_more(*whose, LimitCount.begins_at == at)


def _one_more(*which: ColumnElement[bool]) -> bool:
    """Add a try to the row; False where there is none."""
    statement = update(LimitCount).where(*which).values(tries=LimitCount.tries + 1).returning(LimitCount.id)
    return db.session.execute(statement.execution_options(synchronize_session=False)).first() is not None


def _require_short(within: timedelta) -> None:
    if not timedelta() < within <= LONGEST:
        raise ValueError(f"a limit looks back a day at most, not {within}")


def _named(kind: str, within: timedelta) -> str:
    return f"{kind}/{int(within.total_seconds())}"


def _hashed(kind: str, subject: str) -> str:
    said = f"{kind}\0{subject.strip().lower()}".encode()
    return hmac.new(installation().secret_key.encode(), said, hashlib.sha256).hexdigest()
