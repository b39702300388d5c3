"""The deeds on one booking: book, cancel, answer an offer, give a place by hand, change how many places there are.

Every deed locks the course row first and the session after it, and decides on what it reads from then on. Each raises
Refused with a sentence for the person, and LookupError for what does not exist or is out of the viewer's reach.
"""

from datetime import datetime

from sqlalchemy import func, select

from training.bookings import notices
from training.bookings.models import LIVE, Booking, BookingState, CancelledBy
from training.bookings.offers import OFFER
from training.bookings.opening import refusal_of
from training.bookings.places import (
    confirm,
    locked_booking,
    locked_session,
    promote_waiting,
    standing_of,
)
from training.bookings.rules import is_late_cancellation, place_or_wait
from training.bookings.terms import cut_off_of, may_pass_on
from training.catalogue.models import Agreement
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.links import revoke_links
from training.core.policies import terms_in_force
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Person
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count, moment

BEGUN = "This session has begun, so nothing about its places can be changed here. Tell the training team"


def book_place(
    viewer: Viewer,
    session_id: int,
    person_id: int,
    employment_id: int | None = None,
    *,
    declared: bool,
    booked_by: int | None = None,
) -> Booking:
    """Book the person on the session, or put them on its waiting list; the state of what is returned says which.

    The booking keeps the agency and role in which they come: those of `employment_id`, or of their only current job.
    `declared` is whether the line manager's agreement was declared. `booked_by` is the person who books for them.
    """
    _require_reach(viewer, person_id)
    course_session = locked_session(session_id)
    _require_open(course_session)
    person = db.session.get_one(Person, person_id)
    _require_no_live_booking(viewer, session_id, person_id)
    employment = employment_to_come_in(person, employment_id, clock.local(course_session.starts_at))
    agreement = course_session.course.agreement
    if agreement is not Agreement.NONE:
        if not declared:
            raise Refused("Confirm that your line manager has agreed", "declared")
        # Managers are told, not asked.
        agreement = Agreement.DECLARED
    standing = standing_of(session_id)
    if standing.waiting and place_or_wait(course_session.capacity, standing.held):
        # Whoever waited for a place that a fault left free comes before somebody who asks only now.
        promote_waiting(viewer, course_session)
        standing = standing_of(session_id)
    gets_place = place_or_wait(course_session.capacity, standing.held)
    now = clock.now()
    booking = Booking(
        ref=_free_reference(),
        course_session=course_session,
        person=person,
        employment=employment,
        agency_id=employment.agency_id if employment else None,
        job_role=employment.job_role if employment else "",
        workforce_group_id=employment.workforce_group_id if employment else None,
        state=BookingState.CONFIRMED if gets_place else BookingState.WAITING,
        agreement=agreement,
        terms_id=terms_in_force().id,
        asked_at=now,
        booked_by_id=booked_by if booked_by != person_id else None,
        confirmed_at=now if gets_place else None,
        waiting_since=None if gets_place else now,
    )
    db.session.add(booking)
    audit.record(viewer, "booked" if gets_place else "joined the waiting list", booking, after={"state": booking.state})
    if gets_place:
        notices.booked(booking)
    else:
        notices.waiting(booking, standing.waiting + 1)
    return booking


