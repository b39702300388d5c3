"""What a line manager says to a booking by their link, or the lead, a deputy or the desk in their place: yes or no.

The link is the grant: the viewer is whoever holds it, for that one booking and nothing else. A lead answers for the
people they lead, the desk for everybody, with a note who said so. The first answer counts.
"""

from training.bookings import notices
from training.bookings.agreements import DEPUTY, MANAGER, is_asked_about, last_day_to_object
from training.bookings.asking import ask_instead, forget_deputy
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import AgreedBy, CancelledBy, DeclinedBy
from training.bookings.notices_answers import declined
from training.bookings.operations import BEGUN, end_booking, tell_where_it_stands
from training.bookings.places import locked_booking, promote_waiting, take_place
from training.bookings.reach import leads
from training.bookings.states import decline
from training.bookings.wording_answers import what_was_said
from training.core import audit, clock
from training.core.database import db
from training.core.links import revoke_links
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.mail_agency import say_manager_is_wrong
from training.people.models import Employment
from training.people.operations_standing import drop_manager, when_manager_goes
from training.web.formats import day

ENDED = "This booking has ended already. Nothing was changed"
WHO_SAID_SO = "Enter who told you, and how"
_DECLINES_AS = {
    AgreedBy.MANAGER: DeclinedBy.MANAGER,
    AgreedBy.DEPUTY: DeclinedBy.MANAGER,
    AgreedBy.LEAD: DeclinedBy.LEAD,
    AgreedBy.OFFICER: DeclinedBy.OFFICER,
}


def agree(viewer: Viewer, booking_id: int, by: AgreedBy = AgreedBy.MANAGER, note: str = "") -> Booking:
    """Say yes: a place that is kept is theirs for good, a booking that waits or applied waits on as agreed.

    Twice is as good as once. Refused once the booking has ended or begun; the desk says in `note` who told it.
    """
    booking = locked_to_answer(viewer, booking_id, by)
    _require_note(by, note)
    if not booking.is_live:
        raise Refused(what_was_said(booking) or ENDED)
    if clock.now() >= booking.course_session.starts_at:
        raise Refused(BEGUN)
    if booking.agreed_at is not None:
        return booking
    booking.agreed_at, booking.agreed_by = clock.now(), by
    after = {"agreed_at": booking.agreed_at, "agreed_by": by}
    audit.record(viewer, "agreed to the booking", booking, after=after, reason=note.strip() or None)
    if booking.state is BookingState.AWAITING_AGREEMENT:
        take_place(viewer, booking, "has the place that was kept")
        tell_where_it_stands(booking)
    db.session.flush()
    return booking


def say_no(viewer: Viewer, booking_id: int, reason: str, by: AgreedBy = AgreedBy.MANAGER, note: str = "") -> Booking:
    """Say no to a booking that is asked about; the person is told with the reason, the place goes to the next.

    Refused without a reason, and where somebody has answered already: then it says what they said.
    """
    if not reason.strip():
        raise Refused("Enter why they cannot go. The person will read it", "reason")
    booking = locked_to_answer(viewer, booking_id, by)
    _require_note(by, note)
    if not is_asked_about(booking):
        raise Refused(what_was_said(booking) or ENDED)
    if note.strip():
        audit.record(viewer, "was told the answer about", booking, reason=note.strip())
    decline(viewer, booking, _DECLINES_AS[by], reason.strip())
    declined(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def object_to(viewer: Viewer, booking_id: int, reason: str, by: CancelledBy) -> Booking:
    """Cancel because the manager, or the lead in their place, objects; the place goes to the next person.

    Never late: that is counted against those who knew. Refused without a reason, after the last day for it, and
    where the booking has ended already.
    """
    if not reason.strip():
        raise Refused("Enter why you object. The person will read it", "reason")
    booking = _opened_by_link(viewer, booking_id)
    if refusal := why_no_objection(booking, by):
        raise Refused(refusal)
    end_booking(viewer, booking, by, reason.strip())
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def why_no_objection(booking: Booking, by: CancelledBy) -> str:
    """Why an objection of the manager or the lead cannot cancel the booking now, without a full stop; empty if it can.

    Of two who were asked the first answer counts: whoever said yes may still say no, and the other may not.
    """
    if not booking.is_live:
        return what_was_said(booking) or ENDED
    if clock.now() >= booking.course_session.starts_at:
        return BEGUN
    sides = {AgreedBy.LEAD: CancelledBy.LEAD, AgreedBy.OFFICER: None}
    if booking.agreed_by is not None and sides.get(booking.agreed_by, CancelledBy.MANAGER) is not by:
        return f"{what_was_said(booking)}. If that is not right, please speak with them"
    last = last_day_to_object(booking)
    if clock.today() > last:
        return f"You could object until the end of {day(last)}. Please speak with the person, who can still cancel"
    return ""


def not_their_manager(viewer: Viewer, booking_id: int) -> bool:
    """Take the manager from the job in which the person comes, and ask them who it is; False where there is none.

    The booking stands. Where it is asked about the agency's lead is asked at once; else it is on the desk until a
    manager is named.
    """
    if viewer.opened_by_link(Booking.__tablename__) != booking_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    booking = locked_booking(booking_id)
    if booking.employment_id is None:
        return False
    employment = lock_row(Employment, booking.employment_id)
    if not employment.manager_address:
        return False
    audit.record(viewer, "said that they do not manage the person booked", booking)
    drop_manager(viewer, employment)
    say_manager_is_wrong(employment)
    if is_asked_about(booking):
        forget_deputy(booking)
        ask_instead(booking)
    return True


@when_manager_goes
def close_links(employment_id: int) -> None:
    """Close every link by which the manager named so far could answer for a booking in this job, and their deputy."""
    for booking_id in db.session.scalars(db.select(Booking.id).where(Booking.employment_id == employment_id)):
        revoke_links(MANAGER, booking_id)
        revoke_links(DEPUTY, booking_id)


def locked_to_answer(viewer: Viewer, booking_id: int, by: AgreedBy) -> Booking:
    """The booking under the lock, for somebody who answers as `by`; LookupError where that is not theirs to do."""
    if by is AgreedBy.OFFICER:
        if not viewer.works_at_desk:
            raise LookupError(f"booking {booking_id} is out of reach")
        return locked_booking(booking_id)
    if by is not AgreedBy.LEAD or not viewer.is_signed_in:
        return _opened_by_link(viewer, booking_id)
    booking = locked_booking(booking_id)
    if not leads(viewer, booking.employment):
        raise LookupError(f"booking {booking_id} is out of reach")
    return booking


def _opened_by_link(viewer: Viewer, booking_id: int) -> Booking:
    if viewer.opened_by_link(Booking.__tablename__) != booking_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    return locked_booking(booking_id)


def _require_note(by: AgreedBy, note: str) -> None:
    if by is AgreedBy.OFFICER and not note.strip():
        raise Refused(WHO_SAID_SO, "note")
