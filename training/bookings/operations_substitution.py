"""Sending a colleague: the place goes to somebody else in one deed, past the waiting list."""

from sqlalchemy import select

from training.bookings.checking import warnings_for
from training.bookings.models import Booking, BookingState
from training.bookings.notices_substitution import replaced, sent_by_colleague
from training.bookings.operations import add_booking, own_booking, require_not_begun
from training.bookings.operations_warnings import note_warnings
from training.bookings.places import promote_waiting, take_place
from training.bookings.queries_session import live_booking_on
from training.bookings.reach import agrees_as
from training.bookings.states import replace
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Viewer
from training.people.models import Employment, Person
from training.people.operations_named import (
    NOT_THIS_PERSON,
    NamedColleague,
    check_colleague,
    is_known_to_colleagues,
    job_named,
    person_named,
)

GIVES_PLACE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
NO_PLACE = "There is no place to pass on: this booking does not hold one"
AGENCY_UNKNOWN = "We do not know your agency yet, so ask the training team to pass the place on"


def name_colleague(
    viewer: Viewer, booking_id: int, named: NamedColleague, *, declared: bool, note: str = ""
) -> Booking:
    """Give the place of a booking to whoever is named, known here or not; returns their booking.

    What stands against it is kept with their booking, with `note`, and read by nobody but them and the desk.
    """
    former, _ = own_booking(viewer, booking_id)
    require_place(former)
    check_colleague(named)
    if former.agency_id is None and not viewer.works_at_desk:
        raise Refused(AGENCY_UNKNOWN)
    person = person_named(viewer, named)
    job = _job(viewer, former, person, named)
    db.session.flush()
    colleague = send_colleague(
        viewer, booking_id, person.id, job.id if job else None, declared=declared, called=named.name
    )
    # Looked up as the desk sees it: whoever sends somebody is shown none of it.
    warned = warnings_for(COMMAND, person.id, colleague.course_session, job)
    note_warnings(viewer, colleague, warned, note)
    return colleague


def _job(viewer: Viewer, former: Booking, person: Person, named: NamedColleague) -> Employment | None:
    if former.agency_id is not None and not (viewer.works_at_desk and person.employments):
        return job_named(viewer, person, named, former.agency_id)
    return job_at(former, person, None, any_agency=True)


def require_place(former: Booking) -> None:
    """Raise Refused where the booking holds no place that can be passed on now."""
    if former.state not in GIVES_PLACE:
        raise Refused(NO_PLACE)
    require_not_begun(former.course_session)


def send_colleague(
    viewer: Viewer,
    booking_id: int,
    person_id: int,
    employment_id: int | None = None,
    *,
    declared: bool,
    called: str = "",
) -> Booking:
    """Give the place of a booking to another person, whose booking is returned; never late.

    They come from the same agency, unless the desk does it. A colleague who waits for the session leaves its list.
    Whoever had the place reads of them as `called`, the name under which they were named.
    """
    former, _ = own_booking(viewer, booking_id)
    require_place(former)
    if person_id == former.person_id:
        raise Refused("Name somebody else to take the place", "address")
    person = db.session.get_one(Person, person_id)
    employment = job_at(former, person, employment_id, any_agency=viewer.works_at_desk)
    present = live_booking_on(former.session_id, person_id)
    if present is not None and present.state is BookingState.HELD:
        # Held while an address is confirmed: the new booking takes it over.
        present = None
    if present is not None and present.holds_place:
        knows = viewer.works_at_desk or is_known_to_colleagues(employment)
        raise Refused(
            f"{called or person.name} has a place on this session already" if knows else NOT_THIS_PERSON, "address"
        )
    colleague = present or add_booking(
        former.course_session,
        person,
        employment,
        declared=declared,
        booked_by=viewer.person_id,
        way=former.way,
        agreed_by=agrees_as(viewer, employment),
    )
    if present is not None:
        colleague.booked_by_id = viewer.person_id
        colleague.way = former.way
    replace(viewer, former, colleague)
    take_place(viewer, colleague, "took the place of a colleague")
    colleague.waiting_since = None
    db.session.flush()
    sent_by_colleague(colleague, former)
    replaced(former, called or colleague.person.name)
    # Somebody of another agency, or from a group that waits together, may leave room for whoever is behind.
    promote_waiting(viewer, former.course_session)
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


def former_of(booking: Booking) -> Booking | None:
    """The booking whose place this one took, if it took one."""
    return db.session.scalar(
        select(Booking).where(Booking.replaced_by_id == booking.id).order_by(Booking.id.desc()).limit(1)
    )
