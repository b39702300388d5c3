"""A booking about which the line manager is asked, for the tests of what becomes of it."""

from datetime import date, datetime

from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_session
from training.agencies.models import Agency, AgencyDomain
from training.bookings.models import Booking
from training.bookings.operations import book_place
from training.catalogue.models import Agreement
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.people.models import Employment, Person, RoleGrant, Standing

MANAGER = "grace.oduya@sandby.example"
ASKED = "bookings.agreement-asked"
ASKED_OF_LEAD = "bookings.agreement-asked-lead"
ASKED_OF_DEPUTY = "bookings.agreement-asked-deputy"


class Asked:
    """A booking whose manager was asked, read afresh whenever it is asked for, and one person waiting behind it.

    The session has one place, on Monday 30 November 2026 at 9:30am; with `full` somebody else has it.
    """

    def __init__(
        self, *, manager: str = MANAGER, confirmed: bool = True, lead: bool = False, full: bool = False,
        waits: bool = True, title: str = "Early help", capacity: int = 1, closes: datetime | None = None,
        on: date = date(2026, 11, 30),
    ) -> None:  # fmt: skip
        agency = make_agency()
        self.agency_id = agency.id
        db.session.add(AgencyDomain(agency_id=agency.id, domain="sandby.example"))
        person = make_person("Priya", "Nair")
        job = Employment(
            agency=agency, job_role="Health visitor", from_on=date(2024, 1, 1),
            manager_name="Grace Oduya" if manager else "", manager_address=manager,
            manager_confirmed_at=clock.now() if confirmed and manager else None, standing=Standing.VOUCHED,
        )  # fmt: skip
        person.employments.append(job)
        self.lead_id = add_lead(agency).id if lead else 0
        course = make_course(title, agreement=Agreement.ASKED)
        course_session = make_session(course, on=on, capacity=capacity, booking_closes_at=closes)
        db.session.commit()
        self.session_id, self.person_id = course_session.id, person.id
        self.other_id = self._book(make_person("Olu", "Other"), agreed=True) if full else None
        self.id = self._book(person)
        self.waiting_id = self._book(make_person("Wendy", "Waiting"), agreed=True) if waits else 0

    def _book(self, person: Person, *, agreed: bool = False) -> int:
        booking = book_place(COMMAND, self.session_id, person.id, declared=True)
        if agreed:
            booking.agreed_at = clock.now()
            if booking.agreement_until is not None and booking.holds_place:
                booking.state, booking.confirmed_at = booking.state.CONFIRMED, clock.now()
        db.session.commit()
        return booking.id

    @property
    def booking(self) -> Booking:
        return db.session.get_one(Booking, self.id, populate_existing=True)

    @property
    def waiting(self) -> Booking:
        return db.session.get_one(Booking, self.waiting_id, populate_existing=True)

    @property
    def person(self) -> Person:
        return db.session.get_one(Person, self.person_id)

    @property
    def lead(self) -> Person:
        return db.session.get_one(Person, self.lead_id)

    @property
    def holder(self) -> Viewer:
        """Whoever holds a link about the booking."""
        return Viewer(ViewerKind.LINK, link_opens=("booking", self.id))

    @property
    def lead_viewer(self) -> Viewer:
        return Viewer(ViewerKind.PERSON, self.lead_id, (Grant(Role.AGENCY_LEAD, self.agency_id),))


def add_lead(agency: Agency) -> Person:
    """Somebody who leads the agency."""
    lead = make_person("Leah", "Lead")
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2020, 1, 1)))
    db.session.flush()
    return lead


def sent(kind: str) -> list[OutboxMessage]:
    """The messages of a kind, the oldest first."""
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def deeds(deed: str) -> list[AuditEntry]:
    """What the audit log says under a deed."""
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.deed == deed).order_by(AuditEntry.id)))
