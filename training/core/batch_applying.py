"""Applies a file in one transaction, all of it or nothing, or gives it up; refuses where the world has moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from training.core import audit, clock
from training.core.batch_journal import Journal, audit_all
from training.core.batch_kinds import BatchKind, Planned, Planner, kind_called
from training.core.batch_reading import as_kept, planned_rows
from training.core.batches import Batch, BatchRow, BatchState, Verdict
from training.core.database import Base, db
from training.core.refusal import Refused
from training.core.settings import register_setting, setting_value
from training.core.spreadsheets import SheetRow
from training.core.tasks import TaskRefused, register_task
from training.core.viewer import WORKER, Viewer

DEEDS = (Verdict.ADD, Verdict.CHANGE, Verdict.LEAVE)
AT_ONCE = 200
"""How many rows may change in the request itself; more are done by the worker."""
UNDECIDED_DAYS = register_setting(
    "retention.undecided-files-days",
    "Days after which a file nobody has decided about is given up",
    30,
    hint="What was read of it is removed then, because it names people. Upload the file again if it is still wanted.",
    least=1,
    most=365,
)
Kept = tuple[int, Verdict, dict[str, Any], list[str]]
"""The number of a staged row, its verdict, its values and its sentences."""
MEANWHILE = "Something was changed while this was being applied. Nothing of it was kept. Apply it again"


@dataclass(frozen=True)
class Outcome:
    """What became of applying: how many rows were carried out, or how many are now different from the preview."""

    done: int
    different: int = 0

    @property
    def sentence(self) -> str:
        """In words, for whoever pressed the button."""
        if self.different:
            return (
                f"Nothing was applied: since you looked, {_rows(self.different)} "
                f"{'has' if self.different == 1 else 'have'} come out differently. Look again, then apply."
            )
        return f"Applied: {_rows(self.done)} carried out."


def apply_batch(viewer: Viewer, batch_id: int) -> Outcome:
    """Carry out all rows of a file that waits for a decision; nothing where the world is not as it was at preview.

    Then the rows are planned anew and shown again. Refused where it is decided already, where `viewer` may not bring
    such a file, where a problem stands in the way, and where somebody else changes the same at this moment.
    """
    batch, kind = _decidable(viewer, batch_id)
    kept = _rows_of(batch)
    read = [_as_read(number, values) for number, _verdict, values, _sentences in kept]
    planner, planned = planned_rows(viewer, kind, batch.given, [row for row in read if not row.is_lacking])
    different = _different(kept, planned)
    if different:
        _keep_anew(batch, planned)
        return Outcome(0, different)
    problems = sum(plan.verdict is Verdict.PROBLEM for _row, plan in planned)
    if problems and kind.whole:
        raise Refused(f"{_rows(problems)} must be put right in the file first: this list is taken as a whole")
    deeds = [each for each in planned if each[1].verdict in DEEDS]
    if not deeds:
        raise Refused("There is nothing in this file to apply")
    journal = _carried_out(planner, deeds)
    if not kind.audits_itself:
        _audit(viewer, journal, f"File {batch.ref}")
    _keep_journal(batch, journal)
    batch.state, batch.applied_at = BatchState.APPLIED, clock.now()
    audit.record(viewer, "applied the file", batch, after={"file": batch.file_name, "rows": len(deeds)})
    return Outcome(len(deeds))


def give_up(viewer: Viewer, batch_id: int) -> None:
    """Stop reading a file, or throw away what was read of it; Refused where it is decided already."""
    batch = db.session.scalar(select(Batch).where(Batch.id == batch_id).with_for_update())
    if batch is None or batch.state not in (BatchState.READING, BatchState.READY):
        raise Refused("This file was decided already")
    batch.state = BatchState.DISCARDED
    db.session.execute(delete(BatchRow).where(BatchRow.batch_id == batch_id))
    audit.record(viewer, "gave up the file", batch)


def give_up_old_batches() -> int:
    """Give up files that nobody has decided about for too long, and forget their rows; how many there were.

    What was applied keeps its rows, by which it can be undone, until retention takes them.
    """
    before = clock.now() - timedelta(days=setting_value(UNDECIDED_DAYS))
    undecided = Batch.state.in_((BatchState.READING, BatchState.READY))
    old = list(
        db.session.scalars(
            select(Batch).where(Batch.created_at < before, undecided).order_by(Batch.id).with_for_update()
        )
    )
    for batch in old:
        batch.state = BatchState.DISCARDED
        db.session.execute(delete(BatchRow).where(BatchRow.batch_id == batch.id))
        audit.record(WORKER, "gave up the file", batch, reason="Nobody decided about it")
    return len(old)


def rows_to_apply(batch: Batch) -> int:
    """How many rows applying would carry out."""
    found = select(func.count(BatchRow.id)).where(BatchRow.batch_id == batch.id, BatchRow.verdict.in_(DEEDS))
    return db.session.scalar(found) or 0


def as_read(row: BatchRow) -> SheetRow:
    """The row as it was read from the file."""
    return _as_read(row.number, row.values)


def _as_read(number: int, values: Mapping[str, Any]) -> SheetRow:
    return SheetRow(number, values["cells"], tuple(values["problems"]), bool(values["lacking"]))


def _decidable(viewer: Viewer, batch_id: int) -> tuple[Batch, BatchKind]:
    # All files that wait for a decision, always in the same order: two that touch the same people follow each other.
    waiting = select(Batch.id).where(Batch.state == BatchState.READY).order_by(Batch.id).with_for_update()
    db.session.execute(waiting).all()
    batch = db.session.scalar(
        select(Batch).where(Batch.id == batch_id).with_for_update().execution_options(populate_existing=True)
    )
    if batch is None or batch.state is not BatchState.READY:
        raise Refused("Somebody has decided about this file already. Look at what became of it")
    kind = kind_called(batch.kind)
    if kind is None or not kind.may(viewer, batch.given):
        raise Refused("You cannot apply a file of this kind")
    return batch, kind


def _rows_of(batch: Batch) -> Sequence[Kept]:
    found = (
        select(BatchRow.number, BatchRow.verdict, BatchRow.values, BatchRow.sentences)
        .where(BatchRow.batch_id == batch.id)
        .order_by(BatchRow.number)
    )
    # Columns instead of objects: a file may have ten thousand rows, and everybody waits while it is applied.
    return db.session.execute(found).all()


def _different(kept: Sequence[Kept], planned: Sequence[Planned]) -> int:
    """How many rows would do something else than what was shown."""
    shown = {number: (verdict, values["cells"], sentences) for number, verdict, values, sentences in kept}
    now = {row.number: (plan.verdict, row.cells, list(plan.sentences)) for row, plan in planned}
    return sum(shown.get(number) != now.get(number) for number in shown.keys() | now.keys())


def _keep_anew(batch: Batch, planned: Sequence[Planned]) -> None:
    db.session.execute(delete(BatchRow).where(BatchRow.batch_id == batch.id))
    db.session.expire(batch, ["rows"])
    db.session.add_all(BatchRow(batch_id=batch.id, **as_kept(row, plan)) for row, plan in planned)
    batch.row_count = len(planned)
    db.session.flush()


def _carried_out(planner: Planner, deeds: Sequence[Planned]) -> Journal:
    try:
        with Journal() as journal, db.session.begin_nested():
            planner.carry_out(deeds, journal)
            db.session.flush()
    except (IntegrityError, StaleDataError) as error:
        raise Refused(MEANWHILE) from error
    return journal


def _keep_journal(batch: Batch, journal: Journal) -> None:
    """Write down with each row of the file what it did, in one statement."""
    rows = Base.metadata.tables[BatchRow.__tablename__]
    keep = (
        update(rows)
        .where(rows.c.batch_id == batch.id, rows.c.number == bindparam("of_row"))
        .values(journal=bindparam("done"))
    )
    entries = [{"of_row": number, "done": done} for number, done in journal.entries().items()]
    db.session.connection().execute(keep, entries)
    db.session.expire(batch, ["rows"])


def _audit(viewer: Viewer, journal: Journal, reason: str) -> None:
    told = [
        (entry["did"], entry["table"], entry["id"], entry["before"], _told(entry["after"]))
        for entries in journal.entries().values()
        for entry in entries
    ]
    audit_all(viewer, told, reason)


def _told(after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value not in (None, "")}


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _apply(viewer: Viewer, given: dict[str, Any]) -> list[str]:
    try:
        return [apply_batch(viewer, int(given["batch"])).sentence]
    except Refused as refusal:
        raise TaskRefused([f"{refusal.sentence}."]) from refusal


APPLY = register_task("apply-file", "Applying a file", _apply)
