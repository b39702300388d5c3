"""The deeds on a place that is free or held out: taking it, leaving it, letting it run out, giving it by hand."""

from training.bookings import notices
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import own_booking, require_not_begun, require_open, tell_where_it_stands
from training.bookings.places import counted, give_free_place, locked_booking, promote_waiting, take_place
from training.bookings.states import end_booking, lapse
from training.bookings.terms import may_pass_on
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.web.formats import moment


def accept_offer(viewer: Viewer, booking_id: int) -> Booking:
    """Take the place that is held; Refused once the offer has run out or was answered."""
    booking = _open_offer(viewer, booking_id)
    take_place(viewer, booking, "took the offered place")
    tell_where_it_stands(booking)
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
    # What ran out is the offer, not the time in which the manager is to answer.
    booking.agreement_until = None
    lapse(viewer, booking, "let the offer run out")
    notices.offer_lapsed(booking)
    promote_waiting(viewer, booking.course_session)
    return True


def give_place(viewer: Viewer, booking_id: int) -> Booking:
    """Give a free place to somebody on the waiting list, at once.

    The desk may do it whenever there is one; a person may take it themselves where places are no longer passed on.
    """
    booking, _ = own_booking(viewer, booking_id)
    course_session = booking.course_session
    if booking.state is not BookingState.WAITING:
        raise Refused("This booking is not on the waiting list any more")
    if viewer.works_at_desk:
        require_not_begun(course_session)
    else:
        require_open(course_session)
        if may_pass_on(course_session):
            raise Refused("Free places go to the waiting list in order of asking")
    now = counted(course_session)
    waiter = now.waiter(booking)
    if not (now.room.may_take(waiter) if not viewer.works_at_desk else now.room.free[waiter.way] > 0):
        raise Refused("There is no free place on this session")
    give_free_place(viewer, booking)
    return booking


def _open_offer(viewer: Viewer, booking_id: int) -> Booking:
    booking, _ = own_booking(viewer, booking_id)
    if booking.offered_until is None:
        raise Refused("No place is being held for this booking any more")
    if clock.now() >= booking.offered_until:
        raise Refused(f"The place was held until {moment(booking.offered_until)} and has gone to the next person")
    return booking
