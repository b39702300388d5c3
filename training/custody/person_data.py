"""Everything that is held about one person and was sent to them, in words: built from the holdings alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

from sqlalchemy import ForeignKey, LargeBinary, Table, select

from training.core.database import db
from training.core.holdings import MAIN_TABLE, Holding, rows_about, table_of
from training.core.messages import label_of
from training.core.outbox import without_secrets
from training.core.viewer import ROLE_LABELS, Role, Viewer, ViewerKind
from training.custody.naming import CALLED
from training.custody.records import records_of
from training.custody.stages import everything_held
from training.people.models import RoleGrant
from training.web.formats import day, moment

NEVER_SHOWN = frozenset({"id", "row_version"})
LOG, LOG_VALUES, MESSAGES = "audit_entry", "audit_values", "outbox_message"
ACTORS = {
    ViewerKind.ANONYMOUS: "Somebody not signed in",
    ViewerKind.LINK: "Somebody with a link from a message",
    ViewerKind.WORKER: "Muster by itself",
    ViewerKind.COMMAND: "The people who run the server",
}
TEAM = frozenset({Role.OFFICER, Role.ADMINISTRATOR, Role.SYSTEM})


@dataclass(frozen=True)
class Section:
    """What one table holds about the person: a heading, and a mapping of word to value for each row."""

    heading: str
    rows: list[dict[str, Any]]
    left_out: str = ""
    """Why its rows are not given to whoever asked, in words; there are none then."""


def data_of(viewer: Viewer, person_id: int) -> list[Section]:
    """Everything held about the person, in the order of the stages; LookupError where that is not for `viewer`.

    Values are plain: text, numbers, yes or no, lists and mappings of them. A key of another row is given as that row is
    called. Other people stand in it by what they are to the partnership, never by name. What only the person may read
    is counted for anybody else.
    """
    if not (viewer.is_machine or viewer.person_id == person_id or viewer.has(Role.OFFICER)):
        raise LookupError(f"person {person_id} is out of reach")
    ids = records_of(person_id)
    names = _Names()
    found: list[Section] = []
    for name, holding in everything_held().items():
        if name == LOG_VALUES or not (name == MAIN_TABLE or holding.about or holding.follows):
            continue
        rows = _rows(name, ids)
        if rows and holding.own_eyes_only and viewer.person_id != person_id:
            found.append(Section(holding.label, [], holding.own_eyes_only.format(len(rows))))
            continue
        told = _log(rows, ids, names) if name == LOG else [_told(holding, row, ids, names) for row in rows]
        if told:
            found.append(Section(holding.label, told))
    first = everything_held()[MAIN_TABLE].label
    return sorted(found, key=lambda section: section.heading != first)


def _rows(name: str, ids: list[int]) -> list[dict[str, Any]]:
    table = table_of(name)
    statement = select(table).where(rows_about(name, ids)).order_by(*table.primary_key.columns)
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _told(holding: Holding, row: Mapping[str, Any], ids: list[int], names: "_Names") -> dict[str, Any]:
    """One row in words; of a message to somebody else only that it was sent."""
    table = table_of(holding.table)
    hidden = NEVER_SHOWN | holding.secret | set(holding.shown_without) | {"secrets"}
    told: dict[str, Any] = {}
    for column in table.c:
        if column.name in hidden or isinstance(column.type, LargeBinary) or row[column.name] in (None, ""):
            continue
        key = next(iter(column.foreign_keys), None)
        if key is not None and column.name in holding.done_by:
            told[_word(column.name)] = names.somebody(row[column.name], ids)
        elif key is not None:
            if key.column.table.name != MAIN_TABLE:
                told[_word(column.name)] = names.of(key, row[column.name])
        else:
            told[_word(column.name)] = plain(row[column.name])
    return _message(told, row, ids) if holding.table == MESSAGES else told


def _message(told: dict[str, Any], row: Mapping[str, Any], ids: list[int]) -> dict[str, Any]:
    told["Kind"] = label_of(row["kind"])
    told[WORDS["body_text"]] = without_secrets(row["secrets"] or [], row["body_text"])
    if row["person_id"] in ids:
        return told
    for word in ("Recipient name", "Recipient address", WORDS["body_text"], "Last error"):
        told.pop(word, None)
    return {**told, "To": "Somebody else, about you"}


def _log(rows: list[dict[str, Any]], ids: list[int], names: "_Names") -> list[dict[str, Any]]:
    """What was done to the person's records, when and by whom in which capacity, and what it changed."""
    values = table_of(LOG_VALUES)
    changed = {
        row["entry_id"]: (row["before"], row["after"])
        for row in db.session.execute(
            select(values).where(values.c.entry_id.in_([entry["id"] for entry in rows]))
        ).mappings()
    }
    told: list[dict[str, Any]] = []
    for entry in rows:
        before, after = changed.get(entry["id"], ({}, {}))
        line = {
            "When": plain(entry["happened_at"]),
            "By": _by(entry, ids, names),
            "Action": entry["deed"],
            "On": everything_held()[entry["subject_kind"]].label,
            "Reason": entry["reason"],
            "Before": _without_keys(before),
            "After": _without_keys(after),
        }
        told.append({word: value for word, value in line.items() if value})
    return told


def _without_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_word(name): value for name, value in values.items() if not name.endswith("_id")}


def _by(entry: Mapping[str, Any], ids: list[int], names: "_Names") -> str:
    if entry["actor_id"] is None:
        return ACTORS.get(ViewerKind(entry["actor_kind"]), "Somebody")
    return names.somebody(entry["actor_id"], ids)


def actor_in_words(person_id: int) -> str:
    """What somebody else is to the partnership, by the roles they hold or held; never who they are."""
    roles = set(db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id)))
    if roles & TEAM:
        return "The training team"
    for role in (Role.AGENCY_LEAD, Role.TRAINER):
        if role in roles:
            return f"A person with the role {ROLE_LABELS[role].lower()}"
    return "Somebody else"


def plain(value: Any) -> Any:
    """A value as people read it and JSON takes it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Enum):
        return str(value.value).replace("-", " ")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return cast(Any, value) if isinstance(value, int | list | dict) else str(value)


WORDS = {
    "ref": "Reference",
    "given_name": "First name",
    "family_name": "Last name",
    "is_primary": "Main address",
    "body_text": "Text",
}
"""What columns are called here where their own name says it badly."""


def _word(column: str) -> str:
    """`manager_name` as “Manager name”, `closed_at` as “Closed”."""
    if column in WORDS:
        return WORDS[column]
    for ending in ("_id", "_at", "_on"):
        column = column.removesuffix(ending)
    return column.replace("_", " ").strip().capitalize() or "On"


class _Names:
    """What rows of other tables are called, asked once each."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], str] = {}

    def somebody(self, person_id: int, ids: list[int]) -> str:
        """Who did something, seen by the person of `ids`: themselves, or what somebody else is to the partnership."""
        if person_id in ids:
            return "You"
        known = self._known.get((MAIN_TABLE, person_id))
        if known is None:
            known = self._known[(MAIN_TABLE, person_id)] = actor_in_words(person_id)
        return known

    def of(self, key: ForeignKey, value: int) -> str:
        """What the row that `key` leads to is called."""
        table = key.column.table
        assert isinstance(table, Table)
        known = self._known.get((table.name, value))
        if known is None:
            known = self._known[(table.name, value)] = self._asked(table.name, value)
        return known

    def _asked(self, table: str, key: int) -> str:
        kind = CALLED[table]
        row = db.session.get(kind.model, key)
        return "" if row is None else kind.name(row)
