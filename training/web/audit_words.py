"""The audit log in words: who, what, about what, from what to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from training.core.audit import AuditEntry
from training.core.subjects import Described, column_label, described, label_of_value, table_named_by
from training.core.viewer import ViewerKind
from training.web.formats import short_day, short_moment

PERSON = "person"
ACTOR_LABELS = {
    ViewerKind.PERSON: "A person",
    ViewerKind.LINK: "Whoever held a link from a message",
    ViewerKind.ANONYMOUS: "Somebody not signed in",
    ViewerKind.WORKER: "Muster itself",
    ViewerKind.COMMAND: "A command on the server",
}
NOTHING = "nothing"


@dataclass(frozen=True)
class Line:
    """One thing that changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One entry as it is read."""

    entry: AuditEntry
    who: Described
    subject: Described
    lines: list[Line]

    @property
    def is_erased(self) -> bool:
        """Whether values were written that have been erased since."""
        return self.entry.has_values and self.entry.values is None

    @property
    def changes(self) -> str:
        """All lines as one text, for a cell of a sheet."""
        if self.is_erased:
            return "Erased"
        return "; ".join(f"{line.label}: {line.before} → {line.after}" for line in self.lines)


def told(entries: Sequence[AuditEntry]) -> list[Told]:
    """The entries in words; one query for each kind of row that they name, however many they are."""
    rows: dict[str, set[int]] = {PERSON: {entry.actor_id for entry in entries if entry.actor_id is not None}}
    for entry in entries:
        rows.setdefault(entry.subject_kind, set()).add(entry.subject_id)
        for column, value in _values(entry):
            table = table_named_by(entry.subject_kind, column)
            if table is not None and isinstance(value, int):
                rows.setdefault(table, set()).add(value)
    names = described(rows)
    return [Told(entry, _who(entry, names), _subject(entry, names), _lines(entry, names)) for entry in entries]


Names = Mapping[tuple[str, int], Described]


def _who(entry: AuditEntry, names: Names) -> Described:
    if entry.actor_id is None:
        return Described("", ACTOR_LABELS[entry.actor_kind])
    return names[PERSON, entry.actor_id]


def _subject(entry: AuditEntry, names: Names) -> Described:
    return names[entry.subject_kind, entry.subject_id]


def _values(entry: AuditEntry) -> list[tuple[str, Any]]:
    values = entry.values
    return [*values.before.items(), *values.after.items()] if values is not None else []


def _lines(entry: AuditEntry, names: Names) -> list[Line]:
    values = entry.values
    if values is None:
        return []
    lines = [
        Line(
            column_label(entry.subject_kind, column),
            _in_words(entry.subject_kind, column, values.before.get(column), names),
            _in_words(entry.subject_kind, column, values.after.get(column), names),
        )
        for column in dict.fromkeys([*values.before, *values.after])
    ]
    return [line for line in lines if not line.before == line.after == NOTHING]


def _in_words(table: str, column: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        named = names.get((table_named_by(table, column) or "", value))
        return named.name or f"one that is gone ({value})" if named is not None else f"{value:,}"
    if not isinstance(value, str):
        return str(value)
    return label_of_value(table, column, value) or _moment_in_words(value) or value


def _moment_in_words(text: str) -> str | None:
    """A day or an aware moment, as the log keeps them, for people; None where the text is neither."""
    if len(text) < len("2026-12-03") or not text[:4].isdecimal() or text[4] != "-":
        return None
    try:
        if len(text) == len("2026-12-03"):
            return short_day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return short_moment(moment) if moment.tzinfo is not None else None
