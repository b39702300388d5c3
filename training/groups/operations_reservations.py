"""Reserving places for an agency until a date, naming who comes, and giving back what is not named."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from training.agencies.models import Agency
from training.agencies.tree import has_ended, ids_below
from training.bookings.counting import unnamed_places
from training.bookings.models import Booking, Reservation, Way
from training.bookings.operations import Ties, new_booking, require_not_begun, require_open, settle_new
from training.bookings.places import counted, locked_session, promote_waiting
from training.bookings.rules_queue import Waiter, choose
from training.bookings.still_coming import MAIL_HOUR
from training.bookings.terms import is_in_window
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import WORKER, Role, Viewer
from training.core.working_days import bank_holidays, working_days_before
from training.groups import notices
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession, SessionStatus
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
    _require_in_time(name_by, course_session)
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
    db.session.flush()
    audit.record(viewer, "reserved places", reservation, after={"places": places, "name_by": name_by})
    notices.reserved(reservation)
    return reservation


def change_reservation(viewer: Viewer, reservation_id: int, places: int, name_by: datetime) -> Reservation:
    """Change how many places are kept and until when; for the desk. What falls away goes to whoever waits.

    Refused below the number that is named, and where more are wanted than are free for the agency.
    """
    reservation = _locked(viewer, reservation_id)
    course_session = reservation.course_session
    if not viewer.works_at_desk:
        raise LookupError(f"reservation {reservation_id} is not theirs to change")
    require_not_begun(course_session)
    if reservation.released_at is not None:
        raise Refused("These places were given back already")
    _require_in_time(name_by, course_session)
    named = reservation.places - unnamed(reservation)
    if places < max(named, 1):
        at_least = f"{count(named, 'place')} of them {'has its name' if named == 1 else 'have their names'} already"
        raise Refused(f"{at_least}, so enter at least {named}" if named else "Enter at least 1 place", "places")
    more = places - reservation.places
    if more > 0:
        promote_waiting(viewer, course_session)
        free = _could_have(course_session, reservation.agency_id, reservation.way, more)
        if free < more:
            raise Refused(f"Only {count(free, 'more place')} can be reserved on this session for this agency", "places")
    before, after = audit.changes(reservation, {"places": places, "name_by": name_by})
    if after:
        if "name_by" in after:
            reservation.reminded_at = None
        audit.record(viewer, "changed reserved places", reservation, before=before, after=after)
        db.session.flush()
        notices.changed(reservation)
        promote_waiting(viewer, course_session)
    return reservation


def remind_of_reservation(reservation_id: int) -> bool:
    """Remind whoever looks after reserved places that names are missing, once; False where there is nothing to say."""
    reservation = _locked(WORKER, reservation_id)
    if reservation.reminded_at is not None or reservation.released_at is not None or not is_due(reservation):
        return False
    reservation.reminded_at = clock.now()
    missing = unnamed(reservation)
    if missing and reservation.course_session.status is SessionStatus.PUBLISHED:
        notices.names_missing(reservation, missing)
        return True
    return False


def is_due(reservation: Reservation) -> bool:
    """Whether the reminder of the date for names is due: a working day before, for whoever reserved before that."""
    since = remind_at(reservation.name_by)
    return reservation.created_at < since <= clock.now() < ends_at(reservation)


def remind_at(name_by: datetime) -> datetime:
    """The moment from which whoever reserved places is reminded of the date for names."""
    on = clock.local(name_by - timedelta(seconds=1)).date()
    return clock.instant(working_days_before(on, 1, bank_holidays()), time(setting_value(MAIL_HOUR)))


def ends_at(reservation: Reservation) -> datetime:
    """When the places go back that have no name: at the date, or when the session begins where it was moved before."""
    return min(reservation.name_by, reservation.course_session.starts_at)


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
    if booking.agency_id not in ids_below(reservation.agency_id):
        raise Refused(f"These places are for people of {reservation.agency.name}, and they do not come from there")
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
    if reservation.released_at is not None or clock.now() < ends_at(reservation):
        return False
    missing = unnamed(reservation)
    _release(viewer, reservation, "let the date for names pass", "")
    if missing and clock.now() < reservation.course_session.starts_at:
        notices.went_back(reservation, missing)
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


def _require_in_time(name_by: datetime, course_session: CourseSession) -> None:
    if not clock.now() < name_by <= course_session.starts_at:
        raise Refused("Choose a day between today and the start of the session", "name_by")


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
