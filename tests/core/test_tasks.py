"""Long work ends in every case: done, refused, or begun again after a worker was killed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.conftest import WallClock
from tests.factories import make_course, make_person, viewer_of
from training.catalogue.models import Course
from training.core import clock, tasks
from training.core.database import db
from training.core.tasks import Task, TaskKind, TaskRefused, TaskState, find_task, register_task, start_task
from training.core.viewer import COMMAND, Role, Viewer


def work(viewer: Viewer, given: dict[str, Any]) -> list[str]:
    """Adds a course, then ends as it was told to."""
    make_course(given["title"])
    if given.get("ends") == "refused":
        raise TaskRefused(["Line 3 has no title.", "Line 7 has no code."])
    if given.get("ends") == "broken":
        raise RuntimeError("a bug")
    return [f"Added {given['title']} for {viewer.kind}."]


KIND = register_task("test.courses", "Add courses", work)


@pytest.fixture
def kind() -> TaskKind:
    """Work that the test can steer by its input."""
    return KIND


def run() -> bool:
    return tasks.run_next(lambda _person: COMMAND)


def started(kind: TaskKind, viewer: Viewer = COMMAND, **given: str) -> str:
    """Ask for work and return its reference."""
    ref = start_task(viewer, kind, {"title": "Neglect", **given}).ref
    db.session.commit()
    return ref


def now(ref: str) -> Task:
    db.session.rollback()
    return db.session.scalars(db.select(Task).where(Task.ref == ref)).one()


def courses() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(Course)) or 0


def test_it_is_done_and_says_what_it_did(app: Flask, kind: TaskKind) -> None:
    ref = started(kind)
    assert now(ref).state is TaskState.WAITING
    assert run()
    task = now(ref)
    assert (task.state, task.messages, task.is_over) == (TaskState.DONE, ["Added Neglect for command."], True)
    assert task.input == {}, "what was read in is not kept"
    assert courses() == 1
    assert not run()


def test_what_is_refused_keeps_nothing(app: Flask, kind: TaskKind) -> None:
    ref = started(kind, ends="refused")
    assert run()
    task = now(ref)
    assert (task.state, task.messages) == (TaskState.REFUSED, ["Line 3 has no title.", "Line 7 has no code."])
    assert courses() == 0


def test_a_bug_is_told_in_plain_words_and_still_raised(app: Flask, kind: TaskKind) -> None:
    ref = started(kind, ends="broken")
    with pytest.raises(RuntimeError, match="a bug"):
        run()
    task = now(ref)
    assert (task.state, task.messages) == (
        TaskState.REFUSED,
        ["Something went wrong on our side. Nothing was kept."],
    )
    assert courses() == 0


def test_work_whose_worker_was_killed_begins_again(app: Flask, kind: TaskKind, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    ref = started(kind)
    task = now(ref)
    task.state, task.lease_until = TaskState.RUNNING, clock.now() + tasks.LEASE
    db.session.commit()
    assert not run(), "another worker still has it"
    wall_clock.forward(minutes=tasks.LEASE.total_seconds() / 60 + 1)
    assert run()
    assert now(ref).state is TaskState.DONE


def test_work_that_outlives_its_lease_is_undone(app: Flask, kind: TaskKind, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    ref = started(kind)

    def slow(person_id: int | None) -> Viewer:
        # While this worker is at it, its lease runs out and another takes the task over.
        db.session.execute(update(Task).values(lease_until=clock.now() + 2 * tasks.LEASE))
        db.session.commit()
        return COMMAND

    assert tasks.run_next(slow)
    assert now(ref).state is TaskState.RUNNING
    assert courses() == 0


def test_who_started_it_and_the_desk_may_look(app: Flask, kind: TaskKind) -> None:
    lead, other, officer = make_person(), make_person(), make_person()
    db.session.commit()
    asker = viewer_of(lead)
    ref = started(kind, asker)
    assert find_task(asker, ref) is not None
    assert find_task(viewer_of(officer, Role.OFFICER), ref) is not None
    assert find_task(viewer_of(other), ref) is None
