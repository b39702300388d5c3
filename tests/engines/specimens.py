"""One row for every table, found by trying values until the database's own constraints accept them."""

import random
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Time,
)
from sqlalchemy.exc import IntegrityError

from training.core.columns import Instant
from training.tables import METADATA

TRIES = 3000
Row = dict[str, Any]


class NoSpecimenError(AssertionError):
    """No combination of plain values satisfied the constraints of a table."""


def fill(connection: Connection) -> dict[str, list[Row]]:
    """Insert two rows into every table, parents first; the rows by table, the same ones each time.

    A table whose constraints allow one row only gets one.
    """
    rows: dict[str, list[Row]] = {}
    for table in METADATA.sorted_tables:
        chance = random.Random(table.name)
        first = _insert(connection, table, rows, chance, 1)
        if isinstance(first, NoSpecimenError):
            raise first
        second = _insert(connection, table, rows, chance, 2)
        rows[table.name] = [first] if isinstance(second, NoSpecimenError) else [first, second]
    return rows


def _insert(
    connection: Connection, table: Table, parents: dict[str, list[Row]], chance: random.Random, number: int
) -> Row | NoSpecimenError:
    refusals: set[str] = set()
    for attempt in range(TRIES):
        # Most rules ask that one thing be absent while another is, so every other try leaves nearly all out.
        absent = 0.9 if attempt % 2 else 0.5
        row = {column.name: _value(column, parents, chance, number, absent) for column in table.columns}
        try:
            with connection.begin_nested():
                connection.execute(table.insert().values(row))
        except IntegrityError as refusal:
            refusals.add(str(refusal.orig).partition("DETAIL")[0].strip())
            continue
        return row
    return NoSpecimenError(f"{table.name}: {sorted(refusals)}")


def _value(
    column: Column[Any], parents: dict[str, list[Row]], chance: random.Random, number: int, absent: float
) -> Any:
    if column.nullable and chance.random() < absent:
        return None
    for key in column.foreign_keys:
        rows = parents.get(key.column.table.name)
        return chance.choice(rows)[key.column.name] if rows else None
    if column.primary_key and isinstance(column.type, Integer):
        return number
    return _plain(column, f"{column.name}-{number}", chance)


def _words_of_its_rules(column: Column[Any]) -> list[str]:
    """The texts that the table's CHECK constraints name beside the column."""
    rules = [str(rule.sqltext) for rule in column.table.constraints if isinstance(rule, CheckConstraint)]
    return [word for rule in rules if column.name in rule for word in re.findall(r"'([^']*)'", rule)]


def _plain(column: Column[Any], name: str, chance: random.Random) -> Any:
    kind: Any = column.type
    moment = datetime(2026, 4, 1, 9, tzinfo=UTC) + timedelta(hours=chance.randrange(1000))
    plain: list[tuple[Any, Any]] = [
        (Enum, lambda: kind.enum_class(chance.choice(kind.enums)) if kind.enum_class else chance.choice(kind.enums)),
        (Boolean, lambda: chance.random() < 0.5),
        (Instant, lambda: moment),
        (DateTime, lambda: moment),
        (Date, moment.date),
        (Time, lambda: time(chance.randrange(24), 30)),
        (JSON, lambda: {"words": name}),
        (LargeBinary, lambda: name.encode()),
        (Integer, lambda: chance.choice((0, 1, 2, 3, 5, 2026))),
        (Numeric, lambda: chance.choice((0, 1, 2))),
    ]
    for wanted, make in plain:
        if isinstance(kind, wanted):
            return make()
    return chance.choice([name, name, "", *_words_of_its_rules(column)])
