"""How often something may be tried, counted so that several processes and threads agree."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import WallClock
from training.core import limits
from training.core.database import begin_writing, db
from training.core.limits import LimitCount
from training.core.transaction import unit_of_work

HOUR = timedelta(hours=1)
NOW = "2026-12-03 09:30"
ADA = "ada@council.example"


def tries(times: int, subject: str = ADA, within: timedelta = HOUR) -> None:
    for _ in range(times):
        limits.count("post", subject, within)
    db.session.commit()


def test_the_limit_holds_until_its_window_ends(app: Flask, wall_clock: WallClock) -> None:
    began = wall_clock.set(NOW)
    tries(1)
    wall_clock.forward(minutes=50)
    tries(1)
    assert not limits.over("post", ADA, 3, HOUR)
    tries(1)
    assert limits.over("post", ADA, 3, HOUR)
    assert limits.tries_of("post", ADA, HOUR).until == began + HOUR
    wall_clock.forward(minutes=10)
    assert not limits.over("post", ADA, 3, HOUR)
    assert limits.tries_of("post", ADA, HOUR).number == 0


def test_subjects_kinds_and_lengths_of_time_are_counted_apart(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    tries(2)
    tries(1, within=timedelta(days=1))
    assert limits.tries_of("post", " Ada@Council.example", HOUR).number == 2
    assert limits.tries_of("post", ADA, timedelta(days=1)).number == 1
    assert limits.tries_of("other", ADA, HOUR).number == 0
    assert limits.tries_of("post", "bob@council.example", HOUR).number == 0


def test_the_table_does_not_say_whom_it_is_about(app: Flask) -> None:
    tries(1)
    row = db.session.scalars(select(LimitCount)).one()
    assert "ada" not in row.subject_hash
    limits.count("other", ADA, HOUR)
    db.session.flush()
    assert len(set(db.session.scalars(select(LimitCount.subject_hash)))) == 2, "one person is seen across kinds"


def test_counting_begins_anew_for_somebody_who_showed_who_they_are(app: Flask) -> None:
    tries(3)
    tries(1, "bob@council.example")
    limits.forget("post", ADA, HOUR)
    assert limits.tries_of("post", ADA, HOUR).number == 0
    assert limits.tries_of("post", "bob@council.example", HOUR).number == 1


def test_old_counts_are_deleted_and_present_ones_kept(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    tries(1)
    wall_clock.forward(hours=23)
    tries(1)
    wall_clock.forward(hours=2)
    limits.forget_old()
    assert db.session.scalar(select(func.count(LimitCount.id))) == 1


def test_a_limit_that_looks_further_back_than_rows_are_kept_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="a day at most"):
        limits.over("post", ADA, 3, timedelta(days=2))
    with pytest.raises(ValueError, match="a day at most"):
        limits.count("post", ADA, timedelta())


def test_no_try_of_several_threads_is_lost(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)

    def try_five_times(_: int) -> None:
        with app.app_context():
            for _ in range(5):
                begin_writing()
                with unit_of_work():
                    limits.count("post", ADA, HOUR)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(try_five_times, range(6)))
    assert limits.tries_of("post", ADA, HOUR).number == 30


def test_a_try_counts_though_its_request_was_rolled_back(app: Flask) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        limits.count("post", ADA, HOUR)
        db.session.rollback()
        assert limits.tries_of("post", ADA, HOUR).number == 0
    assert limits.tries_of("post", ADA, HOUR).number == 1
