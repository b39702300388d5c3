"""One owner of the commit, all or nothing, and a lock that comes before any change."""

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.factories import make_course
from training.catalogue.models import Course
from training.core.database import db
from training.core.transaction import (
    PendingWritesError,
    for_each,
    in_unit_of_work,
    is_retriable,
    lock_row,
    unit_of_work,
)


def titles(database: Engine) -> list[str]:
    """What another connection sees."""
    with database.connect() as connection:
        return list(connection.scalars(text("SELECT title FROM course ORDER BY title")))


def test_a_unit_of_work_commits_at_its_end(database: Engine) -> None:
    with unit_of_work():
        make_course("Neglect")
    assert titles(database) == ["Neglect"]


def test_a_unit_of_work_keeps_nothing_when_something_fails(database: Engine) -> None:
    def deed() -> None:
        with unit_of_work():
            make_course("Neglect")
            raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        deed()
    assert titles(database) == []


def test_a_lock_reads_the_row_afresh(app: Flask) -> None:
    course = make_course("Neglect")
    db.session.commit()
    key = course.id
    assert db.session.get_one(Course, key).capacity == 25
    db.session.execute(text("UPDATE course SET capacity = 7"))
    assert db.session.get_one(Course, key).capacity == 25, "the session still holds what it read before"
    assert lock_row(Course, key).capacity == 7


def test_a_lock_after_a_change_is_refused(app: Flask) -> None:
    course = make_course("Neglect")
    db.session.commit()
    key = course.id
    course.capacity = 5
    with pytest.raises(PendingWritesError, match="lock the Course"):
        lock_row(Course, key)
    db.session.rollback()


def test_a_lock_on_nothing_is_an_error(app: Flask) -> None:
    with pytest.raises(LookupError, match="no Course"):
        lock_row(Course, 987654)


def test_what_lost_against_another_transaction_is_tried_once_more(database: Engine) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    tries: list[int] = []

    def deed() -> str:
        tries.append(1)
        make_course(f"Try {len(tries)}")
        if len(tries) == 1:
            raise OperationalError("UPDATE", {}, Deadlock())
        return "done"

    assert in_unit_of_work(deed) == "done"
    assert titles(database) == ["Try 2"], "the first try left nothing behind"


def test_other_errors_are_not_tried_again(app: Flask) -> None:
    tries: list[int] = []

    def deed() -> None:
        tries.append(1)
        raise OperationalError("UPDATE", {}, ValueError("syntax"))

    with pytest.raises(OperationalError):
        in_unit_of_work(deed)
    assert len(tries) == 1
    assert not is_retriable(ValueError("40P01"))


def test_one_deed_that_fails_stops_nobody_behind_it(app: Flask) -> None:
    done: list[int] = []

    def deed(key: int) -> int:
        if key == 2:
            raise ValueError("two is not for us")
        done.append(key)
        return 1

    with pytest.raises(ExceptionGroup) as failed:
        for_each([1, 2, 3], deed)
    assert done == [1, 3]
    assert [str(failure) for failure in failed.value.exceptions] == ["two is not for us"]
