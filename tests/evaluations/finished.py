"""Sessions whose registers are closed, for the tests of evaluations."""

from collections.abc import Sequence

from tests.attendance.rooms import Room, make_room
from tests.factories import make_course
from training.attendance.models import Presence
from training.attendance.operations import MarkWanted, close_register, take_register
from training.attendance.queries import attendees_of
from training.attendance.rules import MarkState
from training.catalogue.models import OutcomeStatement
from training.core.database import db
from training.core.viewer import COMMAND

OUTCOMES = ("I can tell neglect from poverty", "I know whom to ask when I am worried")


def mark(room: Room, presences: Sequence[Presence], *, number: int = 1) -> None:
    """Mark the booked in order, whatever stood there before."""
    part_id = room.course_session.parts[number - 1].id
    before = {attendee.key: attendee.state for attendee in attendees_of(COMMAND, part_id)}
    take_register(
        COMMAND,
        part_id,
        [
            MarkWanted(booking.ref, MarkState(presence), before[booking.ref])
            for booking, presence in zip(room.bookings, presences, strict=False)
        ],
    )


def finish(room: Room) -> None:
    """Close the registers of all parts, and commit."""
    for part in room.course_session.parts:
        close_register(COMMAND, part.id)
    db.session.commit()


def make_finished(people: int, *, attended: int | None = None) -> Room:
    """A finished session of a course with two outcome statements, that the first `attended` people attended."""
    course = make_course(hours=6)
    course.edition.outcomes = [
        OutcomeStatement(position=position, text=text) for position, text in enumerate(OUTCOMES, start=1)
    ]
    room = make_room(people, course=course, capacity=50)
    mark(room, [Presence.ATTENDED] * (people if attended is None else attended))
    finish(room)
    return room
