"""Pages of people who wait for a course or move to another date: their own, and the course at the desk."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.factories import make_agency, make_booking, make_course, make_person, make_session, number
from tests.guards.growing import Growing
from training.bookings.models import Booking, BookingState, CourseWait
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.people.models import Person
from training.schedule.models import CourseSession

FIRST = date(2027, 1, 4)


def waits(person: Person, course: Course) -> CourseWait:
    """The person waits for the course, so far for none of its dates."""
    wait = CourseWait(ref=f"W-{number()}", course=course, person=person)
    db.session.add(wait)
    db.session.flush()
    return wait


def waits_on(wait: CourseWait, course_session: CourseSession) -> Booking:
    """The same person on the list of one date."""
    return make_booking(
        course_session, wait.person, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now(),
        course_wait_id=wait.id, preference=number(),
    )  # fmt: skip


def another_date(course: Course) -> CourseSession:
    return make_session(course, on=FIRST + timedelta(days=number() % 300), days=2)


def own_waits(address: str) -> Growing:
    """A page that lists what somebody waits for."""
    person = make_person(agency=make_agency())

    def add() -> None:
        course = make_course()
        wait = waits(person, course)
        for _ in range(2):
            waits_on(wait, another_date(course))

    return Growing(address, add, person)


def one_wait(below: str) -> Growing:
    """A page about one wait."""
    person, course = make_person(agency=make_agency()), make_course()
    wait = waits(person, course)
    return Growing(f"/my/waits/{wait.ref}{below}", lambda: waits_on(wait, another_date(course)), person)


def new_wait() -> Growing:
    person, course = make_person(agency=make_agency()), make_course(slug="long-course")
    return Growing("/courses/long-course/wait", lambda: another_date(course), person)


def moving() -> Growing:
    person, course = make_person(agency=make_agency()), make_course()
    booking = make_booking(another_date(course), person)

    def add() -> None:
        make_booking(another_date(course))
        make_booking(make_session(on=FIRST + timedelta(days=number() % 300)), person)

    return Growing(f"/my/bookings/{booking.ref}/move", add, person)


def demand() -> Growing:
    course = make_course(slug="wanted-course")

    def add() -> None:
        waits_on(waits(make_person(agency=make_agency()), course), another_date(course))

    return Growing("/desk/courses/wanted-course", add)


PAGES: dict[str, Callable[[], Growing]] = {
    "my learning with waits": lambda: own_waits("/my"),
    "my bookings with waits": lambda: own_waits("/my/bookings"),
    "what I wait for": lambda: one_wait(""),
    "changing what I wait for": lambda: one_wait("/change"),
    "waiting for a course": new_wait,
    "moving to another date": moving,
    "who waits for a course": demand,
}
