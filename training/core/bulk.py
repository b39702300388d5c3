"""Many rows at once, without an object for each: while a file is applied, everybody else waits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Column, Table, func, insert, select
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from training.core.database import Base, db

Values = dict[str, Any]


def fresh_keys(kind: type[Base], count: int) -> list[int]:
    """As many keys for new rows of `kind` as asked for, in rising order, that nobody else is given.

    On SQLite they follow the highest key: the transaction has held the one write lock since it began.
    """
    key = _table(kind).c.id
    if db.session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(kind.__tablename__, key.name)
        each = func.generate_series(1, count).table_valued("number")
        return sorted(db.session.scalars(select(func.nextval(sequence)).select_from(each)))
    highest = db.session.scalar(select(func.max(key))) or 0
    return list(range(highest + 1, highest + 1 + count))


def filled(kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[Values]:
    """New rows of `kind` with all their columns: what `rows` say, else what the columns begin with, and fresh keys."""
    begins = {column.name: _begins_with(column) for column in _table(kind).columns}
    return [{**begins, **row, "id": key} for key, row in zip(fresh_keys(kind, len(rows)), rows, strict=True)]


def add_rows(kind: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows that all say the same columns, in one statement; objects that hold collections do not hear of it."""
    values = list(rows)
    if values:
        db.session.execute(insert(_table(kind)), values)


def _table(kind: type[Base]) -> Table:
    return Base.metadata.tables[kind.__tablename__]


def _begins_with(column: Column[Any]) -> Any:
    default = column.default
    if isinstance(default, ScalarElementColumnDefault):
        return default.arg
    if isinstance(default, CallableColumnDefault):
        # A moment or an empty list; what is made once stands in every row and is never changed.
        return default.arg(cast("Any", None))
    return None
