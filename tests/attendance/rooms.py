"""A room of people on a day, for the tests of registers and evaluations."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.factories import make_agency, make_assignment, make_booking, make_course, make_person, make_session
from training.bookings.models import Booking
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person
from training.schedule.models import CourseSession

DAY = date(2026, 12, 3)
NAMES = ("Ada", "Ben", "Cara", "Dev", "Eve", "Finn", "Gita", "Hal", "Ines", "Jo")


@dataclass
class Room:
    """A session with its lead trainer and confirmed bookings, read afresh whenever they are asked for."""

    session_id: int
    trainer_id: int
    booking_ids: list[int]

    @property
    def course_session(self) -> CourseSession:
        return db.session.get_one(CourseSession, self.session_id)

    @property
    def trainer(self) -> Person:
        return db.session.get_one(Person, self.trainer_id)

    @property
    def bookings(self) -> list[Booking]:
        """In the order of the register."""
        return [db.session.get_one(Booking, key) for key in self.booking_ids]

    @property
    def address(self) -> str:
        """Where the register of the first part is."""
        return f"/sessions/{self.course_session.ref}/register/1"


def make_room(people: int = 3, *, days: int = 1, **columns: Any) -> Room:
    """A session on Thursday 3 December 2026, 9:30am to 4pm, with `people` booked from one agency; not committed."""
    course = columns.pop("course", None) or make_course(hours=6)
    course_session = make_session(course, on=DAY, days=days, **columns)
    trainer = make_person("Tess", "Trainer", role=Role.TRAINER)
    make_assignment(course_session, trainer)
    agency = make_agency()
    bookings = [
        make_booking(course_session, make_person(NAMES[place % 10], f"Learner{place:02}", agency=agency))
        for place in range(people)
    ]
    db.session.flush()
    return Room(course_session.id, trainer.id, [booking.id for booking in bookings])
