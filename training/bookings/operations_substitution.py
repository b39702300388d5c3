"""Sending a colleague: the place goes to somebody else in one deed, past the waiting list."""

from training.bookings.models import Booking, BookingState
from training.bookings.notices import awaiting
from training.bookings.notices_moving import replaced, sent_by_colleague
from training.bookings.operations import add_booking, own_booking, require_not_begun
from training.bookings.places import take_place
from training.bookings.queries_session import live_booking_on
from training.bookings.states import replace
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Person

GIVES_PLACE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)


def send_colleague(
    viewer: Viewer, booking_id: int, person_id: int, employment_id: int | None = None, *, declared: bool
) -> Booking:
    """Give the place of a booking to another person, whose booking is returned; never late.

    They come from the same agency, unless the desk does it. A colleague who waits for the session leaves its list.
    """
    former, _ = own_booking(viewer, booking_id)
    if former.state not in GIVES_PLACE:
        raise Refused("There is no place to pass on: this booking does not hold one")
    require_not_begun(former.course_session)
    if person_id == former.person_id:
        raise Refused("Name somebody else to take the place", "address")
    person = db.session.get_one(Person, person_id)
    employment = job_at(former, person, employment_id, any_agency=viewer.works_at_desk)
    present = live_booking_on(former.session_id, person_id)
    if present is not None and present.holds_place:
        raise Refused(f"{person.name} already has a place on this session", "address")
    colleague = present or add_booking(
        former.course_session,
        person,
        employment,
        declared=declared,
        booked_by=viewer.person_id,
        way=former.way,
    )
    if present is not None:
        colleague.booked_by_id = viewer.person_id
        colleague.way = former.way
    replace(viewer, former, colleague)
    take_place(viewer, colleague, "took the place of a colleague")
    colleague.waiting_since = None
    db.session.flush()
    if colleague.state is BookingState.CONFIRMED:
        sent_by_colleague(colleague, former)
    else:
        awaiting(colleague)
    replaced(former, colleague)
    return colleague


def job_at(former: Booking, person: Person, employment_id: int | None, *, any_agency: bool) -> Employment | None:
    """The job in which the colleague comes: one with the agency of the booking, on the day or today.

    Refused where they have none there, unless `any_agency`.
    """
    starts_on = clock.local(former.course_session.starts_at).date()
    jobs = [job for job in person.employments if job.is_current(starts_on) or job.is_current(clock.today())]
    same = [job for job in jobs if job.agency_id is not None and job.agency_id == former.agency_id]
    chosen = [job for job in (jobs if any_agency else same) if employment_id in (None, job.id)]
    if chosen:
        return next((job for job in chosen if job in same), chosen[0])
    if any_agency and employment_id is None:
        return None
    raise Refused("The place belongs to your agency, and this person is not known to work there", "address")
