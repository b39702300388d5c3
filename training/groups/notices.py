"""What leads are told about reserved places, written in the transaction of the deed it tells about."""

from datetime import timedelta

from sqlalchemy import or_, select

from training.agencies.tree import ids_above
from training.bookings.models import Reservation
from training.bookings.wording import dates, place
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.messages import MessageKind
from training.core.outbox import Recipient, enqueue
from training.core.viewer import Role
from training.groups import mail
from training.people.models import Person, RoleGrant
from training.people.queries_contacts import desk_contact, lead_of, who_receives
from training.web.formats import count, day


def reserved(reservation: Reservation) -> None:
    """Say that places are kept, and until when they are to be named."""
    asked_by = reservation.asked_by
    who = asked_by.name if asked_by is not None else "the training team"
    _tell(mail.RESERVED, reservation, reservation.places, who)


def changed(reservation: Reservation) -> None:
    """Say that the desk keeps another number of places, or until another day."""
    _tell(mail.CHANGED, reservation, reservation.places)


def names_missing(reservation: Reservation, missing: int) -> None:
    """Remind of the date for names."""
    _tell(mail.NAMES_MISSING, reservation, missing)


def went_back(reservation: Reservation, missing: int) -> None:
    """Say that the date has passed, and how many places went back."""
    _tell(mail.WENT_BACK, reservation, missing)


def last_day(reservation: Reservation) -> str:
    """The last day on which somebody can be named."""
    return day(clock.local(reservation.name_by - timedelta(seconds=1)).date())


def _tell(kind: MessageKind, reservation: Reservation, places: int, who: str = "") -> None:
    db.session.flush()
    course_session, base = reservation.course_session, installation().base_url
    to = who_looks_after(reservation)
    about = f"reservation:{reservation.id}"
    enqueue(
        kind,
        {
            "name": to.name,
            "who": who,
            "places": count(places, "place"),
            "is": "is" if places == 1 else "are",
            "agency": reservation.agency.name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "last_day": last_day(reservation),
            "reservation page": f"{base}/reservations/{reservation.ref}",
            "session page": f"{base}/sessions/{course_session.ref}",
            "reference": reservation.ref,
        },
        key=f"{about}:{kind.name}:{reservation.row_version}",
        stream=about,
        about=about,
        to=to,
        not_after=course_session.starts_at,
    )


def who_looks_after(reservation: Reservation) -> Recipient:
    """Who is written to about reserved places: whoever reserved them while they lead there, else the agency’s lead."""
    asked_by = reservation.asked_by
    if asked_by is not None and _leads(asked_by, reservation.agency_id):
        return who_receives(asked_by)
    contact = lead_of(reservation.agency_id) or desk_contact()
    return Recipient(contact.name, contact.address, contact.person_id)


def _leads(person: Person, agency_id: int) -> bool:
    today = clock.today()
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == Role.AGENCY_LEAD,
        RoleGrant.agency_id.in_({agency_id, *ids_above(agency_id)}),
        RoleGrant.from_on <= today,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )
    return db.session.scalar(held.limit(1)) is not None
