"""What somebody can do with a booking of theirs now, and how leaving it reads in each state."""

from dataclasses import dataclass

from training.bookings.models import Booking, BookingState
from training.bookings.operations_moving import MOVABLE
from training.bookings.operations_substitution import GIVES_PLACE
from training.core import clock
from training.web.formats import day


@dataclass(frozen=True)
class WaysOn:
    """Which of the ways to change a booking are open: move it, pass it to a colleague, leave it."""

    move: bool = False
    colleague: bool = False
    leave: bool = False


def ways_on(booking: Booking, pending: Booking | None) -> WaysOn:
    """What can be done with the booking now; `pending` is the one by which its person waits to move away."""
    if not booking.is_live or clock.now() >= booking.course_session.starts_at:
        return WaysOn()
    return WaysOn(
        move=booking.state in MOVABLE and pending is None,
        colleague=booking.state in GIVES_PLACE,
        leave=True,
    )


@dataclass(frozen=True)
class Leaving:
    """How leaving a booking reads: the deed, what stays if it is not done, what it does, and what was done."""

    deed: str
    instead: str
    does: tuple[str, ...]
    done: str


def leaving(booking: Booking, *, waiting: int, pending: Booking | None) -> Leaving:
    """What leaving this live booking means, in the state it is in; `waiting` people wait for the session."""
    stays = _stays(booking, pending)
    if booking.state is BookingState.WAITING:
        does = "You leave the waiting list. If you ask again later you start at its end."
        return Leaving("Leave the waiting list", "Keep waiting", (does, *stays), "You have left the waiting list")
    if booking.state is BookingState.APPLIED:
        does = "Your application is not considered when places are given out."
        return Leaving(
            "Withdraw your application", "Keep my application", (does, *stays), "Your application is withdrawn"
        )
    goes = "goes to the next person on the waiting list" if waiting else "becomes free for somebody else"
    if booking.state is BookingState.OFFERED:
        does = f"The place that is held for you {goes}. Leaving it is never late."
        return Leaving("Leave the offered place", "Keep the offer", (does, *stays), "You have left the place")
    gone = ["The entry is taken out of your calendar."]
    if booking.state is BookingState.AWAITING_AGREEMENT:
        gone = ["Whoever was asked about it has nothing to answer any more."]
    return Leaving(
        "Cancel your booking", "Keep my place", (f"Your place {goes}.", *gone, *stays), "Your place is given up"
    )


def _stays(booking: Booking, pending: Booking | None) -> tuple[str, ...]:
    """What leaving does not end: the other half of a move that waits for a place."""
    if pending is not None:
        on = day(pending.course_session.parts[0].on)
        return (f"You go on waiting for a place on {on} ({pending.ref}). Leave that list as well if you want neither.",)
    former = booking.moves_from
    if former is not None and former.is_live:
        return (f"You keep your place on {day(former.course_session.parts[0].on)} ({former.ref}).",)
    return ()
