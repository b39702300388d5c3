"""The pages on which people book and look at a booking, as lists, groups, limits and applications grow."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.factories import make_agency, make_booking, make_person, make_session, number
from tests.guards.growing import Growing
from training.agencies.models import Agency
from training.bookings.models import Booking, BookingState, Reservation
from training.bookings.models_agencies import AgencyLimit, GroupBooking
from training.core import clock
from training.core.database import db
from training.people.models import Person
from training.schedule.models import CourseSession

SOON = date(2026, 12, 8)


def waits(course_session: CourseSession, person: Person | None = None, **columns: object) -> Booking:
    """Somebody on the waiting list."""
    wanted = {"state": BookingState.WAITING, "confirmed_at": None, "waiting_since": clock.now(), **columns}
    return make_booking(course_session, person or make_person(agency=make_agency()), **wanted)


def crowded() -> tuple[CourseSession, Callable[[], None]]:
    """A full session, and what adds a place held, a group that comes together, a reservation and somebody waiting."""
    course_session = make_session(on=SOON, capacity=0)

    def add() -> None:
        course_session.capacity += 2
        agency = make_agency()
        make_booking(course_session, make_person(agency=agency))
        group = GroupBooking(ref=f"G-{number()}", course_session=course_session, together=True)
        db.session.add(group)
        db.session.add(_reservation(course_session, agency))
        db.session.flush()
        waits(course_session, group=group)
        waits(course_session)

    return course_session, add


def _reservation(course_session: CourseSession, agency: Agency) -> Reservation:
    by = clock.now() + timedelta(days=2)
    return Reservation(ref=f"R-{number()}", course_session=course_session, agency=agency, places=1, name_by=by)


def session_page() -> Growing:
    course_session, add = crowded()
    return Growing(f"/sessions/{course_session.ref}", add, make_person())


def page_to_book() -> Growing:
    course_session, add = crowded()
    return Growing(f"/sessions/{course_session.ref}/book", add, make_person(agency=make_agency()))


def page_to_book_with_limits() -> Growing:
    course_session = make_session(on=SOON, capacity=10)

    def add() -> None:
        course_session.capacity += 1
        agency = make_agency()
        db.session.add(AgencyLimit(session_id=course_session.id, agency=agency, least=0, most=2))
        make_booking(course_session, make_person(agency=agency))
        course_session.course.title += "!"

    return Growing(f"/sessions/{course_session.ref}/book", add, make_person(agency=make_agency()))


def booking_that_waits() -> Growing:
    course_session, add = crowded()
    person = make_person(agency=make_agency())
    booking = waits(course_session, person)

    def add_before() -> None:
        add()
        booking.waiting_since = clock.now() + timedelta(hours=1)
        course_session.course.title += "!"

    return Growing(f"/my/bookings/{booking.ref}", add_before, person)


def people_of_a_session() -> Growing:
    course_session, add = crowded()
    course, former = course_session.course, make_session(course_session.course, on=SOON, capacity=90)

    def add_more() -> None:
        add()
        person = make_person(agency=make_agency())
        waits(course_session, person, moves_from=make_booking(former, person))
        make_booking(make_session(course, on=SOON), person)

    return Growing(f"/desk/sessions/{course_session.ref}/people", add_more)


def applied() -> tuple[CourseSession, Callable[[], Booking]]:
    """A session to which people apply, and what adds an application of another agency."""
    course_session = make_session(on=SOON, capacity=10, applications_close_at=clock.now() + timedelta(days=1))

    def add() -> Booking:
        person = make_person(agency=make_agency())
        return make_booking(course_session, person, state=BookingState.APPLIED, confirmed_at=None)

    return course_session, add


def applications() -> Growing:
    course_session, add = applied()
    return Growing(f"/desk/sessions/{course_session.ref}/applications", add)


def applications_with_limits() -> Growing:
    course_session, add = applied()

    def add_both() -> None:
        db.session.add(AgencyLimit(session_id=course_session.id, agency=add().agency, least=0, most=2))

    return Growing(f"/desk/sessions/{course_session.ref}/applications", add_both)


def limits() -> Growing:
    course_session = make_session(on=SOON, capacity=90)

    def add() -> None:
        agency = make_agency()
        db.session.add(AgencyLimit(session_id=course_session.id, agency=agency, least=1, most=2))
        make_booking(course_session, make_person(agency=agency))

    return Growing(f"/desk/sessions/{course_session.ref}/limits", add)


def people_of_a_manager() -> Growing:
    agency, manager = make_agency(), make_person()

    def add() -> None:
        person = make_person(agency=agency)
        [job] = person.employments
        job.manager_address, job.manager_confirmed_at = manager.address or "", clock.now()
        make_booking(make_session(on=SOON), person)

    return Growing("/my/staff", add, manager)


PAGES: dict[str, Callable[[], Growing]] = {
    "a session that is full": session_page,
    "the page to book": page_to_book,
    "the page to book, with limits": page_to_book_with_limits,
    "a booking that waits": booking_that_waits,
    "people, groups and reservations": people_of_a_session,
    "applications": applications,
    "applications, with limits": applications_with_limits,
    "limits of agencies": limits,
    "a manager's people": people_of_a_manager,
}
