"""Where a booking stands, in sentences: what is true now, and what comes next."""

from dataclasses import dataclass
from datetime import date

from training.bookings.agreements import is_asked_about
from training.bookings.asking import who_is_asked
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import would_be_late
from training.bookings.places import certain_position
from training.bookings.queries_session import allotted_because
from training.bookings.queries_told import what_manager_hears
from training.bookings.rules import is_late_cancellation
from training.bookings.terms import cut_off_for, cut_off_of, may_pass_on
from training.bookings.wording_answers import (
    ASKED_TO_PERSON,
    DECLINED_TO_PERSON,
    agreed_in_words,
    has_lapsed_unanswered,
)
from training.core import clock
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import day, moment, ordinal

ENDED_BY = {
    CancelledBy.PERSON: "You cancelled this booking.",
    CancelledBy.MANAGER: "Your manager cancelled this booking.",
    CancelledBy.LEAD: "Your agency’s training lead cancelled this booking.",
    CancelledBy.OFFICER: "The training team cancelled this booking.",
    CancelledBy.CALLED_OFF: "This session was called off.",
    CancelledBy.MOVED: "You moved to another date.",
    CancelledBy.OTHER_DATE: "You have a place on another date.",
}


@dataclass(frozen=True)
class InWords:
    """A sentence with its tone, and what follows from it."""

    sentence: str
    tone: str
    next_steps: tuple[str, ...] = ()


def in_words(booking: Booking) -> InWords:
    """Where the booking stands now, to its person."""
    course_session = booking.course_session
    if not booking.is_live:
        return _ended(booking)
    if clock.now() >= course_session.ends_at:
        if booking.state is BookingState.WAITING:
            return InWords("This session is over. No place became free for you.", "neutral")
        return InWords("You were booked. This session is over.", "neutral")
    if booking.state is BookingState.WAITING:
        position = certain_position(booking)
        line = f", {ordinal(position)} in order of asking" if position is not None else ""
        return InWords(f"You are on the waiting list{line}.", "waiting", _waiting(booking))
    if booking.state is BookingState.OFFERED and booking.offered_until is not None:
        return InWords(
            f"A place is held for you until {moment(booking.offered_until)}.",
            "waiting",
            ("Take it or leave it below. If we do not hear from you by then, it goes to the next person.",),
        )
    if booking.state is BookingState.CONFIRMED:
        return InWords("You are booked.", "good", _booked(booking))
    if booking.state is BookingState.AWAITING_AGREEMENT:
        return InWords(_asked(booking), "waiting", _awaiting(booking))
    if booking.state is BookingState.APPLIED:
        return InWords(_applied(course_session), "waiting", _answer_while_waiting(booking))
    until = f" until {moment(booking.held_until)}" if booking.held_until else ""
    return InWords(f"A place is held for you{until}, while your email address is confirmed.", "waiting")


def passing_on(course_session: CourseSession) -> str:
    """What happens to a place that becomes free from now on, to somebody who may join the waiting list."""
    if may_pass_on(course_session):
        return "When a place becomes free it goes to whoever asked first."
    return (
        "It is too near for free places to be passed on by themselves. If one becomes free, you can take it on the "
        "page of your booking."
    )


def cancelling(course_session: CourseSession) -> tuple[str, bool]:
    """What cancelling a place booked now would mean today, as a sentence, and whether it would be late."""
    return _cancelling(cut_off_of(course_session))


def cancelling_booked(booking: Booking) -> tuple[str, bool]:
    """What giving a booked place up means today by the terms it was made under, and whether it would be late.

    Whoever has no firm place, or whose day was changed under them, is never late.
    """
    last = cut_off_for(booking)
    if is_late_cancellation(clock.today(), last) and not would_be_late(booking):
        return "If you cancel now it does not count as late.", False
    return _cancelling(last)


def _cancelling(last: date) -> tuple[str, bool]:
    if is_late_cancellation(clock.today(), last):
        return (
            f"The last day to cancel in time was {day(last)}. If you cancel now it counts as a late cancellation, "
            "but please do: somebody else may be able to come.",
            True,
        )
    return f"You can cancel in time until the end of {day(last)}.", False


