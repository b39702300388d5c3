"""The deeds on one booking: book, cancel, answer an offer, give a place by hand, change how many places there are.

Every deed locks the course row first and the session after it, and decides on what it reads from then on. Each raises
Refused with a sentence for the person, and LookupError for what does not exist or is out of the viewer's reach.
"""

from dataclasses import dataclass

from sqlalchemy import select

from training.bookings import asking, notices
from training.bookings.agreement_rule import agreement_for
from training.bookings.coming import employment_to_come_in, way_to_come
from training.bookings.fairness import fair_rank
from training.bookings.models import LIVE, Booking, BookingState, Way
from training.bookings.models_answers import AgreedBy, CancelledBy
from training.bookings.opening import is_still_to_come, refusal_of
from training.bookings.places import (
    certain_position,
    counted,
    locked_booking,
    locked_session,
    next_in_line,
    note_skips,
    promote_waiting,
    take_place,
    waiting_in_order,
)
from training.bookings.queries_session import goes_first_for, held_place, is_untold
from training.bookings.reach import acts_as, agrees_as, may_book_for
from training.bookings.rules import is_late_cancellation
from training.bookings.rules_queue import choose
from training.bookings.states import end_booking
from training.bookings.terms import cut_off_for, is_in_window, may_pass_on
from training.catalogue.models import Agreement
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.policies import terms_in_force
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Person
from training.schedule.models import CourseSession, ListOrder

BEGUN = "This session has begun, so nothing about its places can be changed here. Tell the training team"


@dataclass(frozen=True, kw_only=True)
class Ties:
    """What a new booking belongs to: keys of rows that are there already."""

    group_id: int | None = None
    reservation_id: int | None = None
    moves_from_id: int | None = None
    course_wait_id: int | None = None
    preference: int | None = None


NO_TIES = Ties()


def book_place(
    viewer: Viewer,
    session_id: int,
    person_id: int,
    employment_id: int | None = None,
    *,
    declared: bool,
    booked_by: int | None = None,
    way: Way | None = None,
    ties: Ties = NO_TIES,
) -> Booking:
    """Book the person on the session; the state of what is returned says whether they have a place, wait or applied.

    The booking keeps the agency and role in which they come: those of `employment_id`, or of their only current job.
    `declared` is whether the line manager's agreement was declared. `booked_by` is the person who books for them.
    """
    course_session = locked_session(session_id)
    # Whoever has a place held asked for it while booking was open.
    if held_place(session_id, person_id) is None or not is_still_to_come(course_session):
        require_open(course_session)
    promote_waiting(viewer, course_session)
    booking = new_booking(
        viewer,
        course_session,
        person_id,
        employment_id,
        declared=declared,
        booked_by=booked_by,
        way=way,
        ties=ties,
    )
    settle_new(viewer, course_session, [booking])
    return booking


def new_booking(
    viewer: Viewer,
    course_session: CourseSession,
    person_id: int,
    employment_id: int | None = None,
    *,
    declared: bool,
    booked_by: int | None = None,
    way: Way | None = None,
    ties: Ties = NO_TIES,
) -> Booking:
    """Add a booking that waits, under the lock and with everything checked that concerns this person alone.

    Hand it to `settle_new` in the same transaction, with the others of its group: that decides about places and tells.
    """
    person = db.session.get_one(Person, person_id)
    if not any(may_book_for(viewer, person_id, job) for job in (None, *person.employments)):
        raise LookupError(f"person {person_id} is out of reach")
    employment = employment_to_come_in(person, employment_id, clock.local(course_session.starts_at))
    if not may_book_for(viewer, person_id, employment):
        raise LookupError(f"person {person_id} is out of reach")
    _require_no_live_booking(viewer, course_session.id, person_id)
    return add_booking(
        course_session,
        person,
        employment,
        declared=declared,
        booked_by=booked_by,
        way=way,
        ties=ties,
        agreed_by=agrees_as(viewer, employment),
    )


def add_booking(
    course_session: CourseSession,
    person: Person,
    employment: Employment | None,
    *,
    declared: bool,
    booked_by: int | None,
    way: Way | None = None,
    ties: Ties = NO_TIES,
    agreed_by: AgreedBy | None = None,
) -> Booking:
    """Add a booking that waits, whoever asks for it; `agreed_by` is given where their own manager or lead does.

    A place that was held for them while an address was confirmed is this booking's from now on.
    """
    agency_id = employment.agency_id if employment else None
    agreement = agreement_for(course_session.course, agency_id)
    if agreement is Agreement.DECLARED and not declared and agreed_by is None:
        raise Refused("Confirm that your line manager has agreed", "declared")
    way = way_to_come(course_session, way)
    held = held_place(course_session.id, person.id)
    held_way, held_until = (held.way, held.held_until) if held is not None else (None, None)
    if held is not None:  # What is refused above leaves the place held.
        db.session.delete(held)
        db.session.flush()
    now = clock.now()
    is_fair = course_session.list_order is ListOrder.FAIRNESS or course_session.applications_close_at is not None
    booking = Booking(
        ref=_free_reference(),
        course_session=course_session,
        person=person,
        employment=employment,
        agency_id=agency_id,
        job_role=employment.job_role if employment else "",
        workforce_group_id=employment.workforce_group_id if employment else None,
        state=BookingState.WAITING,
        waiting_since=now,
        goes_first=goes_first_for(person.id, course_session.course_id),
        fair_rank=fair_rank(person.id, employment, course_session.course) if is_fair else None,
        agreement=agreement,
        agreed_at=now if agreed_by and agreement is not Agreement.NONE else None,
        agreed_by=agreed_by if agreement is not Agreement.NONE else None,
        terms_id=terms_in_force().id,
        asked_at=now,
        booked_by_id=booked_by if booked_by != person.id else None,
        way=way,
        group_id=ties.group_id,
        reservation_id=ties.reservation_id,
        moves_from_id=ties.moves_from_id,
        course_wait_id=ties.course_wait_id,
        preference=ties.preference,
    )
    if held_until is not None and held_way is booking.way:
        booking.state, booking.held_until = BookingState.HELD, held_until
    db.session.add(booking)
    db.session.flush()
    return booking


