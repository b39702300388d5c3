"""A course that some of the pool may teach, and links to the requests they got."""

from datetime import date

from tests.factories import make_agency, make_person
from training.agencies.models import Agency
from training.catalogue.models import Course
from training.core.database import db
from training.core.links import create_link
from training.core.viewer import Role, Viewer, ViewerKind
from training.people.models import Person
from training.schedule.links import TEACHING
from training.schedule.models import CourseSession, TrainerAssignment, TrainerCourse


class Held:
    """A session, read afresh whenever something of it is asked for."""

    def __init__(self, made: CourseSession) -> None:
        self.id, self.ref, self.title = made.id, made.ref, made.course.title

    @property
    def row(self) -> CourseSession:
        return db.session.get_one(CourseSession, self.id, populate_existing=True)

    @property
    def course(self) -> Course:
        return self.row.course


def make_trainer(given: str, course: Course | None = None, agency: Agency | None = None, **facts: str | None) -> Person:
    """Somebody of the pool, who may teach `course` if one is given."""
    person = make_person(given, "Trainer", role=Role.TRAINER, agency=agency or make_agency(), **facts)
    if course is not None:
        db.session.add(TrainerCourse(person=person, course=course, since_on=date(2024, 1, 1)))
        db.session.flush()
    return person


def holder_of(assignment: TrainerAssignment) -> Viewer:
    """Whoever holds a link to the assignment."""
    link = create_link(TEACHING, assignment.id).link
    db.session.flush()
    return Viewer(
        ViewerKind.LINK, assignment.person_id, link_id=link.id, link_opens=("trainer_assignment", assignment.id)
    )
