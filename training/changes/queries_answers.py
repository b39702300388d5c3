"""Who has said whether they come on another day, and who has not, for the desk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from training.agencies.models import Agency
from training.bookings.models import LIVE, Booking
from training.bookings.models_answers import CancelledBy
from training.changes.operations_coming import OTHER_DAY
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import EmailAddress, Person


@dataclass(frozen=True)
class Asked:
    """One person who was asked whether they come on the new day."""

    booking_ref: str
    person_ref: str
    name: str
    agency: str
    telephone: str
    address: str
    asked_at: datetime
    said_at: datetime | None


@dataclass(frozen=True)
class Answers:
    """Everybody who was asked: still silent, coming, and how many gave their place back."""

    silent: list[Asked]
    coming: list[Asked]
    gave_back: int


def answers_of(viewer: Viewer, session_id: int) -> Answers:
    """Who was asked and what they said, by name, in a constant number of queries; nobody for others than the desk."""
    if not viewer.works_at_desk:
        return Answers([], [], 0)
    rows = db.session.execute(
        select(Booking, Person, Agency.name, EmailAddress.address)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(Agency, Agency.id == Booking.agency_id)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(Booking.session_id == session_id, Booking.moved_at.is_not(None))
        .order_by(Person.sort_key, Booking.id)
    ).all()
    silent: list[Asked] = []
    coming: list[Asked] = []
    gave_back = 0
    for booking, person, agency, address in rows:
        if booking.state not in LIVE:
            gave_back += booking.cancelled_by in (CancelledBy.PERSON, CancelledBy.OFFICER) and (
                booking.reason == OTHER_DAY
            )
            continue
        assert booking.moved_at is not None
        asked = Asked(
            booking.ref,
            person.ref,
            person.name,
            agency or "Agency to be confirmed",
            person.telephone,
            address or "",
            booking.moved_at,
            None if booking.leaves_freely else booking.coming_said_at,
        )
        (silent if booking.leaves_freely else coming).append(asked)
    return Answers(silent, coming, gave_back)
