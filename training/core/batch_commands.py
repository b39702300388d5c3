"""Reads a file and applies it at once, for the command line: all of it, or every problem by its row."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from training.core.batch_applying import apply_batch
from training.core.batch_kinds import BatchKind, Planned
from training.core.batch_reading import as_kept, planned_rows
from training.core.batches import Batch, BatchRow, BatchState, Verdict
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.spreadsheets import SheetRefused, read_sheet
from training.core.tasks import TaskRefused
from training.core.viewer import Viewer

MOST_LISTED = 50
"""How many problems are listed; the rest is counted."""


def import_file(
    viewer: Viewer, kind: BatchKind, content: bytes, given: Mapping[str, Any], file_name: str, *, check: bool = False
) -> list[str]:
    """Apply a file at once and return sentences on what was done; with `check`, on what would be done.

    The desk can undo it like any other. Raises TaskRefused with the problems by row, before anything is changed.
    """
    if not kind.may(viewer, given):
        raise TaskRefused(["You cannot upload a file of this kind."])
    try:
        sheet = read_sheet(content, kind.columns, kind.most_rows)
    except SheetRefused as refusal:
        raise TaskRefused(refusal.problems) from refusal
    _planner, planned = planned_rows(viewer, kind, given, sheet.rows)
    problems = [
        f"Row {row.number}: {sentence}"
        for row, plan in planned
        if plan.verdict is Verdict.PROBLEM
        for sentence in plan.sentences
    ]
    if problems:
        rest = len(problems) - MOST_LISTED
        raise TaskRefused([*problems[:MOST_LISTED], *([f"There are {rest} more problems."] if rest > 0 else [])])
    said = [_counted(planned), *sheet.notes]
    if check:
        return [*_told(planned), *said]
    batch = Batch(
        ref=new_reference("IMP", 6),
        kind=kind.name,
        asked_by_id=viewer.person_id,
        file_name=file_name[-200:],
        given=dict(given),
        state=BatchState.READY,
        row_count=len(planned),
    )
    batch.rows = [BatchRow(**as_kept(row, plan)) for row, plan in planned]
    db.session.add(batch)
    db.session.flush()
    if any(plan.verdict is not Verdict.SAME for _row, plan in planned):
        try:
            apply_batch(viewer, batch.id)
        except Refused as refusal:
            raise TaskRefused([f"{refusal.sentence}."]) from refusal
        said.append(f"It can be undone at the desk under {batch.ref}.")
    else:
        batch.state = BatchState.DISCARDED
    return said


def _counted(planned: list[Planned]) -> str:
    counts = Counter(plan.verdict for _row, plan in planned)
    words = {
        Verdict.ADD: "Added",
        Verdict.CHANGE: "Changed",
        Verdict.LEAVE: "Left",
        Verdict.SAME: "As they were",
    }
    read = sum(not row.is_lacking for row, _plan in planned)
    return f"Rows read: {read}. " + " ".join(f"{word}: {counts[verdict]}." for verdict, word in words.items())


def _told(planned: list[Planned]) -> list[str]:
    return [
        f"{'Not in the file' if row.is_lacking else f'Row {row.number}'}: {' '.join(plan.sentences)}"
        for row, plan in planned
        if plan.verdict is not Verdict.SAME
    ]
