"""Files are staged in small commits, applied once whatever happens at the same moment, and end in every case."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_person, viewer_of
from training.agencies.importing import IMPORT
from training.agencies.models import Agency
from training.core import batch_reading, tasks
from training.core.batch_applying import APPLY, apply_batch, give_up, give_up_old_batches, rows_to_apply
from training.core.batch_reading import READ, bring_file
from training.core.batch_undoing import undo_batch
from training.core.batches import Batch, BatchRow, BatchState
from training.core.database import db
from training.core.refusal import Refused
from training.core.tasks import Lease, Task, TaskState, start_task
from training.core.transaction import unit_of_work
from training.core.viewer import ANONYMOUS, COMMAND, Role


def file_of(count: int) -> bytes:
    return b"code,agency,sector\n" + b"".join(b"C%d,Agency %d,S\n" % (n, n) for n in range(count))


def brought(content: bytes) -> int:
    """Bring a file; the key of its batch."""
    batch, _task = bring_file(COMMAND, IMPORT, "agencies.csv", content, {}, lambda ref: f"/desk/imports/{ref}")
    db.session.commit()
    return batch.id


def work() -> bool:
    return tasks.run_next(lambda _person: COMMAND)


def read_in(count: int) -> int:
    key = brought(file_of(count))
    assert work()
    return key


def state_of(key: int) -> BatchState:
    db.session.rollback()
    return db.session.get_one(Batch, key).state


def staged(key: int) -> int:
    return db.session.query(BatchRow).where(BatchRow.batch_id == key).count()


def agencies() -> int:
    return db.session.query(Agency).count()


def test_a_worker_killed_in_the_middle_begins_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 09:30")
    key = brought(file_of(600))
    renewed = Lease.renew
    steps: list[int] = []

    def killed(lease: Lease) -> None:
        steps.append(1)
        if len(steps) == 3:
            raise KeyboardInterrupt
        renewed(lease)

    monkeypatch.setattr(Lease, "renew", killed)
    with pytest.raises(KeyboardInterrupt):
        work()
    monkeypatch.setattr(Lease, "renew", renewed)
    assert (state_of(key), staged(key)) == (BatchState.READING, 2 * batch_reading.ROWS_A_STEP)
    assert not work(), "the killed worker’s lease has not run out"
    wall_clock.forward(minutes=16)
    assert work()
    assert (state_of(key), staged(key)) == (BatchState.READY, 600)
    task = db.session.scalars(db.select(Task)).one()
    assert (task.state, task.input) == (TaskState.DONE, {})


def test_reading_can_be_stopped_between_two_steps(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = brought(file_of(600))
    renewed = Lease.renew
    steps: list[int] = []

    def stopped(lease: Lease) -> None:
        renewed(lease)
        steps.append(1)
        if len(steps) == 2:
            with unit_of_work():
                give_up(COMMAND, key)

    monkeypatch.setattr(Lease, "renew", stopped)
    assert work()
    assert (state_of(key), staged(key)) == (BatchState.DISCARDED, 0)
    assert db.session.scalars(db.select(Task)).one().messages == ["You stopped it. Nothing was kept."]


def test_only_one_of_two_who_apply_at_once_succeeds(app: Flask) -> None:
    key = read_in(5)
    together = Barrier(2)

    def press() -> str:
        with app.app_context():
            together.wait(timeout=20)
            try:
                with unit_of_work():
                    return apply_batch(COMMAND, key).sentence
            except Refused as refusal:
                return refusal.sentence

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        said = sorted(future.result(timeout=60) for future in [pool.submit(press), pool.submit(press)])
    assert said == [
        "Applied: 5 rows carried out.",
        "Somebody has decided about this file already. Look at what became of it",
    ]
    assert agencies() == 5


def test_two_files_that_add_the_same_do_not_add_it_twice(app: Flask) -> None:
    first, second = read_in(3), read_in(3)
    with unit_of_work():
        assert apply_batch(COMMAND, first).done == 3
    with unit_of_work():
        assert apply_batch(COMMAND, second).different == 3
    assert state_of(second) is BatchState.READY
    assert (agencies(), rows_to_apply(db.session.get_one(Batch, second))) == (3, 0)
    with unit_of_work(), pytest.raises(Refused, match="nothing in this file to apply"):
        apply_batch(COMMAND, second)


def test_applying_in_the_worker_is_one_transaction(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = read_in(10)
    start_task(COMMAND, APPLY, {"batch": key})
    db.session.commit()
    planner: Any = IMPORT.planner
    carried_out = planner.carry_out

    def broken(self: Any, planned: Any, journal: Any) -> None:
        carried_out(self, planned, journal)
        raise RuntimeError("a bug")

    monkeypatch.setattr(planner, "carry_out", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        work()
    assert (state_of(key), agencies()) == (BatchState.READY, 0)
    monkeypatch.setattr(planner, "carry_out", carried_out)
    start_task(COMMAND, APPLY, {"batch": key})
    db.session.commit()
    assert work()
    assert (state_of(key), agencies()) == (BatchState.APPLIED, 10)


def test_what_is_decided_is_decided(app: Flask) -> None:
    key = read_in(2)
    with unit_of_work():
        apply_batch(COMMAND, key)
    with unit_of_work(), pytest.raises(Refused, match="decided already"):
        give_up(COMMAND, key)
    with unit_of_work():
        undo_batch(COMMAND, key)
    with unit_of_work(), pytest.raises(Refused, match="Only a file that is applied"):
        undo_batch(COMMAND, key)
    with unit_of_work(), pytest.raises(Refused, match="decided about this file already"):
        apply_batch(COMMAND, key)
    assert (state_of(key), agencies()) == (BatchState.UNDONE, 0)


def test_nobody_brings_or_applies_what_they_may_not(app: Flask) -> None:
    learner = viewer_of(make_person())
    with pytest.raises(Refused, match="cannot upload"):
        bring_file(learner, IMPORT, "agencies.csv", file_of(1), {}, str)
    key = read_in(1)
    for viewer in (ANONYMOUS, learner):
        with unit_of_work(), pytest.raises(Refused, match="cannot apply"):
            apply_batch(viewer, key)
    with unit_of_work():
        assert apply_batch(viewer_of(make_person(), Role.OFFICER), key).done == 1


def test_a_role_lost_before_the_file_is_read_keeps_it_out(app: Flask) -> None:
    key = brought(file_of(1))
    assert tasks.run_next(lambda _person: ANONYMOUS)
    batch = db.session.get_one(Batch, key)
    assert (batch.state, batch.problems) == (BatchState.REFUSED, ["You cannot upload a file of this kind any more."])


def test_files_nobody_decided_about_are_given_up_with_their_rows(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    applied, waiting, unread = read_in(2), read_in(2), brought(file_of(1))
    with unit_of_work():
        apply_batch(COMMAND, applied)
    wall_clock.forward(days=30)
    with unit_of_work():
        assert give_up_old_batches() == 0
    wall_clock.forward(seconds=1)
    with unit_of_work():
        assert give_up_old_batches() == 2
    states = [state_of(key) for key in (applied, waiting, unread)]
    assert states == [BatchState.APPLIED, BatchState.DISCARDED, BatchState.DISCARDED]
    assert (staged(applied), staged(waiting), agencies()) == (2, 0, 2)
    with unit_of_work():
        assert give_up_old_batches() == 0
        undo_batch(COMMAND, applied)


def test_what_was_applied_cannot_be_undone_without_its_rows(app: Flask) -> None:
    applied = read_in(2)
    with unit_of_work():
        apply_batch(COMMAND, applied)
    with unit_of_work():
        db.session.execute(db.delete(BatchRow).where(BatchRow.batch_id == applied))
    with unit_of_work(), pytest.raises(Refused, match="no longer kept"):
        undo_batch(COMMAND, applied)


def test_one_way_to_run_a_task() -> None:
    with pytest.raises(ValueError, match="one way to run"):
        tasks.register_task("test.no-way", "No way")
    assert READ.in_steps is not None
