"""Questions to the audit log: who did what to whom, from when to when, and why; newest first, a page by its key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import joinedload

from training.core import clock
from training.core.audit import AuditEntry
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Role, Viewer, ViewerKind

READERS = (Role.OFFICER, Role.SYSTEM)
"""Who may read the log; an administrator of the desk may not."""
COUNTED = 1000
"""Up to how many entries are counted: beyond, the answer is “more than”."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of the log; None and empty leave a part out. Both days count."""

    actor_ids: Sequence[int] | None = None
    actor_kind: ViewerKind | None = None
    about: Mapping[str, Sequence[int]] | None = None
    """Keys by table; an empty mapping is about nothing."""
    deed: str = ""
    from_on: date | None = None
    to_on: date | None = None
    words: str = ""
    """All of which the reason holds."""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What an entry must meet."""
        wanted: list[ColumnElement[bool]] = [
            func.lower(AuditEntry.reason).contains(word, autoescape=True) for word in folded(self.words).split()
        ]
        if wanted:
            wanted.append(AuditEntry.reason.is_not(None))
        if self.actor_ids is not None:
            wanted.append(AuditEntry.actor_id.in_(self.actor_ids))
        if self.actor_kind is not None:
            wanted.append(AuditEntry.actor_kind == self.actor_kind)
        if self.about is not None:
            rows = [
                and_(AuditEntry.subject_kind == table, AuditEntry.subject_id.in_(keys))
                for table, keys in self.about.items()
            ]
            wanted.append(or_(false(), *rows))
        if self.deed:
            wanted.append(AuditEntry.deed == self.deed)
        if self.from_on is not None:
            wanted.append(AuditEntry.happened_at >= clock.start_of_day(self.from_on))
        if self.to_on is not None:
            wanted.append(AuditEntry.happened_at < clock.start_of_day(self.to_on + timedelta(days=1)))
        return wanted


@dataclass(frozen=True)
class Found:
    """Some entries, whether older ones follow, and how many there are in all: None for more than COUNTED."""

    entries: list[AuditEntry]
    has_older: bool
    total: int | None = field(default=None)


def found(viewer: Viewer, question: Question, before: int | None, limit: int) -> Found:
    """At most `limit` entries that answer `question`, the newest first; with `before`, those older than that entry."""
    conditions = [_reach(viewer), *question.conditions]
    statement = (
        select(AuditEntry)
        .where(*conditions)
        .order_by(AuditEntry.happened_at.desc(), AuditEntry.id.desc())
        .options(joinedload(AuditEntry.values))
        .limit(limit + 1)
    )
    if before is not None:
        last = db.session.scalar(select(AuditEntry.happened_at).where(AuditEntry.id == before))
        older = tuple_(AuditEntry.happened_at, AuditEntry.id) < tuple_(last, before)
        statement = statement.where(false() if last is None else older)
    entries = list(db.session.scalars(statement))
    if before is None and len(entries) <= limit:
        # All of them: words that nobody wrote are sought once, not twice.
        return Found(entries, has_older=False, total=len(entries))
    counted = select(AuditEntry.id).where(*conditions).limit(COUNTED + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    return Found(entries[:limit], len(entries) > limit, total if total <= COUNTED else None)


def deeds(viewer: Viewer) -> list[str]:
    """Every deed that was ever noted, in alphabetical order; one step in the index for each, however long the log."""
    if _reach(viewer) is not _ALL:
        return []
    first: Any = select(func.min(AuditEntry.deed).label("deed")).cte("deeds", recursive=True)
    following = select(func.min(AuditEntry.deed)).where(AuditEntry.deed > first.c.deed).scalar_subquery()
    steps = first.union_all(select(following).where(first.c.deed.is_not(None)))
    return [deed for deed in db.session.scalars(select(steps.c.deed)) if deed is not None]


_ALL = true()


def _reach(viewer: Viewer) -> ColumnElement[bool]:
    return _ALL if viewer.is_machine or viewer.has(*READERS) else false()
