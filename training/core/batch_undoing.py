"""Takes back what a file did, in one transaction and by its journal; what others built upon since stays, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import sort_tables

from training.core import audit, clock
from training.core.batch_journal import UNCOMPARED, UNWATCHED, Entry, audit_all, plain, typed
from training.core.batch_kinds import BatchKind, kind_called, merely_changed
from training.core.batches import Batch, BatchRow, BatchState
from training.core.database import Base, db
from training.core.refusal import Refused
from training.core.tasks import TaskRefused, register_task
from training.core.viewer import Viewer

KEYS_A_QUERY = 500
Key = tuple[str, int]


@dataclass(frozen=True)
class Staying:
    """A row of the file that cannot be taken back, and why."""

    number: int
    is_lacking: bool
    reason: str


def what_stays(viewer: Viewer, batch: Batch) -> list[Staying]:
    """The rows of an applied file that others have built upon since, in their order; empty where all can be undone.

    Refused where `viewer` may not bring such a file or its rows are no longer kept.
    """
    return _divided(_undoable(viewer, batch), kind_called(batch.kind))[1]


def undo_batch(viewer: Viewer, batch_id: int, *, rest: bool = False) -> str:
    """Take back everything the file did, and say so; with `rest`, all but what others have built upon since.

    Refused, naming the first of the rows in the way, where there are such and the rest was not asked for.
    """
    batch = db.session.scalar(select(Batch).where(Batch.id == batch_id).with_for_update())
    if batch is None:
        raise Refused("There is no such file")
    rows = _undoable(viewer, batch)
    going, staying = _divided(rows, kind_called(batch.kind))
    if staying and not rest:
        first = "; ".join(f"row {each.number}: {each.reason}" for each in staying[:3])
        raise Refused(f"Not everything can be taken back ({first})")
    entries = [entry for row in reversed(going) for entry in reversed(row.journal)]
    try:
        with db.session.begin_nested():
            _take_back(entries)
    except IntegrityError as error:
        raise Refused("Something was built upon this at the same moment. Nothing was undone. Look again") from error
    _tell(viewer, entries, f"File {batch.ref} undone")
    reasons = {each.number: each.reason for each in staying}
    for row in rows:
        if row.number in reasons:
            row.sentences = [*row.sentences, f"Not undone: {reasons[row.number]}."]
        else:
            row.journal = []
    batch.state, batch.undone_at = BatchState.UNDONE, clock.now()
    audit.record(viewer, "undid the file", batch, after={"rows": len(going), "kept": len(staying)})
    db.session.flush()
    db.session.expire_all()
    done = "1 row" if len(going) == 1 else f"{len(going):,} rows"
    return f"Undone: {done} taken back." + (f" {len(staying):,} could not be, and stay." if staying else "")


def _undoable(viewer: Viewer, batch: Batch) -> list[BatchRow]:
    kind = kind_called(batch.kind)
    if kind is None or not kind.may(viewer, batch.given):
        raise Refused("You cannot undo a file of this kind")
    if batch.state is not BatchState.APPLIED:
        raise Refused("Only a file that is applied can be undone")
    found = db.session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number))
    rows = [row for row in found if row.journal]
    if not rows:
        raise Refused("What this file did row by row is no longer kept, so it cannot be undone as one")
    return rows


def _divided(rows: list[BatchRow], kind: BatchKind | None) -> tuple[list[BatchRow], list[Staying]]:
    """The rows that can be taken back, and those that stay: changed since, or built upon by something that stays."""
    present = _present(entry for row in rows for entry in row.journal)
    leaning = _leaning(entry for row in rows for entry in row.journal if entry["did"] == "added")
    going, staying = rows, dict[int, str]()
    while True:
        # What was changed goes back to what it stood on before.
        gone = {_key(entry) for row in going for entry in row.journal}
        stopped = {
            row.number: reason
            for row in going
            if (
                reason := next((why for entry in row.journal if (why := _why(entry, present, leaning, gone, kind))), "")
            )
        }
        if not stopped:
            break
        staying |= stopped
        going = [row for row in going if row.number not in staying]
    return going, [
        Staying(row.number, row.values["lacking"], staying[row.number]) for row in rows if row.number in staying
    ]


def _why(
    entry: Entry,
    present: Mapping[Key, Entry],
    leaning: Mapping[Key, set[Key]],
    gone: set[Key],
    kind: BatchKind | None,
) -> str:
    """Why this cannot be taken back; empty where it can."""
    words: Mapping[str, str] = kind.words if kind else {}
    called = _called(entry["table"], words)
    if entry["did"] == "removed":
        return f"{called} has come back since" if _key(entry) in present else ""
    row = present.get(_key(entry))
    if row is None:
        return "" if entry["did"] == "added" else f"{called} is no longer there"
    if any(row.get(name) != value for name, value in entry["after"].items() if name not in UNCOMPARED):
        return f"{called} {(kind.became if kind else merely_changed)(entry['table'], entry['after'], row)}"
    others = sorted({_called(table, words) for table, key in leaning.get(_key(entry), ()) if (table, key) not in gone})
    return f"{called} has {' and '.join(others)} since" if entry["did"] == "added" and others else ""


def _called(table: str, words: Mapping[str, str]) -> str:
    name = table.replace("_", " ")
    return words.get(table, f"{'an' if name[0] in 'aeiou' else 'a'} {name}")


def _key(entry: Entry) -> Key:
    return entry["table"], entry["id"]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _by_table(entries: Iterable[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry["table"], []).append(entry["id"])
    return found


def _chunks(keys: list[int]) -> Iterable[list[int]]:
    return (keys[start : start + KEYS_A_QUERY] for start in range(0, len(keys), KEYS_A_QUERY))


def _present(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """The rows that are there now, as plain values."""
    found: dict[Key, Entry] = {}
    for name, keys in _by_table(entries).items():
        table = _table(name)
        for chunk in _chunks(keys):
            for row in db.session.execute(select(table).where(table.c.id.in_(chunk))).mappings():
                found[name, row["id"]] = {column: plain(value) for column, value in row.items()}
    return found


def _leaning(entries: Iterable[Entry]) -> dict[Key, set[Key]]:
    """Which rows of other tables stand on each; those that would merely lose the reference do not count."""
    found: dict[Key, set[Key]] = {}
    added = _by_table(entries)
    for table in Base.metadata.tables.values():
        if table.name in UNWATCHED - {"audit_entry"}:
            continue
        for link in table.foreign_keys:
            name = link.column.table.name
            if name not in added or link.ondelete == "SET NULL":
                continue
            own = next(iter(table.primary_key.columns))
            for chunk in _chunks(added[name]):
                for target, key in db.session.execute(select(link.parent, own).where(link.parent.in_(chunk))):
                    found.setdefault((name, target), set()).add((table.name, key))
    return found


def _take_back(entries: list[Entry]) -> None:
    """Put back what was changed, remove what was added, children first, and bring back what was removed."""
    db.session.flush()
    added, changed, removed = (
        [entry for entry in entries if entry["did"] == did] for did in ("added", "changed", "removed")
    )
    # References first, or what was added could not go; the rest last, or two periods would be open at once.
    for entry in changed:
        _put_back(entry, references=True)
    keys = _by_table(added)
    for table in reversed(sort_tables([_table(name) for name in keys])):
        for chunk in _chunks(keys[table.name]):
            db.session.execute(delete(table).where(table.c.id.in_(chunk)))
    for entry in changed:
        _put_back(entry, references=False)
    for entry in removed:
        table = _table(entry["table"])
        db.session.execute(insert(table).values(_values(table, entry["before"])))


def _put_back(entry: Entry, *, references: bool) -> None:
    table = _table(entry["table"])
    links = {link.parent.name for link in table.foreign_keys}
    wanted = {
        name: value
        for name, value in entry["before"].items()
        if name not in UNCOMPARED and (name in links) is references
    }
    if not wanted:
        return
    values = _values(table, wanted)
    if "row_version" in table.c:
        values["row_version"] = table.c.row_version + 1
    if "changed_at" in table.c:
        values["changed_at"] = clock.now()
    db.session.execute(update(table).where(table.c.id == entry["id"]).values(values))


def _values(table: Table, plain_values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: typed(table.c[name], value) for name, value in plain_values.items()}


def _tell(viewer: Viewer, entries: list[Entry], reason: str) -> None:
    deeds = {"added": "took back", "changed": "put back", "removed": "brought back"}
    told = [(deeds[entry["did"]], entry["table"], entry["id"], entry["after"], entry["before"]) for entry in entries]
    audit_all(viewer, told, reason)


def _undo(viewer: Viewer, given: dict[str, Any]) -> list[str]:
    try:
        return [undo_batch(viewer, int(given["batch"]), rest=bool(given["rest"]))]
    except Refused as refusal:
        raise TaskRefused([f"{refusal.sentence}."]) from refusal


UNDO = register_task("undo-file", "Undoing a file", _undo)
