"""Booking without being signed in: a place is held for a while, a code is sent, and either comes back or it is gone.

What is held blocks nobody: not the owner of the address, whose own booking takes the place over (`add_booking`), and
not others, for only a share of a session's places may be held at one time. Where none may be held, or none is left,
the address is confirmed first and the booking made then.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from training.accounts.operations import owner_of
from training.bookings.coming import way_to_come
from training.bookings.first_codes import hash_of_code, hash_of_key, new_code, new_key
from training.bookings.models import Booking, BookingState, Way
from training.bookings.models_first import FirstRequest
from training.bookings.notices_first import send_code
from training.bookings.operations import add_booking, admitted_now, require_open
from training.bookings.places import counted, locked_session, promote_waiting
from training.bookings.queries_session import held_place, live_booking_on
from training.bookings.terms import HOLD_MINUTES, is_in_window
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import WORKER
from training.people.models import Person
from training.people.operations import NewPerson, add_unproven, forget_unproven, require_plausible
from training.people.operations_jobs import Job
from training.schedule.models import CourseSession

SHARE_HELD = 4
"""At most one place in so many is held at one time, and at least LEAST_HELD."""
LEAST_HELD = 2
HELD_FOR_ONE = 3
"""On how many sessions places are held for one address at one time, and from one browser."""
WRONG_CODES = 5
"""After so many wrong codes another one must be sent."""


@dataclass(frozen=True)
class Typed:
    """What somebody typed who books without being signed in; `form` is how their page shows it again."""

    given_name: str
    family_name: str
    address: str
    job: Job
    declared: bool
    way: Way | None
    form: dict[str, str]

    def kept(self, address: str) -> dict[str, Any]:
        """How the row keeps it."""
        return {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "address": address,
            "job": asdict(self.job),
            "declared": self.declared,
            "way": self.way,
            "form": self.form,
        }


@dataclass(frozen=True)
class Begun:
    """A first booking that has begun: the key of its page, which is readable nowhere else."""

    first: FirstRequest
    key: str


def begin(session_id: int, typed: Typed, keys_of_browser: list[str], instead_of: FirstRequest | None = None) -> Begun:
    """Hold a place if one may be held, and send a code; the same for an address that is known and one that is not.

    `instead_of` is what the same browser began before and puts right now: its place goes over. Refused, with the
    field, for a shared mailbox and what no account could be opened with; and where the session cannot be booked.
    """
    address = require_plausible(typed.given_name, typed.family_name, typed.address, typed.job)
    course_session = locked_session(session_id)
    require_open(course_session)
    promote_waiting(WORKER, course_session)
    way_to_come(course_session, typed.way)
    has_gone_over = instead_of is not None and _give_up(instead_of)
    known = owner_of(address)
    is_new = known is None or is_only_here(known)
    person = known or add_unproven(
        NewPerson(given_name=typed.given_name, family_name=typed.family_name, address=address)
    )
    held, is_booked = held_place(session_id, person.id), live_booking_on(session_id, person.id) is not None
    if held is None and not is_booked and (has_gone_over or _may_hold(course_session, person, keys_of_browser)):
        held = _hold(course_session, person, typed, has_gone_over=has_gone_over)
    key = new_key()
    first = FirstRequest(
        course_session=course_session,
        person=person,
        booking=held,
        key_hash=hash_of_key(key),
        code_hash="",
        until=clock.now() + held_for(),
        is_new_person=is_new,
        typed=typed.kept(address),
    )
    db.session.add(first)
    db.session.flush()
    _send(first, is_booked=is_booked)
    return Begun(first, key)


def send_another(first: FirstRequest) -> None:
    """Send another code in place of the one before; what is held ends when it would have ended."""
    if first.confirmed_at is not None or first.until <= clock.now():
        raise Refused("The time to type a code is over")
    first.tries = 0
    _send(first, is_booked=live_booking_on(first.session_id, first.person_id) is not None)


def let_go(first_id: int) -> bool:
    """Remove what nobody confirmed in time, as if it had never been, and pass its place on; False if it is gone."""
    session_id = db.session.scalar(select(FirstRequest.session_id).where(FirstRequest.id == first_id))
    if session_id is None:
        return False
    course_session = locked_session(session_id)
    first = db.session.get(FirstRequest, first_id, populate_existing=True)
    if first is None or first.until > clock.now():
        return False
    _give_up(first)
    promote_waiting(WORKER, course_session)
    return True


def is_only_here(person: Person) -> bool:
    """Whether the person is known by nothing but first bookings that nobody has confirmed."""
    if person.account is not None or person.employments or any(row.confirmed_at for row in person.addresses):
        return False
    made_for = select(FirstRequest.id).where(FirstRequest.person_id == person.id, FirstRequest.is_new_person)
    return db.session.scalar(made_for.limit(1)) is not None


def held_for() -> timedelta:
    """How long a place is held."""
    return timedelta(minutes=setting_value(HOLD_MINUTES))


def _give_up(first: FirstRequest) -> bool:
    """Remove a first booking with the place that nothing else holds, and whoever was known by nothing else.

    True where that frees a place; passing it on is for the caller, who has the lock.
    """
    person, held, is_new = first.person, first.booking, first.is_new_person
    db.session.delete(first)
    db.session.flush()
    frees = False
    if held is not None and held.state is BookingState.HELD:
        others = select(FirstRequest.id).where(FirstRequest.booking_id == held.id).limit(1)
        if db.session.scalar(others) is None:
            db.session.delete(held)
            db.session.flush()
            frees = True
    if is_new and not _is_needed(person):
        forget_unproven(person)
    return frees


def _is_needed(person: Person) -> bool:
    requests = select(FirstRequest.id).where(FirstRequest.person_id == person.id).limit(1)
    bookings = select(Booking.id).where(Booking.person_id == person.id).limit(1)
    return db.session.scalar(requests) is not None or db.session.scalar(bookings) is not None


def _may_hold(course_session: CourseSession, person: Person, keys_of_browser: list[str]) -> bool:
    """Whether a further place may be held on this session, for this person, and from this browser."""
    now = clock.now()
    held = (FirstRequest.booking_id.is_not(None), FirstRequest.until > now, FirstRequest.confirmed_at.is_(None))
    on_session = select(func.count(FirstRequest.booking_id.distinct())).where(
        *held, FirstRequest.session_id == course_session.id
    )
    for_person = select(func.count(FirstRequest.booking_id.distinct())).where(
        *held, FirstRequest.person_id == person.id
    )
    hashes = [hash_of_key(key) for key in keys_of_browser]
    in_browser = select(func.count(FirstRequest.id)).where(*held, FirstRequest.key_hash.in_(hashes))
    most = max(LEAST_HELD, course_session.places_in_all // SHARE_HELD)
    return (
        not is_in_window(course_session)
        and (db.session.scalar(on_session) or 0) < most
        and (db.session.scalar(for_person) or 0) < HELD_FOR_ONE
        and (db.session.scalar(in_browser) or 0) < HELD_FOR_ONE
    )


def _hold(course_session: CourseSession, person: Person, typed: Typed, *, has_gone_over: bool) -> Booking | None:
    """Hold a place if there is one for them: after whoever waits, unless theirs has just gone over; None without."""
    jobs = [job for job in person.employments if job.is_current(clock.today())]
    booking = add_booking(course_session, person, None, declared=True, booked_by=None, way=typed.way)
    booking.agency_id = jobs[0].agency_id if jobs else typed.job.agency_id
    db.session.flush()
    now = counted(course_session)
    fits = now.room.may_take(now.waiter(booking))
    if fits if has_gone_over else booking.id in admitted_now(course_session, [booking]):
        booking.state, booking.held_until = BookingState.HELD, clock.now() + held_for()
        booking.waiting_since = None
        db.session.flush()
        return booking
    db.session.delete(booking)
    db.session.flush()
    return None


def _send(first: FirstRequest, *, is_booked: bool) -> None:
    code = new_code()
    first.code_hash = hash_of_code(first.key_hash, code)
    db.session.flush()
    send_code(first, code, is_booked=is_booked)
