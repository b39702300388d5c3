"""What a line manager is told of a booking, or the agency's lead where no manager's address is confirmed."""

from training.bookings import mail
from training.bookings.agreements import LEAD, MANAGER, agreement_link, last_day_to_object
from training.bookings.invites import invitable
from training.bookings.models import Booking
from training.bookings.ways_in import by_link
from training.bookings.wording import dates, place
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.outbox import Recipient, enqueue
from training.people.queries_contacts import ContactKind, manager_contact
from training.web.formats import day


def manager_told(booking: Booking) -> None:
    """Say once who has a place to whoever is said to agree, with the link by which they answer.

    Nobody where no agreement is declared. A manager nobody has confirmed may be a stranger: the agency's lead is told
    in their place, and where there is none nobody is, for the desk sees every booking.
    """
    employment = booking.employment
    if booking.agreement is not Agreement.DECLARED or employment is None:
        return
    contact = manager_contact(employment)
    address = invitable(contact.address)
    if contact.kind is ContactKind.OFFICER or address is None:
        return
    db.session.flush()
    is_manager = contact.kind is ContactKind.MANAGER
    kind = mail.MANAGER_TOLD if is_manager else mail.LEAD_TOLD
    course_session = booking.course_session
    link = agreement_link(MANAGER if is_manager else LEAD, booking)
    way = by_link(link)
    enqueue(
        kind,
        {
            "hello": f"Hello {contact.name}," if contact.name else "Hello,",
            "who": booking.person.name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "last_day": day(max(last_day_to_object(booking), clock.today())),
            "answer": way.address,
            "code_line": way.code_line,
        },
        key=f"booking:{booking.id}:{kind.name}",
        stream=f"booking:{booking.id}:manager",
        about=f"booking:{booking.id}",
        to=Recipient(contact.name, address, contact.person_id),
        secrets=way.secrets,
        not_after=course_session.starts_at,
    )
