"""What the desk sees of the people of one session."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency
from training.bookings.models import HOLDING, Booking, BookingState
from training.bookings.wording_answers import asked_at_desk
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import EmailAddress, Person


@dataclass(frozen=True)
class PeopleOfSession:
    """The bookings of a session: with a place, waiting in order of asking, and ended with the latest first."""

    places: list["Participant"] = field(default_factory=list["Participant"])
    waiting: list["Participant"] = field(default_factory=list["Participant"])
    ended: list["Participant"] = field(default_factory=list["Participant"])


@dataclass(frozen=True)
class Participant:
    """One booking as a row of the desk's list, and of its CSV file."""

    ref: str
    state: BookingState
    person_ref: str
    name: str
    address: str
    """Empty where messages cannot reach them."""
    agency: str
    job_role: str
    booking: Booking

    @property
    def ended_at(self) -> datetime:
        """When it ended; of an offer that ran out it is not kept, so when it was made."""
        return self.booking.cancelled_at or self.booking.promoted_at or self.booking.asked_at

    @property
    def asked(self) -> str:
        """Who was asked whether they may go, since when and until when; empty where nobody is waited for."""
        return asked_at_desk(self.booking)


def people_of_session(viewer: Viewer, session_id: int) -> PeopleOfSession:
    """Everybody who has asked for a place on the session, in one query; nobody for others than the desk."""
    people = PeopleOfSession()
    if not viewer.works_at_desk:
        return people
    for participant in _participants(session_id):
        state = participant.state
        if state in HOLDING:
            people.places.append(participant)
        elif state is BookingState.WAITING or state is BookingState.APPLIED:
            people.waiting.append(participant)
        else:
            people.ended.append(participant)
    people.waiting.sort(key=lambda one: (one.booking.waiting_since or one.booking.asked_at, one.booking.id))
    people.ended.sort(key=lambda one: one.ended_at, reverse=True)
    return people


def _participants(session_id: int) -> list[Participant]:
    rows = db.session.execute(
        select(Booking, Person, Agency, EmailAddress.address)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(Agency, Agency.id == Booking.agency_id)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .options(joinedload(Booking.employment))
        .where(Booking.session_id == session_id)
        .order_by(Person.sort_key, Booking.id)
    )
    return [
        Participant(
            ref=booking.ref,
            state=booking.state,
            person_ref=person.ref,
            name=person.name,
            address=address or "",
            agency=agency.name if agency else "Agency to be confirmed",
            job_role=booking.job_role,
            booking=booking,
        )
        for booking, person, agency, address in rows
    ]