def cancel_booking(viewer: Viewer, booking_id: int, reason: str = "") -> Booking:
    """Cancel from every live state until the session begins; the place goes to the next person.

    It is late where a place was held and the cut-off has passed. Raises Refused where it has ended already.
    """
    booking = _own_booking(viewer, booking_id)
    if not booking.is_live:
        raise Refused("This booking has ended already. Nothing was changed")
    _require_not_begun(booking.course_session)
    is_own = viewer.person_id == booking.person_id
    held = booking.state in (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
    late = held and is_late_cancellation(clock.today(), cut_off_of(booking.course_session))
    end_booking(viewer, booking, CancelledBy.PERSON if is_own else CancelledBy.OFFICER, reason, late=late)
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def end_booking(viewer: Viewer, booking: Booking, by: CancelledBy, reason: str, *, late: bool = False) -> None:
    """Mark a live booking as cancelled; telling, and passing the place on, are for the caller."""
    before = booking.state
    booking.state = BookingState.CANCELLED
    booking.cancelled_at = clock.now()
    booking.cancelled_by = by
    booking.is_late = late
    booking.reason = reason
    booking.held_until = booking.offered_until = None
    revoke_links(OFFER, booking.id)
    audit.record(
        viewer,
        "cancelled",
        booking,
        before={"state": before},
        after={"state": booking.state, "is_late": late},
        reason=reason or None,
    )


def accept_offer(viewer: Viewer, booking_id: int) -> Booking:
    """Take the place that is held; Refused once the offer has run out or was answered."""
    booking = _open_offer(viewer, booking_id)
    confirm(viewer, booking, "took the offered place")
    revoke_links(OFFER, booking.id)
    notices.booked(booking)
    return booking


def decline_offer(viewer: Viewer, booking_id: int) -> Booking:
    """Leave the place that is held to the next person; never late. Refused as for `accept_offer`."""
    booking = _open_offer(viewer, booking_id)
    end_booking(viewer, booking, CancelledBy.PERSON, "The offered place was not taken")
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def lapse_offer(viewer: Viewer, booking_id: int) -> bool:
    """End an offer that has run out and pass the place on; False where there is none any more."""
    booking = locked_booking(booking_id)
    if booking.offered_until is None or clock.now() < booking.offered_until:
        return False
    booking.state, booking.offered_until = BookingState.LAPSED, None
    revoke_links(OFFER, booking.id)
    audit.record(viewer, "let the offer run out", booking, after={"state": booking.state})
    notices.offer_lapsed(booking)
    promote_waiting(viewer, booking.course_session)
    return True


def give_place(viewer: Viewer, booking_id: int) -> Booking:
    """Give a free place to somebody on the waiting list, at once.

    The desk may do it whenever there is one; a person may take it themselves where places are no longer passed on.
    """
    booking = _own_booking(viewer, booking_id)
    course_session = booking.course_session
    if booking.state is not BookingState.WAITING:
        raise Refused("This booking is not on the waiting list any more")
    if viewer.works_at_desk:
        _require_not_begun(course_session)
    else:
        _require_open(course_session)
        if may_pass_on(course_session):
            raise Refused("Free places go to the waiting list in order of asking")
    if not place_or_wait(course_session.capacity, standing_of(course_session.id).held):
        raise Refused("There is no free place on this session")
    confirm(viewer, booking, "gave a free place")
    notices.promoted(booking)
    return booking


def change_capacity(viewer: Viewer, session_id: int, capacity: int) -> CourseSession:
    """Change how many places there are; more places go to the waiting list at once.

    Refused below what is held: nobody loses a place by this.
    """
    course_session = locked_session(session_id)
    if course_session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        raise Refused("The places of a session that is over or called off cannot be changed")
    held = standing_of(session_id).held
    if capacity < held:
        raise Refused(
            f"The number of places must be {held} or more: {count(held, 'place')} are taken. "
            "Cancel bookings first to make the session smaller",
            "capacity",
        )
    before, after = audit.changes(course_session, {"capacity": capacity})
    if after:
        audit.record(viewer, "changed the number of places", course_session, before=before, after=after)
        promote_waiting(viewer, course_session)
    return course_session


def waiting_position(booking: Booking) -> int:
    """Which place in order of asking a waiting booking has: 1 is next."""
    db.session.flush()
    earlier = (Booking.waiting_since < booking.waiting_since) | (
        (Booking.waiting_since == booking.waiting_since) & (Booking.id < booking.id)
    )
    statement = select(func.count()).where(
        Booking.session_id == booking.session_id, Booking.state == BookingState.WAITING, earlier
    )
    return (db.session.scalar(statement) or 0) + 1


def employment_to_come_in(person: Person, employment_id: int | None, on: datetime) -> Employment | None:
    """The job in which the person comes: the one chosen, else their only one on the day; None without any.

    Refused where they have several and chose none, or chose one that is not theirs then.
    """
    current = [job for job in person.employments if job.is_current(on.date()) or job.is_current(clock.today())]
    if employment_id is not None:
        chosen = [job for job in current if job.id == employment_id]
        if not chosen:
            raise Refused("Select the role in which you are coming", "employment")
        return chosen[0]
    if len(current) > 1:
        raise Refused("Select the role in which you are coming", "employment")
    return current[0] if current else None


def _own_booking(viewer: Viewer, booking_id: int) -> Booking:
    booking = locked_booking(booking_id)
    _require_reach(viewer, booking.person_id)
    return booking


def _open_offer(viewer: Viewer, booking_id: int) -> Booking:
    booking = _own_booking(viewer, booking_id)
    if booking.offered_until is None:
        raise Refused("No place is being held for this booking any more")
    if clock.now() >= booking.offered_until:
        raise Refused(f"The place was held until {moment(booking.offered_until)} and has gone to the next person")
    return booking


def _require_reach(viewer: Viewer, person_id: int) -> None:
    if not viewer.works_at_desk and viewer.person_id != person_id:
        raise LookupError(f"person {person_id} is out of reach")


def _require_not_begun(course_session: CourseSession) -> None:
    if clock.now() >= course_session.starts_at:
        raise Refused(BEGUN)


def _require_open(course_session: CourseSession) -> None:
    if refusal := refusal_of(course_session):
        raise Refused(refusal)


def _require_no_live_booking(viewer: Viewer, session_id: int, person_id: int) -> None:
    present = db.session.execute(
        select(Booking.ref, Booking.state).where(
            Booking.session_id == session_id, Booking.person_id == person_id, Booking.state.in_(LIVE)
        )
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