def moving_in_words(booking: Booking, pending: Booking | None) -> str:
    """What becomes of a place while its person waits for another date; empty where they do not.

    `pending` is the booking by which they wait to move away from this one. Either of the two is told about the other.
    """
    if pending is not None:
        return f"You keep this place until {day(pending.course_session.parts[0].on)} has one ({pending.ref})."
    former = booking.moves_from
    if former is None or not former.is_live or booking.state is BookingState.CONFIRMED:
        return ""
    return f"You keep your place on {day(former.course_session.parts[0].on)} ({former.ref}) until you have one here."


def _booked(booking: Booking) -> tuple[str, ...]:
    course_session = booking.course_session
    steps = [*_why_allotted(booking)]
    if booking.person.address:
        steps.append(f"A confirmation with an entry for your calendar goes to {booking.person.address}.")
    else:
        steps.append("We have no email address for you, so please note the date.")
    if hears := what_manager_hears(booking):
        steps.append(hears)
    if booking.agreed_at is not None:
        steps.append(agreed_in_words(booking))
    if course_session.online_link:
        steps.append("Join with the link below when it begins.")
    if clock.now() < course_session.starts_at:
        steps.append(cancelling_booked(booking)[0])
    return tuple(steps)


def _waiting(booking: Booking) -> tuple[str, ...]:
    if clock.now() >= booking.course_session.starts_at:
        return ("This session has begun.",)
    if not may_pass_on(booking.course_session):
        return ("Free places are no longer passed on by themselves. If one is free, you can take it here.",)
    return (
        *_why_allotted(booking),
        *_answer_while_waiting(booking),
        "If a place becomes free in good time, you are booked and told at once.",
        "Nearer the day you are offered the place and asked whether you can still come.",
        "You can leave the list at any time.",
    )


def _why_allotted(booking: Booking) -> tuple[str, ...]:
    """Why an application has a place or has none, for everybody who applied."""
    reason = allotted_because(booking)
    return (f"Why: {reason}",) if reason else ()


def _asked(booking: Booking) -> str:
    """Who was asked whether they may go, and until when: “Your manager has been asked. They have until …”."""
    who = ASKED_TO_PERSON[who_is_asked(booking).kind]
    until = f" They have until {moment(booking.agreement_until)}." if booking.agreement_until else ""
    return f"{who} been asked.{until}"


def _awaiting(booking: Booking) -> tuple[str, ...]:
    steps = [*_why_allotted(booking), "A place is kept for you until then. You are booked as soon as they agree."]
    if booking.deputy_name and booking.deputy_confirmed_at is not None:
        steps.append(f"Your manager says that {booking.deputy_name} decides; they were asked as well.")
    if booking.agreement_passed_on_at is not None:
        steps.append(
            f"Somebody else was asked as well on {day(booking.agreement_passed_on_at)}: the first answer counts."
        )
    steps.append("If nobody answers in time, the place goes to somebody else. You may remind them.")
    return tuple(steps)


def _answer_while_waiting(booking: Booking) -> tuple[str, ...]:
    """What was asked or said about somebody who has no place yet; nothing where nobody is asked."""
    if booking.agreed_at is not None:
        return (agreed_in_words(booking),)
    if not is_asked_about(booking):
        return ()
    return (f"{_asked(booking)} If nobody answers by then, you leave the list.",)


def _applied(course_session: CourseSession) -> str:
    closes_at = course_session.applications_close_at
    return "You have applied." + (f" Places are given out after {moment(closes_at)}." if closes_at else "")


def _ended(booking: Booking) -> InWords:
    if booking.state is BookingState.CANCELLED and booking.cancelled_by is not None:
        late = ("It counts as a late cancellation.",) if booking.is_late else ()
        return InWords(ENDED_BY[booking.cancelled_by], "neutral", late)
    if has_lapsed_unanswered(booking):
        return InWords("Nobody said in time whether you may go, so the booking has ended.", "neutral")
    if booking.state is BookingState.LAPSED:
        return InWords("The offer of a place ran out.", "neutral")
    if booking.state is BookingState.REPLACED:
        return InWords("A colleague took your place.", "neutral")
    said = DECLINED_TO_PERSON[booking.declined_by] if booking.declined_by is not None else "This booking was declined."
    return InWords(said, "neutral", (f"Reason given: {booking.reason}",) if booking.reason else ())


def may_book_again(booking: Booking) -> bool:
    """Whether to lead somebody whose booking has ended back to the session."""
    course_session = booking.course_session
    return (
        not booking.is_live
        and course_session.status is SessionStatus.PUBLISHED
        and clock.now() < course_session.starts_at
    )
