"""What applying a file did to which rows of the database, kept with the row of the file so that it can be undone."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from enum import Enum as PythonEnum
from operator import itemgetter
from types import TracebackType
from typing import Any, Self, cast

from sqlalchemy import Column, Enum, event, inspect
from sqlalchemy.orm import Session, UOWTransaction

from training.core import clock
from training.core.audit import AuditEntry, AuditValues
from training.core.bulk import Values, add_rows, filled
from training.core.database import Base, db
from training.core.viewer import Viewer

UNWATCHED = frozenset(
    {"audit_entry", "audit_values", "outbox_message", "signed_link", "batch", "batch_row", "task", "note"}
)
"""Tables of which applying leaves traces that stay when it is undone."""

UNCOMPARED = frozenset({"row_version", "created_at", "changed_at"})

Entry = dict[str, Any]


class Journal(AbstractContextManager["Journal"]):
    """Notes every row that is added, changed or removed in a flush, under the row of the file that it is about."""

    def __init__(self) -> None:
        self._session: Session = db.session()
        self._current = 0
        self._owners: dict[int, int] = {}
        self._kept: list[Base] = []
        self._found: dict[tuple[str, int], tuple[int, Entry]] = {}

    def __enter__(self) -> Self:
        event.listen(self._session, "after_flush", self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        event.remove(self._session, "after_flush", self._note)

    def about(self, number: int) -> None:
        """What is flushed from here on belongs to the row `number` of the file."""
        self._current = number

    def owns(self, number: int, *rows: Base) -> None:
        """The rows belong to the row `number` of the file, whenever they are flushed: for deeds on many at once."""
        for row in rows:
            self._owners.setdefault(id(row), number)
            self._kept.append(row)  # So that the identity stays that of this object.

    def added(self, number: int, kind: type[Base], values: Values) -> None:
        """A row of `kind` with these columns, its key among them, was added without an object for it."""
        table = kind.__tablename__
        after = {name: plain(value) for name, value in values.items()}
        entry = {"did": "added", "table": table, "id": values["id"], "before": {}, "after": after}
        self._found[table, values["id"]] = (number, entry)

    def entries(self) -> dict[int, list[Entry]]:
        """What was done, by row of the file in order: one entry for each row of the database, as it ended up."""
        found: dict[int, list[Entry]] = {}
        for number, entry in sorted(self._found.values(), key=itemgetter(0)):
            if entry["did"] != "nothing":
                found.setdefault(number, []).append(entry)
        return found

    def _note(self, session: Session, _flush: UOWTransaction) -> None:
        for row in session.new:
            self._keep(row, "added", {}, columns_of(row))
        # The session keeps these in no order; the log of two runs should read the same.
        for row in sorted(session.dirty, key=lambda row: (row.__tablename__, inspect(row).identity)):
            before, after = _changes(row)
            if after.keys() - UNCOMPARED:
                self._keep(row, "changed", before, after)
        for row in session.deleted:
            self._keep(row, "removed", columns_of(row), {})

    def _keep(self, row: Base, did: str, before: Entry, after: Entry) -> None:
        table = row.__tablename__
        if table in UNWATCHED:
            return
        key = (table, int(cast("Any", row).id))
        if key not in self._found:
            number = self._owners.get(id(row), self._current)
            self._found[key] = (
                number,
                {"did": did, "table": table, "id": key[1], "before": before, "after": after},
            )
            return
        _merge(self._found[key][1], did, before, after)


def _merge(entry: Entry, did: str, before: Entry, after: Entry) -> None:
    """Make one entry of two that followed each other about the same row."""
    if did == "removed":
        entry["did"] = "nothing" if entry["did"] == "added" else "removed"
        entry["before"], entry["after"] = {**before, **entry["before"]}, {}
    elif did == "added":
        # SQLite gives the key of a row that is gone to the next.
        entry["did"] = "added" if entry["did"] == "nothing" else "changed"
        entry["after"] = after
    else:
        if entry["did"] == "changed":
            entry["before"] = {**before, **entry["before"]}
        entry["after"] = {**entry["after"], **after}


def columns_of(row: Base) -> Entry:
    """All columns of the row as plain values, by the name that the table has for each."""
    state = inspect(row)
    return {column.name: plain(state.dict.get(key)) for key, column in state.mapper.columns.items()}


def _changes(row: Base) -> tuple[Entry, Entry]:
    state = inspect(row)
    before: Entry = {}
    after: Entry = {}
    for key, column in state.mapper.columns.items():
        history = state.attrs[key].history
        if history.has_changes():
            before[column.name] = plain(history.deleted[0]) if history.deleted else None
            after[column.name] = plain(history.added[0]) if history.added else None
    return before, after


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it."""
    if isinstance(value, PythonEnum):
        return value.value
    return value.isoformat() if isinstance(value, (date, datetime, time)) else value


def typed(column: Column[Any], value: Any) -> Any:
    """A plain value as the column takes it."""
    if value is None:
        return None
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    kind = column.type.python_type
    return kind.fromisoformat(value) if kind in (date, datetime, time) else value


def audit_all(
    viewer: Viewer, told: Iterable[tuple[str, str, int, Mapping[str, Any], Mapping[str, Any]]], reason: str
) -> None:
    """Note many deeds at once: each is what was done, the table, the key, and what changed from what to what."""
    deeds = list(told)
    if not deeds:
        return
    db.session.flush()
    same: dict[str, Any] = {"happened_at": clock.now(), "actor_kind": viewer.kind, "actor_id": viewer.person_id}
    entries = filled(
        AuditEntry,
        [
            {
                **same,
                "deed": deed,
                "subject_kind": table,
                "subject_id": key,
                "reason": reason,
                "has_values": bool(before or after),
            }
            for deed, table, key, before, after in deeds
        ],
    )
    add_rows(AuditEntry, entries)
    add_rows(
        AuditValues,
        (
            {"entry_id": entry["id"], "before": dict(before), "after": dict(after)}
            for entry, (_deed, _table, _key, before, after) in zip(entries, deeds, strict=True)
            if before or after
        ),
    )
