"""Removing what is past its time: in pieces, each with its count, so that a run that is cut off loses nothing."""

from typing import Any

from sqlalchemy import func, select

from training.core import clock
from training.core.database import db
from training.core.settings import setting_value
from training.core.tasks import Task, TaskRefused, register_task, start_task
from training.core.transaction import in_unit_of_work
from training.core.viewer import WORKER, Role, Viewer
from training.custody.models import RetentionRun
from training.custody.retention import AUTOMATIC, RecordClass, class_named
from training.custody.retention_classes import classes
from training.web.formats import count

PIECE = 200
"""How many rows one transaction of the nightly run removes."""
MOST_AT_ONCE = 5000
MOST_PEOPLE_AT_ONCE = 500
"""How many rows an officer's run removes at most: it is one transaction."""
NIGHT = range(1, 5)
"""The hours in which the nightly run works, where the partnership is."""


def remove_piece(viewer: Viewer, record_class: RecordClass, most: int = PIECE) -> int:
    """Remove at most `most` of what is past its time in a class, note how many, and return that."""
    older_than = record_class.older_than
    keys = list(db.session.scalars(record_class.due(older_than).limit(most)))
    removed = record_class.remove(keys) if keys else 0
    if removed:
        _note(viewer, record_class, removed)
    return removed


def _note(viewer: Viewer, record_class: RecordClass, removed: int) -> None:
    """One row for a class and period and asker; what later pieces remove is added to it."""
    older_than = record_class.older_than
    run = db.session.scalar(
        select(RetentionRun)
        .where(
            RetentionRun.record_class == record_class.name,
            RetentionRun.older_than == older_than,
            RetentionRun.asked_by_id.is_not_distinct_from(viewer.person_id),
        )
        .order_by(RetentionRun.id)
        .limit(1)
        .with_for_update()
    )
    if run is None:
        run = RetentionRun(
            record_class=record_class.name, older_than=older_than, asked_by_id=viewer.person_id, removed=0
        )
        db.session.add(run)
    run.removed, run.ran_at = run.removed + removed, clock.now()
    db.session.flush()


def remove_every_night() -> int:
    """What the worker does at night where the partnership has switched it on; returns how many rows it removed."""
    if clock.local(clock.now()).hour not in NIGHT or not in_unit_of_work(lambda: setting_value(AUTOMATIC)):
        return 0
    return sum(_remove_all(record_class) for record_class in classes())


def _remove_all(record_class: RecordClass) -> int:
    total = 0
    # Bounded, so that rows which cannot be removed do not keep the worker for ever.
    for _ in range(MOST_AT_ONCE // PIECE):
        removed = in_unit_of_work(lambda: remove_piece(WORKER, record_class))
        total += removed
        if removed == 0:
            break
    return total


def ask_for_run(viewer: Viewer, record_class: RecordClass) -> Task:
    """Let the worker remove now what is past its time in a class."""
    return start_task(viewer, REMOVE, {"class": record_class.name})


def _run(viewer: Viewer, given: dict[str, Any]) -> list[str]:
    record_class = class_named(str(given.get("class", "")))
    if record_class is None or not viewer.has(Role.OFFICER, Role.SYSTEM):
        raise TaskRefused(["Only officers and system administrators can remove what is past its time"])
    most = MOST_PEOPLE_AT_ONCE if record_class.names_people else MOST_AT_ONCE
    removed = 0
    while removed < most and (piece := remove_piece(viewer, record_class, min(PIECE, most - removed))):
        removed += piece
    if not removed:
        return [f"{record_class.label}: nothing was past its time."]
    left = past_its_time(record_class)
    done = [f"{record_class.label}: {count(removed, 'row')} past their time. {record_class.does}"]
    return [*done, f"{count(left, 'row')} are left. Run it again."] if left else done


def past_its_time(record_class: RecordClass) -> int:
    """How many rows of a class a run would remove now."""
    due = record_class.due(record_class.older_than).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(due)) or 0


REMOVE = register_task("retention", "Removing what is past its time", _run)
