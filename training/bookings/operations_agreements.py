"""What a line manager says to a booking by their link, or the lead in their place: yes, no, or that it is not theirs.

The link is the grant: the viewer is whoever holds it, for that one booking and nothing else.
"""

from training.bookings import notices
from training.bookings.agreements import MANAGER, last_day_to_object
from training.bookings.models import Booking, CancelledBy
from training.bookings.operations import BEGUN, end_booking
from training.bookings.places import locked_booking, promote_waiting
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


def agree(viewer: Viewer, booking_id: int) -> Booking:
    """Note that the manager says yes; twice is as good as once. Refused once the booking has ended or begun."""
    booking = _locked(viewer, booking_id)
    if not booking.is_live:
        raise Refused(ENDED)
    if clock.now() >= booking.course_session.starts_at:
        raise Refused(BEGUN)
    if booking.agreed_at is None:
        booking.agreed_at = clock.now()
        audit.record(viewer, "agreed to the booking", booking, after={"agreed_at": booking.agreed_at})
        db.session.flush()
    return booking


def object_to(viewer: Viewer, booking_id: int, reason: str, by: CancelledBy) -> Booking:
    """Cancel because the manager, or the lead in their place, objects; the place goes to the next person.

    Never late: that is counted against those who knew. Refused without a reason, after the last day for it, and
    where the booking has ended already.
    """
    if not reason.strip():
        raise Refused("Enter why you object. The person will read it", "reason")
    booking = _locked(viewer, booking_id)
    if refusal := why_no_objection(booking):
        raise Refused(refusal)
    end_booking(viewer, booking, by, reason.strip())
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def why_no_objection(booking: Booking) -> str:
    """Why an objection cannot cancel the booking now, without a full stop; empty where it can."""
    if not booking.is_live:
        return ENDED
    if clock.now() >= booking.course_session.starts_at:
        return BEGUN
    last = last_day_to_object(booking)
    if clock.today() > last:
        return f"You could object until the end of {day(last)}. Please speak with the person, who can still cancel"
    return ""


def not_their_manager(viewer: Viewer, booking_id: int) -> bool:
    """Take the manager from the job in which the person comes, and ask them who it is; False where there is none.

    The booking stands: it is on the desk until a manager is named.
    """
    if viewer.opened_by_link(Booking.__tablename__) != booking_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    employment_id = db.session.scalar(db.select(Booking.employment_id).where(Booking.id == booking_id))
    if employment_id is None:
        return False
    employment = lock_row(Employment, employment_id)
    booking = db.session.get_one(Booking, booking_id)
    if not employment.manager_address:
        return False
    audit.record(viewer, "said that they do not manage the person booked", booking)
    drop_manager(viewer, employment)
    say_manager_is_wrong(employment)
    return True


@when_manager_goes
def close_links(employment_id: int) -> None:
    """Close every link by which the manager named so far could answer for a booking in this job."""
    for booking_id in db.session.scalars(db.select(Booking.id).where(Booking.employment_id == employment_id)):
        revoke_links(MANAGER, booking_id)


def _locked(viewer: Viewer, booking_id: int) -> Booking:
    if viewer.opened_by_link(Booking.__tablename__) != booking_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    return locked_booking(booking_id)
