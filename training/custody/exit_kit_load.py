"""Reading an exit kit into an empty installation: all of it, or nothing."""

import csv
import io
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, Connection, ForeignKeyConstraint, MetaData, Table, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, DropConstraint

from training.core.database import Base, db
from training.core.heartbeat import WorkerSeen
from training.core.refusal import Refused
from training.custody.exit_kit import DIFFERENT, SECRET_COLUMNS, UnreadableValue, file_of, kind_of, read, tables
from training.custody.exit_kit_files import Kit, open_kit
from training.web.health import present_migration

ROWS_AT_A_TIME = 1000
LONGEST_CELL = 64_000_000
"""Characters; a text longer than that was not written by Muster."""


def load(source: Path) -> int:
    """Read the kit `source`, a folder or a zip file, and return how many rows it held.

    Refused, and nothing is changed, where the kit is damaged, was altered, belongs to another version, or where the
    installation is not empty.
    """
    with open_kit(source) as kit:
        _require_same_version(kit)
        kit.check()
        try:
            with db.engine.begin() as connection:
                _require_empty(connection)
                with _references_within_tables_later(connection):
                    rows = sum(_fill(connection, kit, table) for table in tables())
                _follow_sequences(connection)
        except DBAPIError as error:
            raise Refused(f"The database refused what is in the files: {str(error.orig).splitlines()[0]}") from error
    return rows


def _require_same_version(kit: Kit) -> None:
    here = present_migration()
    db.session.remove()
    if kit.schema_version != here:
        raise Refused(
            f"These files were exported at migration {kit.schema_version}, and this installation is at {here}. "
            "Load them with the version of Muster that exported them, then upgrade"
        )


def _require_empty(connection: Connection) -> None:
    """Only a worker's sign of life may be there: it shows itself as soon as it runs."""
    connection.execute(Base.metadata.tables[WorkerSeen.__tablename__].delete())
    for table in tables():
        if connection.scalar(select(func.count()).select_from(select(*table.primary_key).limit(1).subquery())):
            raise Refused(f"This installation is not empty: there are rows in {table.name}. Load into a new one")


def _fill(connection: Connection, kit: Kit, table: Table) -> int:
    """Insert the rows of one table; raises Refused, with the line, where one cannot be read."""
    insert, total = _as_given(table).insert(), 0
    rows = iter(_rows(kit, table))
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        connection.execute(insert, batch)
        total += len(batch)
    if total != kit.rows.get(table.name):
        raise Refused(f"{file_of(table)} has {total} rows, and the manifest says {kit.rows.get(table.name)}")
    return total


def _as_given(table: Table) -> Table:
    """The table without what would fill in values by itself; in JSON no value and JSON’s own null are two things."""
    return Table(
        table.name,
        MetaData(),
        *(
            Column(column.name, JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type)
            for column in table.columns
        ),
    )


def _rows(kit: Kit, table: Table) -> Generator[dict[str, Any]]:
    columns = list(table.columns)
    kinds = [kind_of(column) for column in columns]
    lines = _lines(kit, table)
    if next(lines, None) != [column.name for column in columns]:
        raise Refused(f"{file_of(table)} does not have the columns of this version")
    for number, line in enumerate(lines, 2):
        if len(line) != len(columns):
            raise Refused(f"{file_of(table)}, row {number}: there are {len(line)} cells, not {len(columns)}")
        try:
            row = {
                column.name: read(column, kind, cell) for column, kind, cell in zip(columns, kinds, line, strict=True)
            }
        except UnreadableValue as wrong:
            raise Refused(f"{file_of(table)}, row {number}: {wrong}") from wrong
        for name in SECRET_COLUMNS.get(table.name, ()):
            # Left out of a kit without secrets, though no two rows may have the same.
            if row[name] == "" and name in DIFFERENT:
                row[name] = uuid4().hex
        yield row


def _lines(kit: Kit, table: Table) -> Generator[list[str]]:
    with kit.open(file_of(table)) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as written:
        former = csv.field_size_limit(LONGEST_CELL)
        try:
            yield from csv.reader(written, strict=True)
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise Refused(f"{file_of(table)} is not a table in CSV and UTF-8: {wrong}") from wrong
        finally:
            csv.field_size_limit(former)


@contextmanager
def _references_within_tables_later(connection: Connection) -> Generator[None]:
    """Rows may name later rows of their own table until the end, when every reference is checked."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        _require_whole(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
        return
    own = list(_references_to_itself(tables()))
    # Not isolated: the tables of this process would be created without these references from now on.
    for constraint in own:
        connection.execute(DropConstraint(constraint))
    yield
    for constraint in own:
        connection.execute(AddConstraint(constraint, isolate_from_table=False))


def _references_to_itself(given: Iterable[Table]) -> Generator[ForeignKeyConstraint]:
    for table in given:
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table is table:
                yield constraint


def _require_whole(broken: Iterable[Any]) -> None:
    for row in broken:
        raise Refused(f"A row of {row[0]} refers to a row of {row[2]} that is not there")


def _follow_sequences(connection: Connection) -> None:
    """On PostgreSQL, let the next row of each table get the key after the last."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        with suppress(KeyError):
            key = table.columns["id"]
            last = connection.scalar(select(func.max(key)))
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
            if sequence and last:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
