"""What is written to whoever is asked whether a person may go."""

from training.bookings import mail_asked
from training.bookings.agreements import LEAD, MANAGER, agreement_link
from training.bookings.invites import invitable
from training.bookings.models import Booking
from training.bookings.ways_in import by_link
from training.bookings.wording import dates, place
from training.core.database import db
from training.core.outbox import Recipient, enqueue
from training.people.queries_contacts import Contact, ContactKind, desk_contact, manager_contact
from training.web.formats import day, moment


def asked(booking: Booking) -> None:
    """Ask by a message with a link: the manager, else the agency's lead, else the desk."""
    contact = manager_contact(booking.employment) if booking.employment is not None else desk_contact()
    ask(booking, contact)


def ask(booking: Booking, contact: Contact) -> None:
    """Ask this contact once about the booking; nobody where no mail can go to them, for the desk sees it."""
    address = invitable(contact.address)
    if address is None or booking.agreement_until is None:
        return
    db.session.flush()
    course_session = booking.course_session
    way = by_link(agreement_link(MANAGER if contact.kind is ContactKind.MANAGER else LEAD, booking))
    enqueue(
        mail_asked.AGREEMENT_ASKED,
        {
            "hello": f"Hello {contact.name}," if contact.name else "Hello,",
            "who": booking.person.name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "until": moment(booking.agreement_until),
            "answer": way.address,
            "code_line": way.code_line,
        },
        key=f"booking:{booking.id}:{mail_asked.AGREEMENT_ASKED.name}:{contact.kind}",
        stream=f"booking:{booking.id}:manager",
        about=f"booking:{booking.id}",
        to=Recipient(contact.name, address, contact.person_id),
        secrets=way.secrets,
        not_after=booking.agreement_until,
    )
