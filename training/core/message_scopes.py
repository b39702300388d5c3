"""What the log of messages can be narrowed to: one person, one booking, one session; each stage says its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, false, literal, or_, select

from training.core.holdings import message_subjects, table_of
from training.core.message_abouts import tells_of
from training.core.viewer import Viewer


@dataclass(frozen=True)
class Scope:
    """One row whose messages are asked for: what it is called, its page at the desk, and which messages are its."""

    title: str
    endpoint: str
    ref: str
    condition: ColumnElement[bool]


Finder = Callable[[Viewer, str], Scope | None]
_finders: dict[str, Finder] = {}


def register_scope(word: str, finder: Finder) -> None:
    """Let `?word=reference` narrow the log, once, when its stage is imported; None where nothing is in reach."""
    if word in _finders:
        raise ValueError(f"messages can be narrowed by {word} already")
    _finders[word] = finder


def scope_words() -> tuple[str, ...]:
    """The words by which the log can be narrowed."""
    return tuple(_finders)


def find_scope(viewer: Viewer, word: str, ref: str) -> Scope | None:
    """What `word` and `ref` stand for, if `viewer` may see it."""
    return _finders[word](viewer, ref)


def messages_about(table: str, keys: Iterable[int]) -> ColumnElement[bool]:
    """The condition that a message is about one of these rows of `table`, or about a row that belongs to one.

    An evaluation belongs to its booking, and a booking to its session: read from the keys of the tables, so that
    stages that come later need not say it.
    """
    wanted = list(keys)
    subjects = {name: table_of(name) for name in message_subjects().values()}
    conditions = [
        tells_of(select(literal(f"{word}:") + cast(subjects[name].c.id, String)).where(belongs))
        for word, name in message_subjects().items()
        if (belongs := _belongs(subjects[name], table, wanted, subjects, frozenset())) is not None
    ]
    return or_(false(), *conditions)


def _belongs(
    row: Table, table: str, keys: list[int], subjects: dict[str, Table], seen: frozenset[str]
) -> ColumnElement[bool] | None:
    if row.name == table:
        return row.c.id.in_(keys)
    found: list[ColumnElement[Any]] = []
    for key in row.foreign_keys:
        owner = key.column.table
        if owner.name == table:
            found.append(key.parent.in_(keys))
        elif owner.name in subjects and owner.name not in seen | {row.name}:
            further = _belongs(subjects[owner.name], table, keys, subjects, seen | {row.name})
            if further is not None:
                found.append(key.parent.in_(select(owner.c.id).where(further)))
    return or_(*found) if found else None
