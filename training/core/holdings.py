"""What the tables hold about people: each stage says it here, and custody acts on nothing else.

A holding says of one table which rows are about a person, which columns only name who did something, which columns hold
personal values, what anonymising does with each, how two rows meet when two records of one person become one, and after
what its rows are kept. A test fails for every column that no holding speaks of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, cast, false, func, literal, or_, select

from training.core.database import Base

MAIN_TABLE = "person"


class Fate(StrEnum):
    """What becomes of a row about a person who is anonymised."""

    STAYS = "stays"
    """Without its personal values; it is still counted."""
    DELETED = "deleted"


class Meeting(StrEnum):
    """What becomes of the row of the record that goes, where a constraint lets only one of two stand."""

    MOVES = "moves"
    """It moves, with the values of `released`."""
    STAYS_BEHIND = "stays-behind"
    """It stays with the record that goes, with the values of `released`."""


@dataclass(frozen=True)
class Erasure:
    """What anonymising puts into a column; `only_where` is a condition on the table in SQL."""

    value: Any = None
    keeps: bool = False
    is_numbered: bool = False
    only_where: str = ""


KEEP = Erasure(keeps=True)
"""Personal, and still needed for the counts."""
EMPTY = Erasure("")
NOTHING = Erasure(None)


def replaced(value: Any, *, is_numbered: bool = False, only_where: str = "") -> Erasure:
    """Another value for every row, or what calling it gives; with the row's key behind it where it must be unique."""
    return Erasure(value, is_numbered=is_numbered, only_where=only_where)


@dataclass(frozen=True)
class Direct:
    """A column with the key of the person."""

    column: str


@dataclass(frozen=True)
class Through:
    """A column with the key of a row of another table that is about the person."""

    column: str
    table: str


