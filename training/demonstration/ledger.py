"""Rows to be, with their keys given out beforehand, written in one go."""

import csv
import tomllib
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, text

from training.core.columns import REFERENCE_ALPHABET
from training.core.database import Base, db

DATA = Path(__file__).parent / "data"
CHUNK = 2000


class Ledger:
    """Collects rows of any table and writes them in the order of their foreign keys.

    The same seed gives the same rows: whoever invents something asks `chance` for a source of their own, so that
    one noun's inventions do not move another's.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._next: dict[type[Base], int] = {}
        self._references: set[str] = set()
        self._reference_chance = self.chance("references")

    def chance(self, noun: str) -> Random:
        """A source of chance for `noun` alone."""
        return Random(f"{self.seed}:{noun}")  # noqa: S311 (invented data, nothing secret)

    def add(self, model: type[Base], **values: Any) -> int:
        """Note a row of `model` and return its key."""
        if model not in self._next:
            table = model.__table__
            self._next[model] = (db.session.scalar(select(func.max(table.c.id))) or 0) + 1
        key = self._next[model]
        self._next[model] = key + 1
        self.add_keyless(model, id=key, **values)
        return key

    def add_keyless(self, model: type[Base], **values: Any) -> None:
        """Note a row of `model` whose key is made of other columns."""
        self._rows.setdefault(model, []).append(values)

    def rows(self, model: type[Base]) -> list[dict[str, Any]]:
        """What has been noted for `model` so far."""
        return self._rows.get(model, [])

    def reference(self, prefix: str, length: int) -> str:
        """A reference in the form of `core.columns.new_reference`, given out once."""
        while True:
            code = "".join(self._reference_chance.choices(REFERENCE_ALPHABET, k=length))
            if f"{prefix}-{code}" not in self._references:
                self._references.add(f"{prefix}-{code}")
                return f"{prefix}-{code}"

    def write(self) -> int:
        """Insert everything and return how many rows there were."""
        position = {table: index for index, table in enumerate(Base.metadata.sorted_tables)}
        for model in sorted(self._rows, key=lambda model: position[model.__table__]):  # pyright: ignore[reportArgumentType]
            rows = self._rows[model]
            for begin in range(0, len(rows), CHUNK):
                db.session.execute(insert(model), rows[begin : begin + CHUNK], execution_options={"render_nulls": True})
        if db.engine.dialect.name == "postgresql":
            for model in self._next:
                name = model.__tablename__
                db.session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))"  # noqa: S608
                    )
                )
        return sum(len(rows) for rows in self._rows.values())


def csv_rows(name: str) -> list[dict[str, str]]:
    """The rows of the file `name` in the folder of data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def toml_tables(name: str, table: str) -> list[dict[str, Any]]:
    """The entries `[[table]]` of the file `name` in the folder of data."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))[table]
