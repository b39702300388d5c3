"""What the person of a booking is told of the answer of whoever was asked: a no, or that nobody answered in time."""

from training.bookings import mail_asked, notices_asked
from training.bookings.asking import who_is_asked, who_stands_in
from training.bookings.models import Booking, BookingState
from training.bookings.notices import WHO_IS_ASKED, tell
from training.bookings.wording_answers import DECLINED_TO_PERSON
from training.web.formats import moment

_OUTCOME = {
    BookingState.AWAITING_AGREEMENT: "The place we kept for you has gone to somebody else.",
    BookingState.OFFERED: "The place we held for you has gone to somebody else.",
    BookingState.WAITING: "You have left the waiting list.",
    BookingState.APPLIED: "Your application has ended.",
}


def declined(booking: Booking) -> None:
    """Say who said no, and why."""
    assert booking.declined_by is not None
    values = {"by_whom": DECLINED_TO_PERSON[booking.declined_by], "reason": booking.reason}
    tell(mail_asked.DECLINED, booking, values, [])


def unanswered(booking: Booking, was: BookingState) -> None:
    """Say to the person of a booking that ended in the state `was`, and to whoever was asked, that nobody answered."""
    assert booking.agreement_until is not None
    first = who_is_asked(booking)
    values = {"whom": WHO_IS_ASKED[first.kind], "until": moment(booking.agreement_until), "outcome": _OUTCOME[was]}
    tell(mail_asked.AGREEMENT_LAPSED, booking, values, [])
    notices_asked.closed(booking, first, was)
    if booking.agreement_passed_on_at is not None:
        notices_asked.closed(booking, who_stands_in(booking), was)