@dataclass(frozen=True)
class Named:
    """A column that names a row, such as `booking:12`; `kinds` gives the table that each word means."""

    column: str
    kinds: Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Subject:
    """Two columns that name a row: the kind of it and its key; `kinds` is None where the kind is the table itself."""

    kind_column: str
    key_column: str
    kinds: Callable[[], Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Mentions:
    """A JSON column in which the addresses of the person may stand."""

    column: str


@dataclass(frozen=True)
class PointedAt:
    """Rows of another table, about the person, have the key of this one in their column."""

    table: str
    column: str


Path = Direct | Through | Named | Subject | Mentions | PointedAt


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one table holds about people."""

    table: str
    label: str
    """What people call its rows: “Bookings”."""
    about: tuple[Path, ...] = ()
    done_by: tuple[str, ...] = ()
    """Columns that name who did something to the row; they stay as they are."""
    follows: tuple[str, ...] = ()
    """Columns that name another record of the same person; custody alone writes them."""
    personal: Mapping[str, Erasure] = field(default_factory=dict[str, Erasure])
    secret: frozenset[str] = frozenset()
    """Columns that are never shown or given out, not even to their owner."""
    plain: tuple[str, ...] = ()
    """Columns of text that hold nothing personal."""
    fate: Fate = Fate.STAYS
    meeting: Meeting = Meeting.MOVES
    released: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ranking: tuple[str, tuple[str, ...]] | None = None
    """A column and its values from best to worst: of two rows that meet, the better one stands."""
    shown_without: tuple[str, ...] = ()
    """Columns that mean nothing to the person."""
    own_eyes_only: str = ""
    """Why nobody else reads the rows with the person's name: a sentence for whoever asks, with “{}” for how many."""
    kept: str = "as long as the person"
    """Which class of records for retention it belongs to."""

    @property
    def moving(self) -> tuple[str, ...]:
        """The columns that a merge of two people changes."""
        return tuple(path.column for path in self.about if isinstance(path, Direct))


_holdings: dict[str, Holding] = {}
_link_subjects: dict[str, str] = {}
_message_subjects: dict[str, str] = {}
_subjects_about_nobody: set[str] = set()


def register_holding(holding: Holding) -> Holding:
    """Say what a table holds, once, when its stage is imported."""
    if holding.table in _holdings:
        raise ValueError(f"what {holding.table} holds is said already")
    _holdings[holding.table] = holding
    return holding


def register_link_subject(purpose: str, table: str) -> None:
    """Say of which table the rows are that signed links of `purpose` are about."""
    if purpose in _link_subjects:
        raise ValueError(f"what links of {purpose} are about is said already")
    _link_subjects[purpose] = table


def register_message_subject(word: str, table: str, *, is_nobody: bool = False) -> None:
    """Say of which table the rows are that `outbox_message.about` calls `word`.

    `is_nobody`: its rows are about no person, so that a message about one is only about whom it went to.
    """
    if word in _message_subjects:
        raise ValueError(f"what messages about {word} are about is said already")
    _message_subjects[word] = table
    if is_nobody:
        _subjects_about_nobody.add(word)


def holdings() -> dict[str, Holding]:
    """What every table holds, by its name."""
    return dict(_holdings)


def link_subjects() -> dict[str, str]:
    """The table that links of each purpose are about."""
    return dict(_link_subjects)


def message_subjects() -> dict[str, str]:
    """The table that each word of `outbox_message.about` means."""
    return dict(_message_subjects)


def subjects_with_people() -> dict[str, str]:
    """Of `message_subjects` those whose rows are about people."""
    return {word: table for word, table in _message_subjects.items() if word not in _subjects_about_nobody}


def table_of(name: str) -> Table:
    """The table called `name`."""
    return Base.metadata.tables[name]


def rows_about(table: str, person_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that a row of `table` is about one of the people; false where none ever is."""
    if table == MAIN_TABLE:
        return table_of(table).c.id.in_(person_ids)
    holding = _holdings.get(table)
    if holding is None:
        return false()
    paths = (*holding.about, *(Direct(column) for column in holding.follows))
    return or_(false(), *(_leads(table, path, person_ids) for path in paths))


def _leads(table: str, path: Path, person_ids: Sequence[int]) -> ColumnElement[bool]:
    columns = table_of(table).c
    match path:
        case Direct():
            return columns[path.column].in_(person_ids)
        case Through():
            return columns[path.column].in_(_keys(path.table, person_ids))
        case PointedAt():
            pointing = select(table_of(path.table).c[path.column]).where(rows_about(path.table, person_ids))
            return columns.id.in_(pointing)
        case Named():
            return or_(
                *(
                    columns[path.column].in_(_keys(named, person_ids, prefix=f"{word}:"))
                    for word, named in path.kinds().items()
                )
            )
        case Subject():
            kinds = path.kinds() if path.kinds else {name: name for name in _subjects(table)}
            return or_(
                *(
                    and_(columns[path.kind_column] == word, columns[path.key_column].in_(_keys(named, person_ids)))
                    for word, named in kinds.items()
                )
            )
        case Mentions():
            text = func.lower(cast(columns[path.column], String))
            addresses = table_of("email_address")
            owned = select(addresses.c.address).where(addresses.c.person_id.in_(person_ids)).subquery()
            return select(1).where(text.contains(owned.c.address)).correlate(table_of(table)).exists()


def _subjects(table: str) -> list[str]:
    """The tables that rows of `table` may be about: every one with rows about people, but those that point as well."""
    return [MAIN_TABLE] + [
        name
        for name, holding in _holdings.items()
        if name not in (table, MAIN_TABLE)
        and (holding.about or holding.follows)
        and "id" in table_of(name).c
        and not any(isinstance(path, Subject | Mentions) for path in holding.about)
    ]


def _keys(table: str, person_ids: Sequence[int], prefix: str = "") -> Any:
    key = table_of(table).c.id
    wanted = literal(prefix) + cast(key, String) if prefix else key
    return select(wanted).where(rows_about(table, person_ids))
