"""What people have done: written once, counted until it expires, revoked with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_course, make_person, viewer_of
from training.catalogue.models import Course
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, COMMAND, Role
from training.people.models import Person
from training.records.models import Completion, Proof
from training.records.operations import revoke_completion, write_completion
from training.records.queries import completions_of, has_completed
from training.records.rules import expiry, months_later

DONE = date(2026, 11, 24)


def complete(person: Person, course: Course, source: str = "session:WT-1", on: date = DONE) -> Completion:
    return write_completion(
        COMMAND, person_id=person.id, course_id=course.id, edition_id=course.edition.id, completed_on=on,
        hours=Decimal(6), proof=Proof.REGISTER, source=source,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 24), 36, date(2029, 11, 24)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_later_is_later_by_that_many_months(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_nought_months_mean_for_ever() -> None:
    assert expiry(DONE, 0) is None


def test_a_completion_counts_for_the_validity_of_its_course(app: Flask) -> None:
    person, course = make_person(), make_course(valid_months=12)
    complete(person, course)
    assert not has_completed(COMMAND, person.id, course.id, date(2026, 11, 23))
    assert has_completed(COMMAND, person.id, course.id, DONE)
    assert has_completed(COMMAND, person.id, course.id, date(2027, 11, 24))
    assert not has_completed(COMMAND, person.id, course.id, date(2027, 11, 25))


def test_the_same_source_is_written_once(app: Flask) -> None:
    person, course = make_person(), make_course()
    assert complete(person, course) is complete(person, course, on=date(2026, 12, 1))
    assert len(completions_of(COMMAND, person.id)) == 1


def test_a_revoked_completion_no_longer_counts_and_is_still_to_be_seen(app: Flask) -> None:
    person, course = make_person(), make_course()
    completion = complete(person, course)
    with pytest.raises(Refused) as refusal:
        revoke_completion(COMMAND, completion.id, " ")
    assert refusal.value.field == "reason"
    revoke_completion(COMMAND, completion.id, "The wrong Priya")
    revoke_completion(COMMAND, completion.id, "Again")
    db.session.commit()
    assert not has_completed(COMMAND, person.id, course.id, DONE)
    assert completions_of(COMMAND, person.id) == []
    assert [row.revoked_reason for row in completions_of(COMMAND, person.id, also_revoked=True)] == ["The wrong Priya"]
    assert complete(person, course).revoked_at is None


def test_what_somebody_has_done_is_seen_by_them_and_the_desk(app: Flask) -> None:
    person, other, course = make_person(), make_person(), make_course()
    complete(person, course)
    assert len(completions_of(viewer_of(person), person.id)) == 1
    assert len(completions_of(viewer_of(other, Role.OFFICER), person.id)) == 1
    assert completions_of(viewer_of(other), person.id) == []
    assert completions_of(ANONYMOUS, person.id) == []
