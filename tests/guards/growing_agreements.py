"""Lists of bookings that wait for a yes or no: the desk's, a lead's, and among the people of a session."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from tests.guards.growing import Growing
from training.agencies.models import Agency
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Agreement
from training.core import clock
from training.core.viewer import COMMAND, Role
from training.people.operations_roles import grant_role
from training.schedule.models import CourseSession

SOON = date(2026, 12, 8)


def asked(course_session: CourseSession, agency: Agency | None) -> Booking:
    """A booking that waits for an answer, with a manager of its own."""
    person = make_person(agency=agency or make_agency())
    [job] = person.employments
    job.manager_address, job.manager_confirmed_at = "manager@people.example", clock.now()
    return make_booking(
        course_session, person, state=BookingState.AWAITING_AGREEMENT, agreement=Agreement.ASKED, confirmed_at=None,
        agreement_asked_at=clock.now(), agreement_until=clock.now() + timedelta(days=2),
    )  # fmt: skip


def agreements_at_desk() -> Growing:
    return Growing("/desk/agreements", lambda: asked(make_session(make_course(), on=SOON), None))


def agreements_of_lead() -> Growing:
    agency, lead = make_agency(), make_person()
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, agency.id, from_on=date(2026, 1, 1))
    return Growing("/agency/agreements", lambda: asked(make_session(make_course(), on=SOON), agency), lead)


def people_asked_about() -> Growing:
    course_session = make_session(on=SOON, capacity=60)
    return Growing(f"/desk/sessions/{course_session.ref}/people", lambda: asked(course_session, None))


PAGES: dict[str, Callable[[], Growing]] = {
    "waiting for agreement": agreements_at_desk,
    "a lead's waiting for agreement": agreements_of_lead,
    "people asked about": people_asked_about,
}
