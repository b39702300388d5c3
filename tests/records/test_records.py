"""What people have done: written once, counted until it expires, revoked with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import make_course, make_person
from training.catalogue.models import Course
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND
from training.people.models import Person
from training.records.models import Completion, Proof
from training.records.operations import revoke_completion, write_completion
from training.records.queries import has_completed
from training.records.rules import expiry

DONE = date(2026, 11, 24)


def complete(person: Person, course: Course, source: str = "session:WT-1", on: date = DONE) -> Completion:
    return write_completion(
        COMMAND, person_id=person.id, course_id=course.id, edition_id=course.edition.id, completed_on=on,
        hours=Decimal(6), proof=Proof.REGISTER, source=source,
    )  # fmt: skip


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
    assert db.session.scalar(select(func.count(Completion.id))) == 1


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
    assert completion.revoked_reason == "The wrong Priya"
    assert complete(person, course).revoked_at is None
