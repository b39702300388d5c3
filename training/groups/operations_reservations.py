"""Reserving places for an agency until a date, naming who comes, and giving back what is not named."""

from datetime import datetime

from sqlalchemy import select

from training.agencies.models import Agency
from training.agencies.tree import has_ended
from training.bookings.counting import unnamed_places
from training.bookings.models import Booking, Reservation, Way
from training.bookings.operations import Ties, new_booking, require_not_begun, require_open, settle_new
from training.bookings.places import counted, locked_session, promote_waiting
from training.bookings.rules_queue import Waiter, choose
from training.bookings.terms import is_in_window
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession
from training.web.formats import count, moment


def reserve_places(
    viewer: Viewer, session_id: int, agency_id: int, places: int, name_by: datetime, *, way: Way | None = None
) -> Reservation:
    """Keep `places` of a session for an agency until `name_by`, if they are free now and may be had by it."""
    course_session = locked_session(session_id)
    _require_reach(viewer, agency_id)
    require_open(course_session)
    if is_in_window(course_session):
        raise Refused("Places of this session are given out after applications close, so none can be reserved")
    if places < 1:
        raise Refused("Enter how many places to reserve", "places")
    if not clock.now() < name_by <= course_session.starts_at:
        raise Refused("Choose a moment between now and the start of the session", "name_by")
    if db.session.scalar(select(Agency.id).where(Agency.id == agency_id, ~has_ended())) is None:
        raise Refused("Select an agency", "agency")
    promote_waiting(viewer, course_session)
    free = _could_have(course_session, agency_id, way, places)
    if free < places:
        there_is = f"Only {count(free, 'place')} can be reserved" if free else "No place can be reserved"
        raise Refused(f"{there_is} on this session for this agency now", "places")
    reservation = Reservation(
        ref=new_reference("R", 6),
        course_session=course_session,
        agency_id=agency_id,
        way=way if course_session.online_capacity is not None else None,
        places=places,
        name_by=name_by,
        asked_by_id=viewer.person_id,
    )
    db.session.add(reservation)
    audit.record(viewer, "reserved places", reservation, after={"places": places, "name_by": name_by})
    db.session.flush()
    return reservation


def name_somebody(
    viewer: Viewer, reservation_id: int, person_id: int, employment_id: int | None = None, *, declared: bool
) -> Booking:
    """Book a person on one of the reserved places; they come from the agency it was reserved for, or one below it."""
    reservation = _locked(viewer, reservation_id)
    course_session = reservation.course_session
    require_not_begun(course_session)
    if reservation.released_at is not None:
        raise Refused(f"These places were given back on {moment(reservation.released_at)}. Book as usual", "person")
    if unnamed(reservation) < 1:
        raise Refused("Every reserved place has its name already", "person")
    booking = new_booking(
        viewer,
        course_session,
        person_id,
        employment_id,
        declared=declared,
        booked_by=viewer.person_id,
        way=reservation.way,
        ties=Ties(reservation_id=reservation.id),
    )
    settle_new(viewer, course_session, [booking])
    return booking


def give_back(viewer: Viewer, reservation_id: int, reason: str = "") -> Reservation:
    """Give the places that have no name back; they go to whoever waits."""
    reservation = _locked(viewer, reservation_id)
    if reservation.released_at is not None:
        raise Refused("These places were given back already")
    _release(viewer, reservation, "gave reserved places back", reason)
    return reservation


def lapse_reservation(viewer: Viewer, reservation_id: int) -> bool:
    """Give back what was not named in time; False where there is nothing to do any more."""
    reservation = _locked(viewer, reservation_id)
    if reservation.released_at is not None or clock.now() < reservation.name_by:
        return False
    _release(viewer, reservation, "let the date for names pass", "")
    return True


def unnamed(reservation: Reservation) -> int:
    """How many of the reserved places have no name yet."""
    db.session.flush()
    return db.session.scalar(select(unnamed_places()).where(Reservation.id == reservation.id)) or 0


def _release(viewer: Viewer, reservation: Reservation, deed: str, reason: str) -> None:
    given_back = unnamed(reservation)
    reservation.released_at = clock.now()
    audit.record(viewer, deed, reservation, after={"places": given_back}, reason=reason or None)
    promote_waiting(viewer, reservation.course_session)


def _could_have(course_session: CourseSession, agency_id: int, way: Way | None, most: int) -> int:
    """How many of `most` places the agency could have now; whoever waits was asked before."""
    now = counted(course_session)
    if course_session.online_capacity is not None and way is None:
        raise Refused("Select how they are coming", "way")
    counts = None if course_session.online_capacity is None else way
    limits = frozenset(key for key, agencies in now.agencies.items() if agency_id in agencies)
    return len(choose(now.room, [Waiter(number, counts, limits) for number in range(most)]).keys)


def _locked(viewer: Viewer, reservation_id: int) -> Reservation:
    session_id = db.session.scalar(select(Reservation.session_id).where(Reservation.id == reservation_id))
    if session_id is None:
        raise LookupError(f"no reservation with the key {reservation_id}")
    locked_session(session_id)
    reservation = db.session.get_one(Reservation, reservation_id, populate_existing=True)
    _require_reach(viewer, reservation.agency_id)
    return reservation


def _require_reach(viewer: Viewer, agency_id: int) -> None:
    if not viewer.works_at_desk and not (viewer.has(Role.AGENCY_LEAD) and agency_id in lead_agencies(viewer)):
        raise LookupError(f"agency {agency_id} is out of reach")
