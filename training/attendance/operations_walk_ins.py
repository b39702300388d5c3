"""The deed on somebody who came without a booking: put them on the register."""

from dataclasses import dataclass

from sqlalchemy import select

from training.agencies.models import Agency
from training.attendance.marking import write_mark
from training.attendance.models import Presence, WalkIn
from training.attendance.operations import lock_part
from training.attendance.queries import attendees_of, totals_of
from training.attendance.rules import MarkState
from training.bookings.models import Booking, BookingState
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import EmailAddress, Employment, Person


@dataclass(frozen=True)
class WalkInAdded:
    """The new walk-in, and what to be warned of; an empty warning says nothing."""

    walk_in: WalkIn
    warning: str


def add_walk_in(
    viewer: Viewer, part_id: int, name: str, address: str = "", agency_id: int | None = None, job_role: str = ""
) -> WalkInAdded:
    """Put somebody on the register of the session and mark them as attended in this part.

    A known address matches them to a person, whose current job fills what was left open. More people than
    places are a warning, not a refusal. LookupError out of reach; Refused for somebody who is on the register
    already, and while it is not open.
    """
    part = lock_part(viewer, part_id)
    course_session = part.course_session
    name, address, job_role = " ".join(name.split()), address.strip().lower(), job_role.strip()
    if not name:
        raise Refused("Enter the name of the person who came", "name")
    if agency_id is not None and db.session.get(Agency, agency_id) is None:
        raise Refused("Select an agency from the list", "agency")
    person = _person_at(address)
    _refuse_twice(course_session.id, name, address, person)
    if person is not None:
        job = _current_job(person, agency_id)
        agency_id = agency_id or (job.agency_id if job else None)
        job_role = job_role or (job.job_role if job else "")
    walk_in = WalkIn(
        session_id=course_session.id,
        name=name,
        address=address,
        job_role=job_role,
        agency_id=agency_id,
        person_id=person.id if person else None,
        added_by_id=viewer.person_id,
    )
    db.session.add(walk_in)
    db.session.flush()
    write_mark(viewer, None, MarkState(Presence.ATTENDED), part_id=part_id, walk_in_id=walk_in.id)
    audit.record(viewer, "added a walk-in", walk_in, after={"name": name, "session": course_session.ref})
    db.session.flush()
    expected = totals_of(attendees_of(viewer, part_id)).expected
    places = course_session.places_in_all
    if expected <= places:
        return WalkInAdded(walk_in, "")
    return WalkInAdded(walk_in, f"There are now {expected} people for {places} places. Check that the room is safe.")


def _person_at(address: str) -> Person | None:
    if not address:
        return None
    return db.session.scalar(select(Person).join(EmailAddress).where(EmailAddress.address == address))


def _current_job(person: Person, agency_id: int | None) -> Employment | None:
    """The person's present job at the agency, or their first where none was named."""
    jobs = [job for job in person.employments if job.is_current(clock.today())]
    if agency_id is not None:
        jobs = [job for job in jobs if job.agency_id == agency_id]
    return jobs[0] if jobs else None


def _refuse_twice(session_id: int, name: str, address: str, person: Person | None) -> None:
    """Nobody stands on a register twice; somebody who was only waiting has no line yet and may be added."""
    if person is not None:
        booked = db.session.scalar(
            select(Booking.id).where(
                Booking.session_id == session_id,
                Booking.person_id == person.id,
                Booking.state == BookingState.CONFIRMED,
            )
        )
        if booked is not None:
            raise Refused(f"{person.name} is booked on this session. Mark them in the list instead", "address")
    others = db.session.scalars(select(WalkIn).where(WalkIn.session_id == session_id))
    for other in others:
        if address and other.address == address:
            raise Refused(f"{other.name} is on this register already, with this address", "address")
        if not address and not other.address and other.name.casefold() == name.casefold():
            raise Refused(f"{other.name} is on this register already. If this is somebody else, add an address", "name")
