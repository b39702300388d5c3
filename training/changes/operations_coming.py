"""What somebody says whose session is on another day: they can come, or they give the place back."""

from datetime import datetime

from training.bookings import notices
from training.bookings.models import Booking
from training.bookings.models_answers import CancelledBy
from training.bookings.places import locked_booking, promote_waiting
from training.bookings.reach import acts_as
from training.bookings.states import end_booking
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer

OTHER_DAY = "They cannot come on the new date"
MOVED_AGAIN = "This session was moved again while your page was open. Look at the new date, then answer"


def say_coming(viewer: Viewer, booking_id: int, *, seen_from: datetime | None = None) -> Booking:
    """Note that the person comes on the new day; `seen_from` is the start that their page showed.

    Refused where nothing is asked any more, and where the session was moved meanwhile.
    """
    booking, _ = _asked(viewer, booking_id)
    if seen_from is not None and seen_from != booking.course_session.starts_at:
        raise Refused(MOVED_AGAIN)
    if booking.leaves_freely:
        booking.coming_said_at = clock.now()
        audit.record(viewer, "said that they come on the new date", booking, after={"said": booking.coming_said_at})
        db.session.flush()
    return booking


def give_back(viewer: Viewer, booking_id: int) -> Booking:
    """End the booking of somebody who cannot come on the new day; never late. The place goes to the next person."""
    booking, by = _asked(viewer, booking_id)
    end_booking(viewer, booking, by, OTHER_DAY)
    notices.cancelled(booking)
    promote_waiting(viewer, booking.course_session)
    return booking


def why_not_asked(booking: Booking) -> str:
    """Why nothing is asked about the new day any more, without a full stop; empty where something is."""
    if not booking.is_live:
        return "This booking has ended already. Nothing was changed"
    if booking.moved_at is None:
        return "The date of this booking was not changed"
    if clock.now() >= booking.course_session.starts_at:
        return "This session has begun"
    return ""


def _asked(viewer: Viewer, booking_id: int) -> tuple[Booking, CancelledBy]:
    booking = locked_booking(booking_id)
    by = acts_as(viewer, booking)
    if by is None and viewer.opened_by_link(Booking.__tablename__) == booking_id:
        by = CancelledBy.PERSON
    if by is None:
        raise LookupError(f"booking {booking_id} is out of reach")
    if why_not := why_not_asked(booking):
        raise Refused(why_not)
    return booking, by
