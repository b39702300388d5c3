"""The exit kit’s form: which files it has, how a value is written in them, and what must not leave without saying so.

A kit is a folder or a zip file: a CSV file for every table, a data dictionary, a page that explains, and a manifest
with the checksums of all of them. Two installations with the same rows give the same bytes, whatever their engine.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Time,
    cast,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from training.core.columns import Instant
from training.core.database import Base

FORMAT = "muster-exit-kit"
FORMAT_VERSION = 1
MANIFEST, DICTIONARY, README = "manifest.json", "data-dictionary.csv", "README.txt"
NULL = "\\N"
"""What stands for “no value”, which is not the same as an empty text; a text that begins with a backslash gets two."""

SECRET_COLUMNS = {
    "account": (
        "password", "fs_uniquifier", "us_totp_secrets", "tf_totp_secret", "tf_primary_method", "mf_recovery_codes",
        "totp_counter", "fs_webauthn_user_handle",
    ),
    "first_request": ("key_hash", "code_hash"),
}  # fmt: skip
"""What somebody could sign in with: empty in a kit without secrets."""
DIFFERENT = ("fs_uniquifier", "key_hash")
"""Those of them that no two rows share: loading gives each row a value that nobody knows."""
SECRET_TABLES = frozenset({"calendar_feed", "passkey", "sign_in", "signed_link"})
"""Tables whose rows are keys and nothing else: without rows in a kit without secrets."""


def tables() -> list[Table]:
    """Every table, those that others refer to first."""
    return list(Base.metadata.sorted_tables)


def file_of(table: Table) -> str:
    """The name of the table's file within the kit."""
    return f"tables/{table.name}.csv"


def files() -> list[str]:
    """Every file that the manifest answers for."""
    return [README, DICTIONARY, *(file_of(table) for table in tables())]


class UnreadableValue(ValueError):
    """A cell does not hold what its column is for."""


@dataclass(frozen=True)
class Kind:
    """How values of one kind of column are written and read; `name` is what the data dictionary says."""

    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise UnreadableValue("a moment needs its offset from UTC")
    return moment.astimezone(UTC)


def _read_json(text: str) -> Any:
    value = json.loads(text)
    return JSON.NULL if value is None else value


def _read_yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise UnreadableValue("neither true nor false")
    return text == "true"


MOMENT = Kind("moment, ISO 8601 in UTC", lambda value: value.isoformat(), _read_moment)
KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (Boolean, Kind("true or false", lambda value: "true" if value else "false", _read_yes_no)),
    (Enum, Kind("one of the values below", lambda value: str(getattr(value, "value", value)), str)),
    (DateTime, MOMENT),
    (Date, Kind("day, ISO 8601", lambda value: value.isoformat(), date.fromisoformat)),
    (Time, Kind("time of day, ISO 8601", lambda value: value.isoformat(), time.fromisoformat)),
    (JSON, Kind("JSON", str, _read_json)),
    (LargeBinary, Kind("bytes, base64", lambda value: base64.b64encode(value).decode(),
                       lambda text: base64.b64decode(text, validate=True))),
    (Integer, Kind("whole number", str, int)),
    (Numeric, Kind("decimal number", str, Decimal)),
)  # fmt: skip
TEXT = Kind("text", str, str)


def kind_of(column: Column[Any]) -> Kind:
    """How the column's values are written and read."""
    bare: Any = column.type
    if isinstance(bare, Instant):
        return MOMENT
    if isinstance(bare, TypeDecorator):
        raise TypeError(f"say how values of {column} are written in an exit kit")
    return next((kind for wanted, kind in KINDS if isinstance(bare, wanted)), TEXT)


def selected(column: Column[Any]) -> Any:
    """What to select for the column: JSON as it stands there, so that it comes back as it was."""
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def written(kind: Kind, value: Any) -> str:
    """One cell."""
    if value is None:
        return NULL
    text = kind.write(value)
    return f"\\{text}" if text.startswith("\\") else text


def read(column: Column[Any], kind: Kind, cell: str) -> Any:
    """The value of a cell; UnreadableValue where the column cannot hold it."""
    if cell == NULL:
        return None
    text = cell[1:] if cell.startswith("\\") else cell
    try:
        value = kind.read(text)
        if isinstance(column.type, Enum) and column.type.enum_class is not None:
            return column.type.enum_class(value)
    except (ValueError, ArithmeticError) as wrong:
        raise UnreadableValue(f"“{text[:60]}” is no {kind.name}") from wrong
    return value
