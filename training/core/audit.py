"""The audit log: who changed what, when, from what to what, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core import clock
from training.core.columns import Identified, ShortText, text_enum
from training.core.database import Base, db
from training.core.viewer import Viewer, ViewerKind


class AuditEntry(Identified, Base):
    """One deed on one row; written in the transaction of the deed and never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)

    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    actor_kind: Mapped[ViewerKind] = mapped_column(text_enum(ViewerKind))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    deed: Mapped[str] = mapped_column(ShortText)
    subject_kind: Mapped[str] = mapped_column(ShortText)
    subject_id: Mapped[int]
    reason: Mapped[str | None]
    values: Mapped["AuditValues | None"] = relationship(back_populates="entry", cascade="all, delete-orphan")


class AuditValues(Base):
    """What changed, kept apart so that retention can erase personal values and leave the entry."""

    __tablename__ = "audit_values"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    entry: Mapped[AuditEntry] = relationship(back_populates="values")


def record(
    viewer: Viewer,
    deed: str,
    subject: Base,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> AuditEntry:
    """Note that `viewer` did `deed` (a verb phrase, such as "called off") to `subject`, a row with an `id`.

    `before` and `after` hold the changed columns only. Flushes, so that a new subject has its key.
    """
    db.session.flush()
    entry = AuditEntry(
        actor_kind=viewer.kind,
        actor_id=viewer.person_id,
        deed=deed,
        subject_kind=subject.__tablename__,
        subject_id=subject.__mapper__.primary_key_from_instance(subject)[0],
        reason=reason,
    )
    if before or after:
        entry.values = AuditValues(before=_plain(before or {}), after=_plain(after or {}))
    db.session.add(entry)
    return entry


def changes(row: Base, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the attributes `wanted` on `row` and return what they were and are, for those that differ."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in wanted.items():
        present = getattr(row, name)
        if present != value:
            before[name], after[name] = present, value
            setattr(row, name, value)
    return before, after


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, (bool, int, float, type(None))) else str(value)
        for name, value in values.items()
    }
