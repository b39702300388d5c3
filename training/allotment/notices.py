"""What applicants are told of an allotment, and why it came out so."""

from training.allotment import mail
from training.allotment.rules import Because
from training.bookings.fairness import reason_in_words
from training.bookings.invites import bring_into_step
from training.bookings.models import Booking, BookingState
from training.bookings.notices import tell, waiting_values

IN_WORDS = {
    Because.LEAST: "{group} has places that are kept for it, and this is one of them",
    Because.SHARE: "places are shared fairly, and {group} was furthest below its share",
    Because.FULL: "there were more applications than places",
    Because.MOST: "{group} has as many places as it may have",
    Because.KEPT: "the places that are left are kept for other agencies until a date",
}


def why(because: Because, group: str, rank: int | None, *, drawn: bool) -> str:
    """Why an application has a place or has none, in one line."""
    sentence = IN_WORDS[because].format(group=group)
    line = sentence[0].upper() + sentence[1:]
    if rank is not None:
        line += f". {reason_in_words(rank)}"
    return f"{line}. A draw decided between equal applications" if drawn else line


def has_place(booking: Booking, reason: str) -> None:
    """Say that the application has a place, with the calendar entry where it is firm."""
    comes = booking.state is BookingState.CONFIRMED
    standing = "You are booked." if comes else "It is kept for you until your manager agrees."
    calendars = bring_into_step(booking, comes=True) if comes else []
    tell(mail.HAS_PLACE, booking, {"why": f"{reason}.", "standing": standing}, calendars)


def no_place(booking: Booking, reason: str) -> None:
    """Say that the application has no place yet, and that they wait."""
    values = waiting_values(booking, None)
    tell(mail.NO_PLACE, booking, {"why": f"{reason}.", "passing_on": values["passing_on"]}, [])


def decided_otherwise(booking: Booking, reason: str) -> None:
    """Say that the training team decided otherwise, and where the booking stands now."""
    comes = booking.state is BookingState.CONFIRMED
    standing = "You have a place." if comes else "You are on the waiting list."
    if booking.state is BookingState.AWAITING_AGREEMENT:
        standing = "A place is kept for you until your manager agrees."
    values = {"why": reason, "standing": standing}
    tell(mail.DECIDED_OTHERWISE, booking, values, bring_into_step(booking, comes=comes))
