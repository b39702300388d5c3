"""Pages for several people at once that grow: whom to book, what would happen to each, groups and reserved places."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.factories import make_agency, make_booking, make_person, make_session, number
from tests.guards.growing import Growing
from training.agencies.models import Agency
from training.bookings.models import Booking, BookingState, Reservation
from training.bookings.models_agencies import AgencyLimit, GroupBooking
from training.bookings.models_groups import GroupRefusal
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, Standing
from training.people.operations_roles import grant_role
from training.schedule.models import CourseSession

SOON = date(2026, 12, 8)


def led() -> tuple[Agency, Person]:
    """An agency with its lead."""
    agency, lead = make_agency(), make_person()
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, agency.id)
    return agency, lead


def people_to_pick() -> Growing:
    agency, lead = led()
    course_session = make_session(on=SOON)
    return Growing(f"/sessions/{course_session.ref}/group", lambda: make_person(agency=agency), lead)


def people_to_check() -> Growing:
    agency, lead = led()
    course_session = make_session(on=SOON, capacity=9)
    db.session.add(AgencyLimit(session_id=course_session.id, agency_id=agency.id, most=5))
    people = [make_person() for _ in range(30)]
    address = f"/sessions/{course_session.ref}/group/check?{'&'.join(f'who={one.ref}' for one in people)}"

    def add() -> None:
        person = people.pop()
        person.employments.append(
            Employment(agency=agency, job_role="Nurse", from_on=date(2020, 1, 1), standing=Standing.VOUCHED)
        )
        waiting(make_session(on=SOON), person)

    return Growing(address, add, lead)


def waiting(course_session: CourseSession, person: Person, group: GroupBooking | None = None) -> Booking:
    return make_booking(course_session, person, state=BookingState.WAITING, waiting_since=clock.now(), group=group)


def group_of(course_session: CourseSession, agency: Agency, *, together: bool) -> GroupBooking:
    group = GroupBooking(ref=f"G-{number()}", course_session=course_session, agency=agency, together=together)
    db.session.add(group)
    db.session.flush()
    return group


def one_group() -> Growing:
    agency, lead = led()
    course_session = make_session(on=SOON, capacity=90)
    group = group_of(course_session, agency, together=False)

    def add() -> None:
        make_booking(course_session, make_person(agency=agency), group=group)
        waiting(course_session, make_person(agency=agency), group)
        db.session.add(GroupRefusal(group_id=group.id, person_id=make_person(agency=agency).id, sentence="Full"))

    return Growing(f"/groups/{group.ref}", add, lead)


def bookings_of_agency() -> Growing:
    agency, lead = led()

    def add() -> None:
        course_session = make_session(on=SOON)
        make_booking(course_session, make_person(agency=agency), group=group_of(course_session, agency, together=True))
        reserve(course_session, agency)

    return Growing("/agency/bookings", add, lead)


def reserve(course_session: CourseSession, agency: Agency) -> Reservation:
    kept = Reservation(
        ref=f"R-{number()}",
        course_session=course_session,
        agency=agency,
        places=2,
        name_by=clock.now() + timedelta(days=3),
        asked_by=make_person(),
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def groups_of_session() -> Growing:
    course_session = make_session(on=SOON, capacity=90)

    def add() -> None:
        agency = make_agency()
        kept = reserve(course_session, agency)
        make_booking(course_session, make_person(agency=agency), reservation=kept)
        waiting(course_session, make_person(agency=agency), group_of(course_session, agency, together=True))

    return Growing(f"/desk/sessions/{course_session.ref}/people", add)


def reserved_places() -> Growing:
    agency, lead = led()
    course_session = make_session(on=SOON, capacity=90)
    kept = reserve(course_session, agency)
    kept.places = 40
    return Growing(
        f"/reservations/{kept.ref}",
        lambda: make_booking(course_session, make_person(agency=agency), reservation=kept),
        lead,
    )


def people_to_name() -> Growing:
    agency, lead = led()
    kept = reserve(make_session(on=SOON), agency)
    return Growing(f"/reservations/{kept.ref}/name", lambda: make_person(agency=agency), lead)


def sessions_to_choose() -> Growing:
    _, lead = led()
    return Growing("/agency/bookings/new", lambda: make_booking(make_session(on=SOON)), lead)


PAGES: dict[str, Callable[[], Growing]] = {
    "people to pick": people_to_pick,
    "people to check": people_to_check,
    "one group": one_group,
    "bookings of an agency": bookings_of_agency,
    "groups of a session": groups_of_session,
    "reserved places": reserved_places,
    "people to name": people_to_name,
    "sessions to choose": sessions_to_choose,
}
