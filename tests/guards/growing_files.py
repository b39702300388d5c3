"""Pages of files brought in that grow."""

from collections.abc import Callable

from tests.factories import number
from tests.guards.growing import Growing
from training.core.batches import Batch, BatchRow, BatchState, Verdict
from training.core.database import db


def file_row(place: int, verdict: Verdict) -> BatchRow:
    values: dict[str, object] = {"cells": {"code": f"C{place}"}, "problems": [], "lacking": False}
    return BatchRow(number=place, values=values, verdict=verdict, sentences=["Added."])


def brought() -> Batch:
    """A file that waits for a decision."""
    batch = Batch(
        ref=f"IMP-{number()}", kind="agencies", file_name="a.csv", state=BatchState.READY, row_count=1, given={}
    )
    batch.rows = [file_row(2, Verdict.ADD), file_row(3, Verdict.PROBLEM)]
    db.session.add(batch)
    db.session.flush()
    return batch


def desk_import() -> Growing:
    batch = brought()
    return Growing(f"/desk/imports/{batch.ref}", lambda: batch.rows.append(file_row(number() + 9, Verdict.ADD)))


PAGES: dict[str, Callable[[], Growing]] = {
    "files brought in": lambda: Growing("/desk/imports", brought),
    "one file": desk_import,
}
