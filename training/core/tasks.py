"""Long work that a person starts and the worker does: one transaction or many small ones, an end in every case."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, select, true
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import Dated, Identified, ShortText, new_reference, text_enum
from training.core.database import Base, db
from training.core.transaction import unit_of_work
from training.core.viewer import Viewer


class TaskState(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


TASK_STATE_LABELS = {
    TaskState.WAITING: "Waiting to begin",
    TaskState.RUNNING: "Running",
    TaskState.DONE: "Done",
    TaskState.REFUSED: "Refused: nothing was kept",
}


class TaskRefused(Exception):
    """The work cannot be done as asked; `problems` are the sentences to show, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass
class Lease:
    """The worker's hold on a task."""

    task_id: int
    until: datetime

    def renew(self) -> None:
        """Hold it longer, between two steps; LeaseLostError where another worker has begun the task again."""
        until = clock.now() + LEASE
        with unit_of_work():
            _own(self).lease_until = until
        self.until = until


Run = Callable[[Viewer, dict[str, Any]], list[str]]
StepwiseRun = Callable[[Viewer, dict[str, Any], Lease], list[str]]


@dataclass(frozen=True)
class TaskKind:
    """A kind of long work: `run` takes the viewer who asked and the input, and returns sentences on what was done.

    A run `in_steps` commits in units of work of its own and renews its lease between them.
    """

    name: str
    label: str
    run: Run | None = None
    in_steps: StepwiseRun | None = None


_kinds: dict[str, TaskKind] = {}


def label_of(name: str) -> str:
    """What the desk calls work of the kind `name`; the name itself for a kind that is no longer done."""
    return _kinds[name].label if name in _kinds else name


def register_task(name: str, label: str, run: Run | None = None, *, in_steps: StepwiseRun | None = None) -> TaskKind:
    """Add a kind of task, once, when its stage is imported: either one transaction (`run`) or many (`in_steps`)."""
    if name in _kinds:
        raise ValueError(f"the task kind {name} is already known")
    if (run is None) == (in_steps is None):
        raise ValueError(f"the task kind {name} must have one way to run")
    _kinds[name] = TaskKind(name, label, run, in_steps)
    return _kinds[name]


class Task(Identified, Dated, Base):
    """One piece of long work."""

    __tablename__ = "task"

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    kind: Mapped[str] = mapped_column(ShortText)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    input: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[TaskState] = mapped_column(text_enum(TaskState), default=TaskState.WAITING, index=True)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    messages: Mapped[list[str]] = mapped_column(JSON, default=list)
    leads_to: Mapped[str] = mapped_column(ShortText, default="")
    """The address of the page on which its result is; empty where its messages say all."""

    @property
    def label(self) -> str:
        """What the desk calls this work; its name for a kind that is no longer done."""
        return label_of(self.kind)

    @property
    def is_over(self) -> bool:
        return self.state in (TaskState.DONE, TaskState.REFUSED)


LEASE = timedelta(minutes=15)
logger = logging.getLogger(__name__)


def start_task(viewer: Viewer, kind: TaskKind, given: dict[str, Any], *, leads_to: str = "") -> Task:
    """Ask the worker for work of `kind` on the plain values `given`; its result will be at the address `leads_to`."""
    task = Task(
        ref=new_reference("TASK", 6), kind=kind.name, asked_by_id=viewer.person_id, input=given, leads_to=leads_to
    )
    db.session.add(task)
    db.session.flush()
    return task


def tasks_within_reach(viewer: Viewer) -> Select[Task]:
    """The tasks `viewer` may see, newest first: all for the desk, else those they started."""
    reach = true() if viewer.works_at_desk else Task.asked_by_id == viewer.person_id
    return select(Task).where(reach).order_by(Task.id.desc())


def find_task(viewer: Viewer, ref: str) -> Task | None:
    """The task called `ref`, if `viewer` may see it."""
    return db.session.scalar(tasks_within_reach(viewer).where(Task.ref == ref))


def run_next(viewer_of: Callable[[int | None], Viewer]) -> bool:
    """Do one waiting task, or note why it was refused; False when none waits.

    `viewer_of` gives the asker's present reach: the work is theirs, not the worker's. A worker killed in the
    middle leaves nothing half-done (or, in steps, whole steps), and the task begins again when its lease has run out.
    """
    claimed = _claim()
    if claimed is None:
        return False
    lease, kind, asker, given = claimed
    try:
        _run(kind, viewer_of, asker, given, lease)
    except LeaseLostError:
        logger.warning("a task took so long that another worker has begun it again: nothing of it was kept")
    except TaskRefused as refusal:
        _refuse(lease, refusal.problems)
    except Exception:
        _refuse(lease, ["Something went wrong on our side. Nothing was kept."])
        raise
    return True


def _claim() -> tuple[Lease, TaskKind, int | None, dict[str, Any]] | None:
    now = clock.now()
    with unit_of_work() as session:
        task = session.scalar(
            select(Task)
            .where((Task.state == TaskState.WAITING) | ((Task.state == TaskState.RUNNING) & (Task.lease_until < now)))
            .order_by(Task.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if task is None:
            return None
        task.state, task.lease_until = TaskState.RUNNING, now + LEASE
        return Lease(task.id, now + LEASE), _kinds[task.kind], task.asked_by_id, dict(task.input)


def _run(
    kind: TaskKind,
    viewer_of: Callable[[int | None], Viewer],
    asker: int | None,
    given: dict[str, Any],
    lease: Lease,
) -> None:
    if kind.run is not None:
        with unit_of_work():
            _finish(lease, TaskState.DONE, kind.run(viewer_of(asker), given))
    elif kind.in_steps is not None:
        with unit_of_work():
            viewer = viewer_of(asker)
        messages = kind.in_steps(viewer, given, lease)
        with unit_of_work():
            _finish(lease, TaskState.DONE, messages)


def _refuse(lease: Lease, problems: list[str]) -> None:
    with suppress(LeaseLostError), unit_of_work():
        _finish(lease, TaskState.REFUSED, problems)


class LeaseLostError(RuntimeError):
    """The work took longer than its lease, and another worker has it now."""


def _own(lease: Lease) -> Task:
    """The task, locked, while the lease is ours; LeaseLostError, so that the work is undone, if it is not."""
    ours = select(Task).where(
        Task.id == lease.task_id, Task.state == TaskState.RUNNING, Task.lease_until == lease.until
    )
    task = db.session.scalar(ours.with_for_update())
    if task is None:
        raise LeaseLostError
    return task


def _finish(lease: Lease, state: TaskState, messages: list[str]) -> None:
    """End the task in the transaction of its work."""
    _end(_own(lease), state, messages)


def _end(task: Task, state: TaskState, messages: list[str]) -> None:
    task.state, task.messages, task.finished_at, task.lease_until = state, messages, clock.now(), None
    task.input = {}
