"""Rows for tests, made with as little as possible: invented people and agencies, a course, a session.

Each function adds and flushes; the test commits. `number()` gives what must differ.
"""

from datetime import date, time, timedelta
from itertools import count
from typing import Any

from training.agencies.models import Agency, Sector
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Agreement, Course, CourseEdition, CourseKind, CourseStatus, Mode
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Grant, Role, Viewer, ViewerKind
from training.people.models import EmailAddress, Employment, Person, RoleGrant, Standing
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    Venue,
)

_numbers = count(1)


def number() -> int:
    """A number that no other row of the test run has."""
    return next(_numbers)


def make_agency(name: str = "", sector: Sector | None = None) -> Agency:
    """An agency, in a sector of its own where none is given."""
    n = number()
    name = name or f"Agency {n}"
    sector = sector or Sector(name=f"Sector {n}", reporting_group="Other", position=n)
    agency = Agency(code=f"A{n}", name=name, sort_key=folded(name), search_text=folded(name), sector=sector)
    db.session.add(agency)
    db.session.flush()
    return agency


def make_person(
    given: str = "Sam", family: str = "", *, address: str | None = "", agency: Agency | None = None,
    role: Role | None = None,
) -> Person:  # fmt: skip
    """A person with an address (none for None), a job at `agency` where one is given, and a role everywhere."""
    n = number()
    family = family or f"Person{n}"
    address = f"{given.lower()}.{n}@people.example" if address == "" else address
    name = folded(family, given)
    person = Person(
        ref=f"P-{n}", given_name=given, family_name=family, sort_key=name, search_text=folded(name, address)
    )
    if address is not None:
        person.addresses.append(EmailAddress(address=address, is_primary=True, confirmed_at=clock.now()))
    if agency is not None:
        person.employments.append(
            Employment(agency=agency, job_role="Social worker", from_on=date(2020, 1, 1), standing=Standing.VOUCHED)
        )
    db.session.add(person)
    db.session.flush()
    if role is not None:
        db.session.add(RoleGrant(person=person, role=role, from_on=date(2020, 1, 1)))
        db.session.flush()
    return person


def viewer_of(person: Person, *roles: Role) -> Viewer:
    """The person as a viewer holding `roles` everywhere."""
    return Viewer(ViewerKind.PERSON, person.id, tuple(Grant(role) for role in roles))


def make_course(title: str = "", *, agreement: Agreement = Agreement.NONE, **columns: Any) -> Course:
    """A live course with one edition."""
    n = number()
    title = title or f"Course {n}"
    wanted: dict[str, Any] = {
        "slug": f"course-{n}", "code": f"C{n}", "title": title, "sort_key": folded(title),
        "search_text": folded(title), "kind": CourseKind.COURSE, "summary": "What it is about.",
        "mode": Mode.FACE_TO_FACE, "agreement": agreement, "status": CourseStatus.LIVE,
    }  # fmt: skip
    course = Course(**{**wanted, **columns})
    course.editions = [CourseEdition(number=1)]
    db.session.add(course)
    db.session.flush()
    return course


def make_venue(name: str = "") -> Venue:
    """A place to meet."""
    venue = Venue(name=name or f"Hall {number()}", address="1 High Street\nSandby")
    db.session.add(venue)
    db.session.flush()
    return venue


def make_session(
    course: Course | None = None, *, on: date | None = None, days: int = 1, capacity: int = 25,
    starts: time = time(9, 30), ends: time = time(16), **columns: Any,
) -> CourseSession:  # fmt: skip
    """A published session, four weeks from now where no day is given; `days` follow one another."""
    course = course or make_course()
    first = on or clock.today() + timedelta(days=28)
    parts = [
        SessionPart(
            number=index + 1, on=day, starts=starts, ends=ends,
            starts_at=clock.instant(day, starts), ends_at=clock.instant(day, ends),
        )
        for index, day in enumerate(first + timedelta(days=step) for step in range(days))
    ]  # fmt: skip
    wanted: dict[str, Any] = {
        "ref": f"{course.code}-{number()}", "edition": course.edition, "mode": course.mode,
        "status": SessionStatus.PUBLISHED, "capacity": capacity, "starts_at": parts[0].starts_at,
        "ends_at": parts[-1].ends_at, "published_at": clock.now() - timedelta(days=30),
    }  # fmt: skip
    if course.mode is not Mode.VIRTUAL and "venue" not in columns:
        wanted["venue"] = make_venue()
    course_session = CourseSession(course=course, parts=parts, **{**wanted, **columns})
    db.session.add(course_session)
    db.session.flush()
    return course_session


def make_booking(course_session: CourseSession, person: Person | None = None, **columns: Any) -> Booking:
    """A confirmed booking as a row, in the person's first job; deeds on places use `book_place`."""
    person = person or make_person()
    job = person.employments[0] if person.employments else None
    wanted: dict[str, Any] = {
        "ref": f"BK-{number()}", "state": BookingState.CONFIRMED, "agreement": Agreement.NONE,
        "job_role": job.job_role if job else "Social worker", "agency": job.agency if job else None,
        "employment": job, "confirmed_at": clock.now(),
    }  # fmt: skip
    booking = Booking(course_session=course_session, person=person, **{**wanted, **columns})
    db.session.add(booking)
    db.session.flush()
    return booking


def make_assignment(
    course_session: CourseSession, person: Person, part: TrainerPart = TrainerPart.LEAD,
    state: AssignmentState = AssignmentState.ACCEPTED,
) -> TrainerAssignment:  # fmt: skip
    """The person as a trainer of the session."""
    assignment = TrainerAssignment(course_session=course_session, person=person, part=part, state=state)
    db.session.add(assignment)
    db.session.flush()
    return assignment
