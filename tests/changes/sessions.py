"""A session with people on it, for tests of deeds on sessions: plain keys, and what was written to whom."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from tests.factories import make_assignment, make_course, make_person, make_session, make_venue
from training.bookings.models import Booking
from training.bookings.models_changes import SessionChange
from training.bookings.operations import book_place
from training.bookings.ticks_trainers import invite_trainers
from training.catalogue.models import Mode
from training.changes.operations_move import move_session
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.operations import open_account
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes

DAY = date(2026, 12, 3)
VENUE_ADDRESS = "rooms@hall.example"


@dataclass
class Room:
    """A published session at a venue that is told, with people who booked in this order."""

    session_id: int
    course_id: int
    booking_ids: list[int] = field(default_factory=list[int])

    @property
    def session(self) -> CourseSession:
        """The session, read afresh."""
        return db.session.get_one(CourseSession, self.session_id, populate_existing=True)

    def booking(self, number: int) -> Booking:
        """One of the bookings, read afresh."""
        return db.session.get_one(Booking, self.booking_ids[number], populate_existing=True)

    def book(self, name: str) -> Booking:
        """Another person books."""
        booking = book_place(COMMAND, self.session_id, make_person(name).id, declared=True)
        db.session.commit()
        self.booking_ids.append(booking.id)
        return booking

    def move(self, days: int = 0, *, place: str = "", silent: str = "", parts: list[PartTimes] | None = None) -> None:
        """Move it by days, or to another place."""
        session = self.session
        venue_id = make_venue(place).id if place else session.venue_id
        wanted = parts or [
            PartTimes(part.on + timedelta(days=days), part.starts, part.ends) for part in times_of(session)
        ]
        db.session.commit()
        move_session(COMMAND, self.session_id, wanted, venue_id=venue_id, online_link="", silent_reason=silent)
        db.session.commit()

    @property
    def change(self) -> SessionChange:
        """Its last change."""
        found = select(SessionChange).where(SessionChange.session_id == self.session_id).order_by(SessionChange.id)
        return db.session.scalars(found.execution_options(populate_existing=True)).all()[-1]


def make_room(*names: str, days: int = 1, capacity: int = 2, trainer: str = "", on: date = DAY) -> Room:
    """A session with people, of whom the first `capacity` have a place; the trainer has it in the calendar."""
    venue = make_venue()
    venue.contact_name, venue.contact_address = "Hal Keeper", VENUE_ADDRESS
    course = make_course(mode=Mode.FACE_TO_FACE)
    session = make_session(course, on=on, days=days, capacity=capacity, venue=venue)
    room = Room(session.id, session.course_id)
    if trainer:
        person = make_person(trainer)
        open_account(person, None, clock.now())
        make_assignment(session, person)
    db.session.commit()
    for name in names:
        room.book(name)
    if trainer:
        invite_trainers()
    forget_letters()
    return room


def letters() -> list[OutboxMessage]:
    """What was written since the letters were forgotten, in order."""
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def kinds() -> list[str]:
    """Of which kinds these are."""
    return [letter.kind for letter in letters()]


def to(name: str) -> list[OutboxMessage]:
    """What was written to somebody."""
    return [letter for letter in letters() if letter.recipient_name.startswith(name)]


def forget_letters() -> None:
    """Begin anew with what is written."""
    for letter in letters():
        db.session.delete(letter)
    db.session.commit()