def settle_new(viewer: Viewer, course_session: CourseSession, bookings: list[Booking], *, tell: bool = True) -> None:
    """Decide about bookings just added with `new_booking`: a place, the list, or an application; and tell them.

    Those in a reservation take the places kept for it. Everybody else comes after whoever waits.
    """
    if is_in_window(course_session):
        for booking in bookings:
            booking.state, booking.held_until = BookingState.APPLIED, None
            _ask_if_needed(booking)
            audit.record(viewer, "applied", booking, after={"state": booking.state})
            if tell:
                tell_where_it_stands(booking)
        return
    has_place = {booking.id for booking in bookings if booking.state is BookingState.HELD}
    admitted = has_place | admitted_now(course_session, [one for one in bookings if one.id not in has_place])
    for booking in bookings:
        if booking.id in admitted:
            take_place(viewer, booking, "booked")
            booking.waiting_since = None
        else:
            _ask_if_needed(booking)
            audit.record(viewer, "joined the waiting list", booking, after={"state": booking.state})
        if tell:
            tell_where_it_stands(booking)
    # Whoever had a place held and comes another way, or in a reservation, leaves that place to the next.
    promote_waiting(viewer, course_session)


def tell_where_it_stands(booking: Booking) -> None:
    """Write to the person of a new booking what has become of it."""
    if booking.state is BookingState.CONFIRMED:
        notices.booked(booking)
    elif booking.state is BookingState.AWAITING_AGREEMENT:
        notices.awaiting(booking)
    elif booking.state is BookingState.APPLIED:
        notices.applied(booking)
    else:
        notices.waiting(booking, certain_position(booking))


def admitted_now(course_session: CourseSession, newcomers: list[Booking]) -> set[int]:
    """Which of the new bookings get a place now; whoever waited was given theirs before."""
    if not newcomers:
        return set()
    reserved = [one for one in newcomers if one.reservation_id is not None]
    others = [one for one in newcomers if one.reservation_id is None]
    waiting: list[Booking] = []
    if may_pass_on(course_session):
        waiting = [one for one in waiting_in_order(course_session) if one not in newcomers]
    elif course_session.applications_close_at is not None and course_session.allotted_at is None:
        return set()
    queue = [*reserved, *waiting, *others]
    if waiting:
        chosen = next_in_line(course_session, queue)
        note_skips(chosen)
    else:
        now = counted(course_session)
        chosen = choose(now.room, [now.waiter(one) for one in queue])
    return set(chosen.keys) & {one.id for one in newcomers}


def _ask_if_needed(booking: Booking) -> None:
    if booking.agreement is Agreement.ASKED and booking.agreed_at is None and booking.agreement_asked_at is None:
        asking.ask(booking)


def cancel_booking(viewer: Viewer, booking_id: int, reason: str = "") -> Booking:
    """Cancel from every live state until the session begins; the place goes to the next person.

    It is late where a place was held and the cut-off has passed. Raises Refused where it has ended already.
    """
    booking, by = own_booking(viewer, booking_id)
    if not booking.is_live:
        raise Refused("This booking has ended already. Nothing was changed")
    require_not_begun(booking.course_session)
    end_booking(viewer, booking, by, reason, late=would_be_late(booking))
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def would_be_late(booking: Booking) -> bool:
    """Whether giving this booking up today counts as late: it has a firm place, and its cut-off has passed."""
    has_place = booking.state in (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
    if not has_place or booking.leaves_freely or db.session.scalar(select(is_untold(booking.session_id))):
        # Nobody is late for a day that they did not ask for, or do not know of yet.
        return False
    return is_late_cancellation(clock.today(), cut_off_for(booking))


def own_booking(viewer: Viewer, booking_id: int) -> tuple[Booking, CancelledBy]:
    """The booking under the lock, and as whom `viewer` acts for it; LookupError where it is not for them."""
    booking = locked_booking(booking_id)
    by = acts_as(viewer, booking)
    if by is None:
        raise LookupError(f"booking {booking_id} is out of reach")
    return booking, by


def require_not_begun(course_session: CourseSession) -> None:
    """Raise Refused once the session has begun."""
    if clock.now() >= course_session.starts_at:
        raise Refused(BEGUN)


def require_open(course_session: CourseSession) -> None:
    """Raise Refused, with the reason, where the session cannot be booked now."""
    if refusal := refusal_of(course_session):
        raise Refused(refusal)


def _require_no_live_booking(viewer: Viewer, session_id: int, person_id: int) -> None:
    theirs = (Booking.session_id == session_id, Booking.person_id == person_id)
    present = db.session.execute(
        select(Booking.ref, Booking.state).where(*theirs, Booking.state.in_(LIVE), Booking.state != BookingState.HELD)
    ).first()
    if present is None:
        return
    who = "You are" if viewer.person_id == person_id else "This person is"
    standing = {
        BookingState.WAITING: "already on the waiting list",
        BookingState.OFFERED: "already being offered a place",
    }.get(present.state, "already booked")
    raise Refused(f"{who} {standing}, reference {present.ref}")


def _free_reference() -> str:
    while True:
        reference = new_reference("B", 6)
        if db.session.scalar(select(Booking.id).where(Booking.ref == reference)) is None:
            return reference
