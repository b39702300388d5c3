"""Reads a file that somebody brought into rows that wait for a decision, in small commits that can be stopped."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from training.core.batch_kinds import BatchKind, Plan, Planned, Planner, kind_called
from training.core.batches import Batch, BatchRow, BatchState
from training.core.columns import new_reference
from training.core.database import db, reading
from training.core.refusal import Refused
from training.core.spreadsheets import SheetRefused, SheetRow, read_sheet
from training.core.tasks import Lease, Task, register_task, start_task
from training.core.transaction import unit_of_work
from training.core.viewer import Viewer

ROWS_A_STEP = 250
STOPPED = ["You stopped it. Nothing was kept."]


def bring_file(
    viewer: Viewer,
    kind: BatchKind,
    file_name: str,
    content: bytes,
    given: Mapping[str, Any],
    page: Callable[[str], str],
) -> tuple[Batch, Task]:
    """Take a file in and ask the worker to read it; `page` is the address of the preview by reference.

    The bytes stand in the task until it is over and nowhere else. Refused where the viewer may not bring such a file.
    """
    if not kind.may(viewer, given):
        raise Refused("You cannot upload a file of this kind")
    batch = Batch(
        ref=new_reference("IMP", 6),
        kind=kind.name,
        asked_by_id=viewer.person_id,
        file_name=file_name[-200:],
        given=dict(given),
    )
    db.session.add(batch)
    db.session.flush()
    task = start_task(
        viewer, READ, {"batch": batch.id, "content": b64encode(content).decode()}, leads_to=page(batch.ref)
    )
    return batch, task


def planned_rows(
    viewer: Viewer, kind: BatchKind, given: Mapping[str, Any], rows: Sequence[SheetRow]
) -> tuple[Planner, list[Planned]]:
    """What each row would do as the world is now, and after them, numbered on, what the file lacks."""
    planner = kind.planner(viewer, given, rows)
    return planner, list(zip(rows, planner.plan(), strict=True)) + numbered(planner.lacking(), rows)


def numbered(lacking: Sequence[Planned], rows: Sequence[SheetRow]) -> list[Planned]:
    """Rows that the file lacks with the numbers that follow its last."""
    after = rows[-1].number if rows else 1
    return [(SheetRow(after + place, row.cells, is_lacking=True), plan) for place, (row, plan) in enumerate(lacking, 1)]


def as_kept(row: SheetRow, plan: Plan) -> dict[str, Any]:
    """The columns of a BatchRow."""
    return {
        "number": row.number,
        "values": {"cells": row.cells, "problems": list(row.problems), "lacking": row.is_lacking},
        "verdict": plan.verdict,
        "sentences": list(plan.sentences),
    }


def _read(viewer: Viewer, given: dict[str, Any], lease: Lease) -> list[str]:
    key = int(given["batch"])
    try:
        with reading(), unit_of_work():
            found = _planned(viewer, key, b64decode(given["content"]))
    except SheetRefused as refusal:
        return _refused(key, refusal.problems)
    if found is None:
        return STOPPED
    planned, notes = found
    lease.renew()
    if not _begun(key, len(planned)):
        return STOPPED
    for start in range(0, len(planned), ROWS_A_STEP):
        if not _staged(key, planned[start : start + ROWS_A_STEP]):
            return STOPPED
        lease.renew()
    return _ready(key, notes)


def _planned(viewer: Viewer, key: int, content: bytes) -> tuple[list[Planned], list[str]] | None:
    """The rows with their plans, and what was left out; None once somebody stopped it."""
    batch = db.session.get_one(Batch, key)
    if batch.state is not BatchState.READING:
        return None
    kind = kind_called(batch.kind)
    if kind is None or not kind.may(viewer, batch.given):
        raise SheetRefused(["You cannot upload a file of this kind any more."])
    sheet = read_sheet(content, kind.columns, kind.most_rows)
    return planned_rows(viewer, kind, batch.given, sheet.rows)[1], sheet.notes


def _locked(key: int) -> Batch | None:
    """The batch for writing while it is being read; None once somebody stopped it."""
    found = select(Batch).where(Batch.id == key, Batch.state == BatchState.READING)
    return db.session.scalar(found.with_for_update())


def _begun(key: int, count: int) -> bool:
    with unit_of_work():
        batch = _locked(key)
        if batch is None:
            return False
        # A worker before this one may have been killed on its way; the world may be another since.
        db.session.execute(delete(BatchRow).where(BatchRow.batch_id == key))
        batch.row_count = count
        return True


def _staged(key: int, planned: Sequence[Planned]) -> bool:
    with unit_of_work():
        if _locked(key) is None:
            return False
        db.session.add_all(BatchRow(batch_id=key, **as_kept(row, plan)) for row, plan in planned)
        return True


def _ready(key: int, notes: list[str]) -> list[str]:
    with unit_of_work():
        batch = _locked(key)
        if batch is None:
            return STOPPED
        batch.state, batch.problems = BatchState.READY, notes
        return [f"Rows read: {batch.row_count:,}. Nothing counts before you have looked at them and applied them."]


def _refused(key: int, problems: list[str]) -> list[str]:
    with unit_of_work():
        batch = _locked(key)
        if batch is None:
            return STOPPED
        batch.state, batch.problems = BatchState.REFUSED, problems
        return ["The file cannot be used. Nothing was kept.", *problems]


READ = register_task("read-file", "Reading a file", in_steps=_read)
