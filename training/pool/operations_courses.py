"""Deeds on what a trainer may teach: noting it, putting it right, and taking it away."""

from datetime import date

from sqlalchemy import select

from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import TrainerCourse


def allow_to_teach(
    viewer: Viewer, person_id: int, course_id: int, since_on: date, observed_on: date | None = None, note: str = ""
) -> TrainerCourse:
    """Note that somebody may teach a course since a day, and when somebody last watched them teach it.

    Refused where it is noted already, and for days that are not in order.
    """
    lock_row(Person, person_id)
    if db.session.get(Course, course_id) is None:
        raise Refused("Select a course from the list", "course")
    check_days(since_on, observed_on)
    known = select(TrainerCourse.id).where(TrainerCourse.person_id == person_id, TrainerCourse.course_id == course_id)
    if db.session.scalar(known) is not None:
        raise Refused("It is noted already that they may teach this course", "course")
    row = TrainerCourse(
        person_id=person_id, course_id=course_id, since_on=since_on, observed_on=observed_on, note=note.strip()
    )
    db.session.add(row)
    after = {"since_on": since_on, "observed_on": observed_on}
    audit.record(viewer, "noted that the trainer may teach", row, after=after)
    db.session.flush()
    return row


def change_what_they_teach(
    viewer: Viewer, row_id: int, since_on: date, observed_on: date | None, note: str
) -> TrainerCourse:
    """Put right since when somebody may teach a course, and when they were last observed; LookupError where it went."""
    row = lock_row(TrainerCourse, row_id)
    check_days(since_on, observed_on)
    before, after = audit.changes(row, {"since_on": since_on, "observed_on": observed_on, "note": note.strip()})
    if after:
        # What is written about a person stands on their profile alone.
        shown = [{key: value for key, value in values.items() if key != "note"} for values in (before, after)]
        audit.record(viewer, "put right what the trainer may teach", row, before=shown[0], after=shown[1])
        db.session.flush()
    return row


def allow_no_more(viewer: Viewer, row_id: int) -> None:
    """Take away that somebody may teach a course; LookupError where it is gone. Their sessions stay as they are."""
    row = lock_row(TrainerCourse, row_id)
    person, course = row.person, row.course
    before = {"course": course.code, "since_on": row.since_on, "observed_on": row.observed_on}
    audit.record(viewer, "took away that the trainer may teach", person, before=before)
    db.session.delete(row)
    db.session.flush()


def check_days(since_on: date, observed_on: date | None) -> None:
    """Refuse days to come: somebody may teach since a day, and was observed on one."""
    if since_on > clock.today():
        raise Refused("The day since when they may teach it must be today or in the past", "since_on")
    if observed_on is not None and observed_on > clock.today():
        raise Refused("The day they were observed must be today or in the past", "observed_on")
