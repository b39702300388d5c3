"""A desk with a course, a hall and trainers of two agencies, and files of sessions for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_venue
from tests.pages import Client
from tests.people.files import sheet
from training.catalogue.models import Course
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person
from training.schedule.models import CourseSession, SchoolHoliday, Venue

NOW = "2026-11-21 10:00"
HEADER = "course|date|start|end|venue|lead trainer|co-trainer"
TABLE = "table.muster-table"


@dataclass(frozen=True)
class World:
    """Keys of what the tests name: rows themselves do not outlive a request or a run of the worker."""

    course_id: int
    hall_id: int
    naomi_id: int
    omar_id: int

    @property
    def course(self) -> Course:
        """Working together, read afresh."""
        return db.session.get_one(Course, self.course_id)

    @property
    def hall(self) -> Venue:
        """The Town Hall."""
        return db.session.get_one(Venue, self.hall_id)

    @property
    def naomi(self) -> Person:
        """A trainer of the police."""
        return db.session.get_one(Person, self.naomi_id)

    @property
    def omar(self) -> Person:
        """A trainer of the health service."""
        return db.session.get_one(Person, self.omar_id)


def make_world() -> World:
    """Committed, with nothing in the programme yet."""
    course = make_course("Working together", code="WT", capacity=20)
    hall = make_venue("Town Hall")
    naomi = make_person("Naomi", "Fletcher", agency=make_agency("Police"), role=Role.TRAINER)
    omar = make_person("Omar", "Reid", agency=make_agency("Health"), role=Role.TRAINER)
    db.session.commit()
    return World(course.id, hall.id, naomi.id, omar.id)


def make_holiday(name: str, first: date, last: date) -> SchoolHoliday:
    """Days on which schools are closed."""
    holiday = SchoolHoliday(name=name, from_on=first, to_on=last)
    db.session.add(holiday)
    db.session.flush()
    return holiday


def officer(client: Client) -> Client:
    """The client, signed in as an officer."""
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def file_of(*rows: str, header: str = HEADER) -> bytes:
    """A CSV file from lines with `|` between the cells."""
    return sheet(header, *rows)


def sessions_here() -> Sequence[CourseSession]:
    """Every session, soonest first, read afresh."""
    db.session.rollback()
    return db.session.scalars(select(CourseSession).order_by(CourseSession.starts_at, CourseSession.id)).all()
