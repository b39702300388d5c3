"""What people are told when a place goes to a colleague, and when the colleague does not take it."""

from training.bookings import mail_substitution
from training.bookings.invites import bring_into_step
from training.bookings.models import Booking, BookingState
from training.bookings.not_me import not_for_me
from training.bookings.notices import WHO_IS_ASKED, stream_of, tell, values_for
from training.core.outbox import enqueue
from training.people.queries_contacts import desk_contact, manager_contact, who_receives
from training.web.formats import moment


def replaced(booking: Booking, colleague: str) -> None:
    """Say that a colleague has their place, by the name under which they were named, and empty their calendar of it."""
    tell(mail_substitution.REPLACED, booking, {"colleague": colleague}, bring_into_step(booking, comes=False))


def sent_by_colleague(booking: Booking, former: Booking) -> None:
    """Say to somebody whose place it was, who named them, and what to do if that is wrong."""
    said, secrets = not_for_me(booking) if booking.booked_by is not None else ("", ())
    values = {"colleague": former.person.name, "named_by": _named_by(booking, former), "booked_by": said}
    if booking.state is BookingState.CONFIRMED:
        calendars = bring_into_step(booking, comes=True)
        tell(mail_substitution.SENT_BY_COLLEAGUE, booking, values, calendars, secrets=secrets)
        return
    assert booking.agreement_until is not None
    contact = manager_contact(booking.employment) if booking.employment is not None else desk_contact()
    values |= {"whom": WHO_IS_ASKED[contact.kind], "until": moment(booking.agreement_until)}
    tell(mail_substitution.SENT_TO_BE_AGREED, booking, values, [], secrets=secrets)


def not_taken(booking: Booking, former: Booking) -> None:
    """Say to whoever gave the place up that the colleague does not come; not who it is: the name may be a guess."""
    enqueue(
        mail_substitution.NOT_TAKEN,
        {**values_for(former, []), "name": former.person.given_name},
        key=f"{stream_of(former)}:{mail_substitution.NOT_TAKEN.name}:{booking.id}",
        stream=stream_of(former),
        about=stream_of(former),
        to=who_receives(former.person),
        not_after=booking.course_session.starts_at,
    )


def _named_by(booking: Booking, former: Booking) -> str:
    sender = booking.booked_by
    if sender is None or sender.id == former.person_id:
        return f"{former.person.name} cannot come and named you to take the place."
    return f"{former.person.name} cannot come, and {sender.name} named you to take the place."
