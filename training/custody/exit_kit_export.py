"""Writing an exit kit: every table as it stands at one moment, row by row, never the whole of one in memory."""

import csv
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, String, Table, select

from training.core.database import db, reading
from training.core.holdings import table_of
from training.core.outbox import UNSETTLED, MessageState, OutboxMessage
from training.core.refusal import Refused
from training.custody.exit_kit import (
    DICTIONARY,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    README,
    SECRET_COLUMNS,
    SECRET_TABLES,
    file_of,
    kind_of,
    selected,
    tables,
    written,
)
from training.custody.exit_kit_words import dictionary_rows, readme
from training.web.health import present_migration

OWNER_ONLY = 0o600
ROWS_AT_A_TIME = 1000
Open = Callable[[str], io.RawIOBase]
Row = dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """What was written: how many tables and rows, and whether secrets are in it."""

    tables: int
    rows: int
    with_secrets: bool


class Checked(io.RawIOBase):
    """A file being written, and the checksum of what went into it."""

    def __init__(self, sink: Any) -> None:
        self.sink = sink
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.sink.write(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self.sink.close()
        super().close()


def export(target: Path, *, with_secrets: bool = False) -> Exported:
    """Write everything into `target`, a new folder or a new file that ends in `.zip`; only its owner can read it.

    Refused where something of that name is there already. What was begun is removed when it cannot be finished.
    """
    with _new(target) as open_new, reading(), _one_moment() as connection:
        checksums: dict[str, str] = {}
        counts: dict[str, int] = {}

        def put(name: str, rows: Iterable[Iterable[str]]) -> int:
            sink = Checked(open_new(name))
            buffer: Any = sink
            with io.TextIOWrapper(buffer, encoding="utf-8", newline="") as text:
                sheet, count = csv.writer(text), 0
                for row in rows:
                    sheet.writerow(row)
                    count += 1
            checksums[name] = sink.digest.hexdigest()
            return count

        for table in tables():
            counts[table.name] = put(file_of(table), _cells(connection, table, with_secrets)) - 1
        put(DICTIONARY, dictionary_rows())
        checksums[README] = _put_text(open_new, README, readme(with_secrets))
        manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "schema_version": present_migration(),
            "with_secrets": with_secrets,
            "rows": counts,
            "sha256": dict(sorted(checksums.items())),
        }
        _put_text(open_new, MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return Exported(len(counts), sum(counts.values()), with_secrets)


def _put_text(open_new: Open, name: str, text: str) -> str:
    sink = Checked(open_new(name))
    with sink:
        sink.write(text.encode())
    return sink.digest.hexdigest()


@contextmanager
def _one_moment() -> Generator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile, and holds up nobody."""
    options: dict[str, Any] = {}
    if db.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with db.engine.connect().execution_options(**options) as connection:
        yield connection


def _cells(connection: Connection, table: Table, with_secrets: bool) -> Generator[list[str]]:
    """The heading and the rows of one table, by its key: the same order on every engine."""
    columns = list(table.columns)
    yield [column.name for column in columns]
    binary = "C" if connection.dialect.name == "postgresql" else "BINARY"
    order = [key.collate(binary) if isinstance(key.type, String) else key for key in table.primary_key.columns]
    kinds = [kind_of(column) for column in columns]
    statement = select(*map(selected, columns)).order_by(*order)
    for values in connection.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
        row: Row | None = dict(zip((column.name for column in columns), values, strict=True))
        if not with_secrets:
            row = without_secrets(table.name, row)
        if row is not None:
            yield [written(kind, value) for kind, value in zip(kinds, row.values(), strict=True)]


def without_secrets(table: str, row: Row) -> Row | None:
    """The row as it may leave without secrets; None where the whole of it is one."""
    if table in SECRET_TABLES:
        return None
    secret = SECRET_COLUMNS.get(table, ())
    empty = {name: None if table_of(table).c[name].nullable else "" for name in secret}
    if table == OutboxMessage.__tablename__ and json.loads(row["secrets"]):
        empty = _message_without_secrets(row)
    return {**row, **empty}


def _message_without_secrets(row: Row) -> Row:
    """What changes in a message whose link or code is left out: without it, it must not be sent any more."""
    message = OutboxMessage(
        body_text=row["body_text"], body_html=row["body_html"], secrets=list(json.loads(row["secrets"]))
    )
    message.wipe_secrets()
    changed: Row = {"body_text": message.body_text, "body_html": message.body_html, "secrets": "[]"}
    if row["state"] in UNSETTLED:
        changed |= {
            "state": MessageState.DROPPED,
            "lease_until": None,
            "last_error": "Its link was left out when everything was exported.",
        }
    return changed


@contextmanager
def _new(target: Path) -> Generator[Open]:
    """Makes the kit and gives what opens a new file in it; takes everything away again after a failure."""
    if target.exists() or target.is_symlink():
        raise Refused(f"There is something called {target} already, and nothing is overwritten")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}")
    making = _new_zip(target) if target.suffix.lower() == ".zip" else _new_folder(target)
    with making as open_new:
        yield open_new


@contextmanager
def _new_folder(target: Path) -> Generator[Open]:
    target.mkdir(mode=0o700)
    try:
        (target / "tables").mkdir(mode=0o700)
        yield lambda name: _owned(target / name)
    except BaseException:
        shutil.rmtree(target)
        raise


@contextmanager
def _new_zip(target: Path) -> Generator[Open]:
    try:
        with _owned(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as kit:

            def open_new(name: str) -> io.RawIOBase:
                # A moment of its own would make two kits of the same rows differ.
                member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, OWNER_ONLY << 16
                opened: Any = kit.open(member, "w", force_zip64=True)
                return opened

            yield open_new
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _owned(path: Path) -> Any:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb")
