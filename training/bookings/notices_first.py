"""What is written to the address that somebody gave who books without being signed in."""

from training.bookings import mail_first
from training.bookings.models_first import FirstRequest
from training.bookings.terms import is_in_window
from training.bookings.wording import dates, place
from training.config import installation
from training.core.outbox import Recipient, enqueue
from training.people.models import Person
from training.web.formats import day, moment

HELD = "A place is held for you until {}."
NOT_HELD = "No place is held. With the code you get one if there is one left, else you join the waiting list."
BOOKED = "You have booked this session already. The code signs you in and shows your booking."
APPLY = "With the code you apply. Places are given out later, and it does not matter who applied first."
KNOWN = "We know you: the code signs you in to your account, and the booking is yours in the role you told us before."


def send_code(first: FirstRequest, code: str, *, is_booked: bool = False) -> None:
    """Send a code, and nothing that acts when it is opened; where the account is closed, that there is none."""
    person, course_session = first.person, first.course_session
    to = recipient(first)
    values = {
        "name": person.given_name,
        "title": course_session.course.title,
        "first_day": day(course_session.parts[0].on),
        "dates": dates(course_session.parts),
        "place": place(course_session),
        "contact": installation().mail_address,
        "code": code,
        "until": moment(first.until),
        "standing": _standing(first, is_booked),
        "known": "" if first.is_new_person else KNOWN,
    }
    is_closed = person.account is not None and not person.account.active
    kind = mail_first.FIRST_CLOSED if is_closed else mail_first.FIRST_CODE
    enqueue(
        kind,
        values,
        # Nothing here names the row: it is gone in half an hour, and its number may be somebody else’s then.
        key=f"{kind.name}:{first.code_hash}",
        stream=f"{kind.name}:{first.key_hash}",
        about=f"session:{course_session.id}",
        to=to,
        secrets=() if is_closed else (code,),
        not_after=first.until,
    )


def _standing(first: FirstRequest, is_booked: bool) -> str:
    if is_booked:
        return BOOKED
    if first.booking is not None and first.booking.held_until is not None:
        return HELD.format(moment(first.booking.held_until))
    return APPLY if is_in_window(first.course_session) else NOT_HELD


def recipient(first: FirstRequest) -> Recipient:
    """Where the code goes: the address that was typed where it is known to be theirs, else their first one."""
    person: Person = first.person
    typed = str(first.typed.get("address", "")).lower()
    proven = [row.address for row in person.addresses if row.address == typed and row.confirmed_at is not None]
    address = proven[0] if proven else person.address
    if address is None:
        raise ValueError(f"{person.ref} has no address to write to")
    # Somebody who may be gone in half an hour is named by nothing that stays.
    return Recipient(person.name, address, None if first.is_new_person else person.id)
