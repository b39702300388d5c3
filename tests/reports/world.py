"""A partnership small enough to count by hand: two agencies and a third that never came, three courses, one year."""

from dataclasses import dataclass
from datetime import date

from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from training.agencies.models import Agency, AgencyParent, Sector
from training.attendance.models import Mark, MarkSource, Presence, WalkIn
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.catalogue.models import Course, CourseKind, CourseStatus, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Person
from training.planning.operations import LineFacts, add_line, open_plan, set_targets
from training.planning.years import TrainingYear
from training.schedule.models import CourseSession, SessionStatus

YEAR = TrainingYear(2023)
AFTER = "2024-06-01 09:00"
"""When the tests stand: all of the year is over."""
A, N, E = Presence.ATTENDED, Presence.ABSENT, Presence.EXCUSED


@dataclass(frozen=True)
class World:
    """Keys of what the tests ask for by name."""

    north: int
    south: int
    east: int
    alpha: int
    beta: int


def small_world() -> World:
    """Build it and commit. What it adds up to is written down in `test_figures.py`."""
    health = Sector(name="Health", reporting_group="Statutory partners", position=1)
    schools = Sector(name="Education & schools", reporting_group="Everybody else", position=2)
    north, south = make_agency("Northside Trust", health), make_agency("Southside School", schools)
    east, silent = make_agency("Eastside Academy", schools), make_agency("Westside Nursery", schools)
    db.session.add(AgencyParent(agency_id=south.id, parent_id=north.id, from_on=date(2020, 1, 1)))
    alpha = make_course("Alpha", slug="alpha", code="AL", mode=Mode.FACE_TO_FACE)
    beta = make_course("beta", slug="beta", code="BE", mode=Mode.VIRTUAL, status=CourseStatus.RETIRED)
    gamma = make_course("Gamma", slug="gamma", code="GA", mode=Mode.HYBRID)
    _sessions(north, south, alpha, beta)
    _plan(north, south, east, alpha, gamma)
    assert silent.id
    world = World(north.id, south.id, east.id, alpha.id, beta.id)
    db.session.commit()
    return world


def _sessions(north: Agency, south: Agency, alpha: Course, beta: Course) -> None:
    ann, bob, cat = (make_person(name, agency=north) for name in ("Ann", "Bob", "Cat"))
    dan, eve, fay = (make_person(name, agency=south) for name in ("Dan", "Eve", "Fay"))

    two_parts = finished(alpha, date(2023, 5, 10), days=2, capacity=10)
    marked(two_parts, ann, A, A)
    marked(two_parts, bob, A, N)
    marked(two_parts, cat, N, E)
    marked(two_parts, dan, E, E)
    marked(two_parts, eve, N, None)
    cancelled(two_parts, fay, is_late=True)
    cancelled(two_parts, cat, is_late=False)
    walked_in(two_parts, "Guy Came", south, A, None)
    walked_in(two_parts, "Hal From-Somewhere", None, None, A)
    walked_in(two_parts, "Ida Left", south, None, None)

    online = finished(beta, date(2023, 6, 5), capacity=20)
    marked(online, ann, A)

    open_register = make_session(beta, on=date(2023, 7, 1), capacity=20)
    marked(open_register, bob, A)
    marked(open_register, dan, None)

    across = finished(alpha, date(2024, 3, 31), days=2, capacity=10)
    marked(across, ann, A, A)
    marked(across, dan, A, A)

    meeting = finished(make_course("Board", kind=CourseKind.MEETING), date(2023, 9, 1))
    marked(meeting, ann, A)
    walked_in(meeting, "Jon Sat-in", north, A)
    make_session(alpha, on=date(2023, 8, 1), status=SessionStatus.CALLED_OFF, called_off_at=clock.now())
    make_session(alpha, on=date(2023, 8, 2), status=SessionStatus.DRAFT, published_at=None)


def _plan(north: Agency, south: Agency, east: Agency, alpha: Course, gamma: Course) -> None:
    plan = open_plan(COMMAND, YEAR)
    line = add_line(COMMAND, plan.id, alpha.id, LineFacts("", (1, 1, 0, 0), (10, 10, 0, 0)))
    set_targets(COMMAND, line.id, {north.id: 10, south.id: 4})
    line = add_line(COMMAND, plan.id, gamma.id, LineFacts("", (0, 0, 5, 0), (0, 0, 50, 0)))
    set_targets(COMMAND, line.id, {east.id: 8})


def finished(course: Course, on: date, *, days: int = 1, capacity: int = 25) -> CourseSession:
    """A session whose registers are closed."""
    return make_session(course, on=on, days=days, capacity=capacity, status=SessionStatus.FINISHED)


def marked(course_session: CourseSession, person: Person, *presences: Presence | None) -> Booking:
    """A confirmed booking with what each part's register says."""
    booking = make_booking(course_session, person)
    for part, presence in zip(course_session.parts, presences, strict=True):
        if presence is not None:
            db.session.add(Mark(part_id=part.id, booking_id=booking.id, presence=presence, source=MarkSource.REGISTER))
    db.session.flush()
    return booking


def cancelled(course_session: CourseSession, person: Person, *, is_late: bool) -> None:
    """A booking that its person gave up, in time or not."""
    make_booking(
        course_session, person, state=BookingState.CANCELLED, cancelled_by=CancelledBy.PERSON,
        cancelled_at=clock.now(), is_late=is_late,
    )  # fmt: skip


def walked_in(course_session: CourseSession, name: str, agency: Agency | None, *presences: Presence | None) -> WalkIn:
    """Somebody who came without a booking, with what each part's register says."""
    walk_in = WalkIn(session_id=course_session.id, name=name, agency_id=agency.id if agency else None)
    db.session.add(walk_in)
    db.session.flush()
    for part, presence in zip(course_session.parts, presences, strict=True):
        if presence is not None:
            db.session.add(Mark(part_id=part.id, walk_in_id=walk_in.id, presence=presence, source=MarkSource.REGISTER))
    db.session.flush()
    return walk_in
