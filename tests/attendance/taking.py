"""The register of a room taken by its trainer, for the tests of this stage."""

from collections.abc import Sequence

from tests.attendance.rooms import Room
from tests.factories import viewer_of
from training.attendance.models import Presence
from training.attendance.operations import MarkWanted, Taken, take_register
from training.attendance.queries import attendees_of
from training.attendance.rules import NOT_MARKED, MarkState
from training.core.viewer import Role, Viewer

ATTENDED = MarkState(Presence.ATTENDED)
ABSENT = MarkState(Presence.ABSENT)
EXCUSED = MarkState(Presence.EXCUSED)


def trainer_of(room: Room) -> Viewer:
    """The room's lead trainer as a viewer."""
    return viewer_of(room.trainer, Role.TRAINER)


def part_of(room: Room, number: int = 1) -> int:
    """The key of a part of the room's session."""
    return room.course_session.parts[number - 1].id


def take(room: Room, states: Sequence[MarkState], *, number: int = 1, viewer: Viewer | None = None) -> Taken:
    """Mark the booked in order, on top of nothing."""
    marks = [MarkWanted(booking.ref, state, NOT_MARKED) for booking, state in zip(room.bookings, states, strict=False)]
    return take_register(viewer or trainer_of(room), part_of(room, number), marks)


def said(room: Room, number: int = 1) -> list[MarkState]:
    """What the register says, in its order."""
    return [attendee.state for attendee in attendees_of(trainer_of(room), part_of(room, number))]
