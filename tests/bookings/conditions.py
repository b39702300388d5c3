"""Rows for the tests of what is checked when somebody books: what comes first, what counts, who must, what is done."""

from datetime import date
from typing import Any

from training.catalogue.models import Course, CourseEquivalent, CoursePrerequisite, Requirement
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Person
from training.people.models_workforce import WorkforceGroup
from training.records.models import Completion, Proof
from training.records.operations import write_completion


def make_group(number: int, name: str) -> WorkforceGroup:
    """A workforce group."""
    group = WorkforceGroup(number=number, name=name)
    db.session.add(group)
    db.session.flush()
    return group


def needs_first(course: Course, first: Course) -> None:
    """Say that `first` comes before `course`."""
    db.session.add(CoursePrerequisite(course_id=course.id, requires_id=first.id))
    db.session.flush()


def counts_as(course: Course, other: Course) -> None:
    """Say that `course` is accepted in place of `other`."""
    db.session.add(CourseEquivalent(course_id=course.id, stands_for_id=other.id))
    db.session.flush()


def must_do(course: Course, **columns: Any) -> Requirement:
    """Somebody must do the course, once and for ever where nothing else is said."""
    wanted: dict[str, Any] = {"source": "Working Together 2026", "from_on": date(2020, 1, 1)}
    requirement = Requirement(course_id=course.id, **{**wanted, **columns})
    db.session.add(requirement)
    db.session.flush()
    return requirement


def has_done(person: Person, course: Course, on: date) -> Completion:
    """The person did the course on that day; it counts as long as the course says."""
    return write_completion(
        COMMAND,
        person_id=person.id,
        course_id=course.id,
        edition_id=course.edition.id,
        completed_on=on,
        hours=course.hours,
        proof=Proof.REGISTER,
        source=f"session:{course.code}-{on.isoformat()}",
    )
