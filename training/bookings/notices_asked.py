"""What is written to whoever is asked whether a person may go: the manager, a deputy they named, the lead."""

import hashlib

from sqlalchemy import select

from training.bookings import mail_asked
from training.bookings.agreements import DEPUTY, LEAD, MANAGER, agreement_link
from training.bookings.invites import invitable
from training.bookings.models import Booking, BookingState
from training.bookings.ways_in import by_link
from training.bookings.wording import dates, place
from training.config import installation
from training.core.database import db
from training.core.links import LinkPurpose
from training.core.messages import MessageKind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.people.queries_contacts import Contact, ContactKind
from training.web.formats import day, moment

NO_MANAGER = "No line manager’s address is confirmed for them"
NO_ANSWER = "Their line manager has not answered yet"
LIST_PAGE = "/agency/agreements"
_STANDING = {
    BookingState.AWAITING_AGREEMENT: "A place is kept for them meanwhile.",
    BookingState.OFFERED: "They are being offered a place that became free.",
    BookingState.WAITING: "They are on the waiting list. We ask now, so that nothing is in the way when a place "
    "becomes free.",
    BookingState.APPLIED: "They have applied. We ask now, so that nothing is in the way when places are given out.",
}
_OTHERWISE = {
    BookingState.AWAITING_AGREEMENT: "the place goes to somebody else",
    BookingState.OFFERED: "the place goes to somebody else",
    BookingState.WAITING: "they leave the waiting list",
    BookingState.APPLIED: "the application ends",
}


def ask(booking: Booking, contact: Contact, *, instead: bool = False) -> bool:
    """Ask this contact once about the booking, `instead` of a manager who is silent; False where no mail can go.

    The desk is not written to: what waits is on its pages.
    """
    if contact.kind is ContactKind.OFFICER:
        return False
    if contact.kind is ContactKind.MANAGER:
        return _write(mail_asked.AGREEMENT_ASKED, booking, contact, MANAGER, {})
    why = NO_ANSWER if instead else NO_MANAGER
    return _write(mail_asked.AGREEMENT_ASKED_OF_LEAD, booking, contact, LEAD, {"why": why})


def ask_deputy(booking: Booking) -> bool:
    """Ask whoever the manager named to decide in their place."""
    deputy = Contact(ContactKind.MANAGER, booking.deputy_name, booking.deputy_address)
    own = {"manager": manager_named(booking)}
    # Named again after somebody else was: the link of the first time is closed, so there is a second message.
    return _write(mail_asked.AGREEMENT_ASKED_OF_DEPUTY, booking, deputy, DEPUTY, own, version=str(booking.row_version))


def remind(booking: Booking, contact: Contact) -> bool:
    """Remind whoever was asked and has not answered; the deputy instead of the manager who named them."""
    if contact.kind is ContactKind.OFFICER:
        return False
    purpose = MANAGER if contact.kind is ContactKind.MANAGER else LEAD
    if purpose is MANAGER and booking.deputy_confirmed_at is not None:
        contact, purpose = Contact(ContactKind.MANAGER, booking.deputy_name, booking.deputy_address), DEPUTY
    return _write(mail_asked.AGREEMENT_REMINDED, booking, contact, purpose, {})


def ask_about_deputy(booking: Booking, contact: Contact) -> bool:
    """Ask the lead whether whoever the manager named, at an address that is not the agency's, may decide."""
    address = invitable(contact.address)
    if contact.kind is ContactKind.OFFICER or address is None:
        return False
    values = {
        **_about(booking, contact),
        "manager": manager_named(booking),
        "deputy": booking.deputy_name,
        "address": booking.deputy_address,
        "list page": f"{installation().base_url}{LIST_PAGE}/{booking.ref}",
    }
    key = _key(mail_asked.DEPUTY_TO_CONFIRM, booking, booking.deputy_address)
    return _enqueue(mail_asked.DEPUTY_TO_CONFIRM, booking, contact, values, key)


def closed(booking: Booking, contact: Contact, was: BookingState) -> None:
    """Tell somebody who was asked that the time is over, of a booking that ended in the state `was`."""
    if contact.kind is ContactKind.OFFICER or not was_asked(booking, contact):
        return
    values = {
        **_about(booking, contact),
        "outcome": _OTHERWISE[was],
        "session": f"{installation().base_url}/sessions/{booking.course_session.ref}",
    }
    key = _key(mail_asked.AGREEMENT_CLOSED, booking, contact.address)
    _enqueue(mail_asked.AGREEMENT_CLOSED, booking, contact, values, key)


def was_asked(booking: Booking, contact: Contact) -> bool:
    """Whether this contact was asked about the booking at the address they have now."""
    kind = mail_asked.AGREEMENT_ASKED if contact.kind is ContactKind.MANAGER else mail_asked.AGREEMENT_ASKED_OF_LEAD
    key = _key(kind, booking, contact.address)
    return db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


def manager_named(booking: Booking) -> str:
    """What the line manager of the job is called."""
    job = booking.employment
    return "" if job is None else job.manager_name or job.manager_address


def _write(
    kind: MessageKind, booking: Booking, contact: Contact, purpose: LinkPurpose, own: dict[str, str], version: str = ""
) -> bool:
    """Send a message with a link by which its reader answers; False where none can go there, or it went before."""
    address = invitable(contact.address)
    if address is None or booking.agreement_until is None:
        return False
    db.session.flush()
    key = _key(kind, booking, address) + version
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return False
    way = by_link(agreement_link(purpose, booking))
    values = {
        **_about(booking, contact),
        "dates": dates(booking.course_session.parts),
        "place": place(booking.course_session),
        "standing": _STANDING.get(booking.state, ""),
        "otherwise": _OTHERWISE.get(booking.state, "the booking ends"),
        "answer": way.address,
        "code_line": way.code_line,
        "list page": f"{installation().base_url}{LIST_PAGE}",
        **own,
    }
    return _enqueue(kind, booking, contact, values, key, way.secrets)


def _about(booking: Booking, contact: Contact) -> dict[str, str]:
    course_session = booking.course_session
    return {
        "hello": f"Hello {contact.name}," if contact.name else "Hello,",
        "who": booking.person.name,
        "title": course_session.course.title,
        "first_day": day(course_session.parts[0].on),
        "until": moment(booking.agreement_until) if booking.agreement_until else "",
    }


def _enqueue(
    kind: MessageKind,
    booking: Booking,
    contact: Contact,
    values: dict[str, str],
    key: str,
    secrets: tuple[str, ...] = (),
) -> bool:
    message = enqueue(
        kind,
        values,
        key=key,
        stream=f"booking:{booking.id}:manager",
        about=f"booking:{booking.id}",
        to=Recipient(contact.name, contact.address, contact.person_id),
        secrets=secrets,
        not_after=booking.course_session.starts_at if not secrets else booking.agreement_until,
    )
    return message is not None


def _key(kind: MessageKind, booking: Booking, address: str) -> str:
    """One message of a kind for a booking and an address; the address itself is not written into the key."""
    return f"booking:{booking.id}:{kind.name}:{hashlib.sha256(address.strip().lower().encode()).hexdigest()[:16]}"
