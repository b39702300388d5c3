"""What became of a booking that somebody was asked about, in words: to its person, and to others who were asked."""

from training.bookings.agreements import is_asked_about
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import AgreedBy, DeclinedBy
from training.catalogue.models import Agreement
from training.people.queries_contacts import ContactKind
from training.web.formats import day, moment

ASKED_TO_PERSON = {
    ContactKind.MANAGER: "Your manager has",
    ContactKind.LEAD: "Your agency’s training lead has",
    ContactKind.OFFICER: "The training team has",
}
DECLINED_TO_PERSON = {
    DeclinedBy.MANAGER: "Your manager said no.",
    DeclinedBy.LEAD: "Your agency’s training lead said no.",
    DeclinedBy.OFFICER: "The training team said no.",
    DeclinedBy.ALLOTMENT: "There were not enough places for everybody who applied.",
}
_AGREED = {AgreedBy.LEAD: "The training lead of the agency", AgreedBy.OFFICER: "The training team"}
_DECLINED = {
    DeclinedBy.MANAGER: "The line manager said no",
    DeclinedBy.LEAD: "The training lead of the agency said no",
    DeclinedBy.OFFICER: "The training team noted a no",
    DeclinedBy.ALLOTMENT: "There were not enough places for everybody who applied",
}


def agreed_in_words(booking: Booking) -> str:
    """Who said yes and when, to the person; empty where nobody did."""
    if booking.agreed_at is None:
        return ""
    on = day(booking.agreed_at)
    if booking.agreed_by is AgreedBy.DEPUTY and booking.deputy_name:
        return f"{booking.deputy_name} said on {on}, in place of your manager, that you may go."
    if booking.agreed_by is AgreedBy.OFFICER:
        return f"The training team noted on {on} that you may go."
    who = "Your agency’s training lead" if booking.agreed_by is AgreedBy.LEAD else "Your manager"
    return f"{who} said on {on} that you may go."


def what_was_said(booking: Booking) -> str:
    """What somebody else answered about the booking, to whoever was asked as well; empty where nobody did.

    Without a full stop.
    """
    if booking.agreed_at is not None:
        who = _AGREED.get(booking.agreed_by or AgreedBy.MANAGER, "The line manager")
        if booking.agreed_by is AgreedBy.DEPUTY and booking.deputy_name:
            who = booking.deputy_name
        return f"{who} agreed on {moment(booking.agreed_at)}"
    if booking.state is BookingState.DECLINED and booking.declined_by is not None:
        return _DECLINED[booking.declined_by]
    if has_lapsed_unanswered(booking) and booking.agreement_until is not None:
        return f"Nobody answered by {moment(booking.agreement_until)}, so the booking has ended"
    return ""


def has_lapsed_unanswered(booking: Booking) -> bool:
    """Whether the booking ended because nobody said in time whether they may go; else it was an offer that ran out."""
    return (
        booking.state is BookingState.LAPSED
        and booking.agreement is Agreement.ASKED
        and booking.agreed_at is None
        and booking.agreement_until is not None
    )


def asked_at_desk(booking: Booking) -> str:
    """Since when and until when a booking waits for an answer, and of whom, for the desk; empty where it does not."""
    if not is_asked_about(booking) or booking.agreement_asked_at is None or booking.agreement_until is None:
        return ""
    job = booking.employment
    if booking.deputy_name and booking.deputy_confirmed_at is not None:
        whom = f"{booking.deputy_name}, in place of the manager"
    elif job is not None and job.manager_address and job.manager_confirmed_at is not None:
        whom = job.manager_name or job.manager_address
    else:
        whom = "the agency’s lead, or you where there is none"
    also = ", and the lead or you" if booking.agreement_passed_on_at is not None and job and job.manager_address else ""
    return f"Asked on {day(booking.agreement_asked_at)}: {whom}{also}. Until {moment(booking.agreement_until)}."
