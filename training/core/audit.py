"""The audit log: who changed what, when, from what to what, and why; the database itself refuses to change it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core import clock
from training.core.columns import Identified, ShortText, text_enum
from training.core.database import Base, db
from training.core.viewer import Viewer, ViewerKind


class AuditEntry(Identified, Base):
    """One deed on one row; written in the transaction of the deed and never changed or deleted."""

    __tablename__ = "audit_entry"
    # Every question to the log is answered from the newest backwards, so each index ends in the order of the page.
    __table_args__ = (
        Index("ix_audit_entry_newest", "happened_at", "id"),
        Index("ix_audit_entry_actor", "actor_id", "happened_at", "id"),
        Index("ix_audit_entry_deed", "deed", "happened_at", "id"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "happened_at", "id"),
        Index(
            "ix_audit_entry_reasoned",
            "happened_at",
            "id",
            sqlite_where=text("reason IS NOT NULL"),
            postgresql_where=text("reason IS NOT NULL"),
        ),
    )

    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_kind: Mapped[ViewerKind] = mapped_column(text_enum(ViewerKind))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deed: Mapped[str] = mapped_column(ShortText)
    subject_kind: Mapped[str] = mapped_column(ShortText)
    subject_id: Mapped[int]
    reason: Mapped[str | None]
    has_values: Mapped[bool] = mapped_column(default=False)
    """Whether values were written with it; where none are left, they have been erased."""
    values: Mapped["AuditValues | None"] = relationship(back_populates="entry", cascade="all, delete-orphan")


class AuditValues(Base):
    """What changed, kept apart so that retention can delete personal values and leave the entry; never changed."""

    __tablename__ = "audit_values"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    entry: Mapped[AuditEntry] = relationship(back_populates="values")


_REFUSED = "the audit log is append-only"

# SQLite knows triggers for rows only, and INSERT OR REPLACE removes a row without asking those for DELETE.
SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for name, deed in (
        ("audit_entry_keeps_rows", "DELETE ON audit_entry"),
        ("audit_entry_keeps_values", "UPDATE ON audit_entry"),
        (
            "audit_entry_keeps_keys",
            "INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)",
        ),
        ("audit_values_keeps_values", "UPDATE ON audit_values"),
        (
            "audit_values_keeps_keys",
            "INSERT ON audit_values WHEN EXISTS (SELECT 1 FROM audit_values WHERE entry_id = NEW.entry_id)",
        ),
    )
)
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
)
POSTGRESQL_TRIGGERS = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed} FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
    for name, deed in (
        ("audit_entry_append_only", "UPDATE OR DELETE OR TRUNCATE ON audit_entry"),
        ("audit_values_append_only", "UPDATE OR TRUNCATE ON audit_values"),
    )
)
GUARDS = {"sqlite": SQLITE_TRIGGERS, "postgresql": (POSTGRESQL_FUNCTION, *POSTGRESQL_TRIGGERS)}
"""What makes both tables append-only, by engine; a migration writes the same. Values may be deleted: retention does."""

for _engine, _statements in GUARDS.items():
    for _statement in _statements:
        # With the second of the two tables, which stands on the first.
        _ddl = DDL(_statement.replace("%", "%%")).execute_if(dialect=_engine)
        event.listen(AuditValues.__table__, "after_create", _ddl)
event.listen(
    AuditEntry.__table__,
    "after_drop",
    DDL("DROP FUNCTION IF EXISTS refuse_to_change_audit()").execute_if(dialect="postgresql"),
)


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
        has_values=bool(before or after),
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
