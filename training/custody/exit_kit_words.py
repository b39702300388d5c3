"""What an exit kit says about itself: the data dictionary, from the models’ own words, and the page to begin with."""

import ast
import inspect
import textwrap
from collections.abc import Generator
from functools import lru_cache
from itertools import pairwise

from sqlalchemy import Column, Enum, Table

from training.core.database import Base
from training.custody.exit_kit import DICTIONARY, MANIFEST, NULL, SECRET_COLUMNS, SECRET_TABLES, kind_of, tables
from training.custody.exit_kit_meanings import COLUMNS

HEADING = ("table", "column", "type", "may be empty", "key", "meaning")


def dictionary_rows() -> Generator[tuple[str, ...]]:
    """The data dictionary: a row for each table, and one for each of its columns."""
    yield HEADING
    for table in tables():
        yield table.name, "", "", "", "", meaning_of_table(table)
        for column in table.columns:
            nullable = "yes" if column.nullable else "no"
            yield table.name, column.name, kind_of(column).name, nullable, _key(column), meaning_of(column)


def meaning_of_table(table: Table) -> str:
    """What one row of the table is."""
    return _sentence(inspect.getdoc(_models()[table.name]) or "")


def meaning_of(column: Column[object]) -> str:
    """What the column holds, in words, with the values that it may have; KeyError where nobody has said."""
    table = column.table.name
    said = _docstrings(table).get(column.name) or COLUMNS.get(f"{table}.{column.name}") or COLUMNS.get(column.name)
    reference = next(iter(column.foreign_keys), None)
    if said is None and reference is not None:
        said = f"Which {reference.column.table.name.replace('_', ' ')} it belongs to or names."
    if isinstance(column.type, Enum):
        said = f"{said or ''} One of: {', '.join(column.type.enums)}.".strip()
    if said is None:
        raise KeyError(f"{table}.{column.name}")
    return _sentence(said)


def readme(with_secrets: bool) -> str:
    """The page that explains the kit to somebody who has never seen Muster."""
    secrets = (
        "This export holds secrets (hashed passwords, second factors, keys of sessions and of links). Keep it as you\n"
        "would keep the database itself."
        if with_secrets
        else "Secrets are left out. These columns are empty:\n"
        + "".join(f"  {table}: {', '.join(sorted(names))}\n" for table, names in SECRET_COLUMNS.items())
        + f"and these tables have no rows: {', '.join(sorted(SECRET_TABLES))}. After loading it people choose\n"
        "new passwords (“Forgotten your password?”) and new addresses of their calendars, and messages that were\n"
        "waiting with a link in them are not sent."
    )
    return f"""Everything that Muster held

This is a complete export of one installation of Muster, the software in which a safeguarding partnership runs its
multi-agency training. It holds personal data: names, addresses, bookings, attendance, answers. Treat it so.

What is here
  tables/*.csv         one file for each table of the database, one line for each row
  {DICTIONARY}  what every table and column means, its type, and what it refers to
  {MANIFEST}        how many rows each table has, and the SHA-256 checksum of every file

How to read the tables
  They are CSV in UTF-8: commas between cells, quotation marks where a cell holds a comma, a quotation mark or a new
  line, the names of the columns in the first line.
  {NULL} stands for “no value”, which is different from an empty text. A text that begins with a backslash has one more
  in front of it.
  Moments are ISO 8601 in UTC (2026-12-03T09:30:00+00:00), days 2026-12-03, times of day 09:30:00 in the partnership’s
  own time. Yes and no are true and false. Lists and nested values are JSON. Bytes are base64.
  In a spreadsheet bring the files in as text, so that codes keep their noughts and no cell is reckoned as a formula.

How to load it again
  Into a new, empty installation of the same version of Muster, with either database: muster load THIS_FOLDER_OR_ZIP
  All checksums are tested first, and either everything is loaded or nothing.

{secrets}
"""


def _key(column: Column[object]) -> str:
    references = sorted(f"{key.column.table.name}.{key.column.name}" for key in column.foreign_keys)
    return ", ".join((["primary"] if column.primary_key else []) + references)


def _sentence(text: str) -> str:
    return " ".join(text.split())


@lru_cache
def _models() -> dict[str, type[Base]]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


@lru_cache
def _docstrings(table: str) -> dict[str, str]:
    """The sentences that stand below the columns in the source of the table’s model."""
    model = _models()[table]
    columns = model.__mapper__.column_attrs
    found: dict[str, str] = {}
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    for statement, following in pairwise(body.body if isinstance(body, ast.ClassDef) else []):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                if name in columns:
                    found[columns[name].columns[0].name] = words
            case _:
                pass
    return found
