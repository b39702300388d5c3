"""An agency with its lead and some people, and a session to book them on, for the tests of groups."""

from datetime import date

from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_session
from training.agencies.models import Agency
from training.bookings.models import Booking
from training.catalogue.models import Agreement
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person, RoleGrant
from training.schedule.models import CourseSession


class World:
    """An agency with its lead and five people, and a session with some places."""

    def __init__(self, capacity: int = 10, agreement: Agreement = Agreement.DECLARED) -> None:
        self.agency: Agency = make_agency("Merrow Vale")
        self.lead: Person = make_person("Lena", "Lead", agency=self.agency)
        make_lead(self.lead, self.agency)
        self.people = [make_person("Pat", f"Person{letter}", agency=self.agency) for letter in "ABCDE"]
        self.session: CourseSession = make_session(
            make_course("Neglect", agreement=agreement), on=date(2026, 11, 23), capacity=capacity
        )
        db.session.commit()
        self.refs = [person.ref for person in self.people]
        self.page = f"/sessions/{self.session.ref}/group"

    def bookings(self) -> list[Booking]:
        """All bookings there are, in the order in which they were made."""
        db.session.expire_all()
        return list(db.session.scalars(select(Booking).order_by(Booking.id)))

    def check(self, *refs: str) -> str:
        """The address of the page that checks these people, all five by default."""
        who = "&".join(f"who={ref}" for ref in (refs or self.refs))
        return f"{self.page}/check?{who}"


def make_lead(person: Person, agency: Agency, *, to_on: date | None = None, is_deputy: bool = False) -> None:
    """Make the person a lead of the agency, or a deputy."""
    db.session.add(
        RoleGrant(
            person=person,
            role=Role.AGENCY_LEAD,
            agency=agency,
            from_on=date(2020, 1, 1),
            to_on=to_on,
            is_deputy=is_deputy,
        )
    )
    db.session.flush()
