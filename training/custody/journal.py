"""The journal of a merge: each change of a row as it is made, and the way back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Date, Numeric, Table, Time, update

from training.core.columns import Instant
from training.core.database import db
from training.core.holdings import table_of
from training.custody.models import Merge, MergeStep
from training.custody.records import as_row

READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (Instant, datetime.fromisoformat),
    (Date, date.fromisoformat),
    (Time, time.fromisoformat),
    (Numeric, Decimal),
)
"""The columns whose values JSON has no form for, and how each is read back."""


def change(merge: Merge, table: str, row_id: int, values: Mapping[str, Any]) -> None:
    """Set `values` in a row, past the ORM and its versions, and note what they were; nothing where they are so."""
    kind = table_of(table)
    present = as_row(kind, row_id)
    assert present is not None
    before = {name: present[name] for name in values if plain(present[name]) != plain(values[name])}
    if not before:
        return
    after = {name: values[name] for name in before}
    db.session.execute(update(kind).where(kind.c.id == row_id).values(after))
    db.session.add(
        MergeStep(
            merge_id=merge.id,
            table_name=table,
            row_id=row_id,
            before={name: plain(value) for name, value in before.items()},
            after={name: plain(value) for name, value in after.items()},
        )
    )
    db.session.flush()


def restore(step: MergeStep, skipped: frozenset[str] = frozenset()) -> None:
    """Put the columns of a step back to what they were before it, but those `skipped`."""
    kind = table_of(step.table_name)
    values = {name: read(kind, name, value) for name, value in step.before.items() if name not in skipped}
    if values:
        db.session.execute(update(kind).where(kind.c.id == step.row_id).values(values))


def plain(value: Any) -> Any:
    """A value as the journal keeps it, in JSON."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def read(table: Table, column: str, value: Any) -> Any:
    """A value of the journal as its column takes it."""
    if value is None:
        return None
    kind = table.c[column].type
    return next((reader(value) for wanted, reader in READERS if isinstance(kind, wanted)), value)
