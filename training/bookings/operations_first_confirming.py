"""The right code: it confirms the address, opens an account without a password, and books like anybody else."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import select, update

from training.accounts.operations import enter_as_reader, viewer_of
from training.bookings.checking import warnings_for
from training.bookings.first_codes import hash_of_key, is_right
from training.bookings.models import Booking, Way
from training.bookings.models_first import FirstRequest
from training.bookings.operations import book_place
from training.bookings.operations_first import WRONG_CODES
from training.bookings.operations_warnings import note_warnings
from training.bookings.places import locked_session
from training.bookings.queries_session import live_booking_on
from training.core import audit, clock
from training.core.database import db
from training.core.notes import later
from training.core.refusal import Refused
from training.core.viewer import WORKER, Viewer
from training.people.models import Account, Employment, Person
from training.people.operations import keep_unproven
from training.people.operations_jobs import Job, add_employment, change_employment

WRONG = "This code is not right. Check the message, or ask for another code"
TOO_MANY = "There were too many wrong codes. Ask for another code"
ON_THE_PAGE = "Look at what is asked here, and book"
CLOSED = "This code cannot be used. Read the message we sent, or write to the training team"


PRESSED_TWICE = timedelta(minutes=1)
"""Within what time the same code typed again leads to the same booking."""


@dataclass(frozen=True)
class Confirmed:
    """Who typed the right code, and their booking; `is_new` where it was made by that."""

    account: Account
    booking: Booking | None
    """None where something on the page of booking must be answered first, as `why_not` says."""
    is_new: bool = False
    why_not: str = ""


def first_request(key: str) -> FirstRequest | None:
    """What the page with this key is about; None once its time is over."""
    found = db.session.scalar(select(FirstRequest).where(FirstRequest.key_hash == hash_of_key(key)))
    return found if found is not None and found.until > clock.now() else None


def confirm_first(key: str, code: str) -> Confirmed | None:
    """Confirm the address by `code` and book; None once the time is over.

    The same code typed twice, as by a button pressed twice, leads to the same booking for a moment. Refused for a wrong
    code, and as for any booking.
    """
    first = first_request(key)
    if first is None:
        return None
    _require_right(first, code)
    locked_session(first.session_id)
    first = db.session.scalar(
        select(FirstRequest).where(FirstRequest.id == first.id).execution_options(populate_existing=True)
    )
    if first is None or first.until <= clock.now():
        return None
    # Asked again under the lock: another code may have been sent meanwhile.
    _require_right(first, code)
    person = first.person
    if person.account is not None and not person.account.active:
        raise Refused(CLOSED, "code")
    present = live_booking_on(first.session_id, person.id)
    was_confirmed_at = first.confirmed_at
    if was_confirmed_at is not None and clock.now() - was_confirmed_at > PRESSED_TWICE:
        return None
    _let_in(first)
    account = enter_as_reader(person)
    if present is not None or was_confirmed_at is not None:
        return Confirmed(account, present, why_not=ON_THE_PAGE)
    try:
        with db.session.begin_nested():
            booking = _book(first, viewer_of(person))
    except Refused as refusal:
        # They are who they say: the page on which everybody books asks what is missing, and takes the held place over.
        return Confirmed(account, None, why_not=refusal.sentence)
    return Confirmed(account, booking, is_new=True)


def _let_in(first: FirstRequest) -> None:
    """Keep whoever was made for this booking, and what a person without a job, or without a manager, has said."""
    person, viewer = first.person, viewer_of(first.person)
    if first.is_new_person and not person.employments and person.account is None:
        keep_unproven(viewer, person, str(first.typed["given_name"]), str(first.typed["family_name"]))
        audit.record(viewer, "confirmed the address", person)
    first.confirmed_at = first.confirmed_at or clock.now()
    # What others began with this address meanwhile does not take its owner away again.
    db.session.execute(update(FirstRequest).where(FirstRequest.person_id == person.id).values(is_new_person=False))
    enter_as_reader(person)
    typed_job = Job(**first.typed["job"])
    jobs = [job for job in person.employments if job.is_current(clock.today())]
    if not jobs:
        add_employment(viewer, person, typed_job, clock.today())
    elif len(jobs) == 1 and typed_job.manager_address and not jobs[0].manager_address:
        change_employment(viewer, jobs[0], _with_manager(jobs[0], typed_job.manager_address))
    db.session.flush()
    db.session.refresh(person, ["employments"])


def _book(first: FirstRequest, viewer: Viewer) -> Booking:
    person = first.person
    job = job_to_come_in(person, first)
    way = first.typed["way"]
    booking = book_place(
        viewer,
        first.session_id,
        person.id,
        job.id if job is not None else None,
        declared=bool(first.typed["declared"]),
        way=Way(str(way)) if way else None,
    )
    warned = warnings_for(viewer, person.id, booking.course_session, [job] if job is not None else [])
    # Nothing is asked on the way in: what stands against the booking is on its page, with the way to say why.
    note_warnings(WORKER, booking, warned, "")
    return booking


def job_to_come_in(person: Person, first: FirstRequest) -> Employment | None:
    """The job in which they come: of several the one at the agency they typed, else the latest; None without any."""
    jobs = [job for job in person.employments if job.is_current(clock.today())]
    at_agency = [job for job in jobs if job.agency_id == first.typed["job"]["agency_id"]]
    return (at_agency or jobs or [None])[-1]


def _with_manager(job: Employment, address: str) -> Job:
    return Job(
        job_role=job.job_role,
        agency_id=job.agency_id,
        agency_named=job.agency_named,
        workforce_group_id=job.workforce_group_id,
        staff_number=job.staff_number,
        manager_address=address,
    )


def _require_right(first: FirstRequest, code: str) -> None:
    if first.tries >= WRONG_CODES:
        raise Refused(TOO_MANY, "code")
    if not is_right(first.key_hash, code, first.code_hash):
        later(partial(_count_wrong, first.id))
        raise Refused(WRONG, "code")


def _count_wrong(first_id: int) -> None:
    db.session.execute(update(FirstRequest).where(FirstRequest.id == first_id).values(tries=FirstRequest.tries + 1))
