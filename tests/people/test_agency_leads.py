"""Who leads an agency, on its page at the desk; and who gets its people's messages where nobody does."""

from datetime import date

from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.pages import Client
from tests.people.test_leads import trust_and_school
from tests.people.test_standing import lead_of
from training.agencies.models import Agency
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.people.operations_roles import grant_role
from training.people.queries_contacts import who_receives


def test_the_page_of_an_agency_names_its_leads_and_deputies(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    trust = make_agency("Trust")
    first, second = make_person("Ada", "Lead"), make_person("Bea", "Stand-in")
    past, coming = make_person("Cy", "Former"), make_person("Di", "Coming")
    grant_role(COMMAND, past, Role.AGENCY_LEAD, trust.id, date(2025, 1, 1), date(2026, 12, 2))
    grant_role(COMMAND, second, Role.AGENCY_LEAD, trust.id, date(2026, 1, 2), date(2027, 1, 31), is_deputy=True)
    grant_role(COMMAND, coming, Role.AGENCY_LEAD, trust.id, date(2027, 2, 1))
    grant_role(COMMAND, first, Role.AGENCY_LEAD, trust.id, date(2026, 4, 1))
    officer, code, ref = make_person(role=Role.OFFICER), trust.code, first.ref
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/agencies/{code}")
    assert "Ada Lead lead, since 1 Apr 2026" in page
    assert "Bea Stand-in deputy, since 2 Jan 2026 until 31 Jan 2027" in page
    assert "Di Coming lead, from 1 Feb 2027" in page
    assert page.links["Ada Lead"] == f"/desk/people/{ref}"
    assert "Cy Former" not in page
    assert "Nobody leads this agency" not in page


def test_the_page_of_an_agency_without_a_lead_says_who_gets_the_messages(client: Client) -> None:
    trust, school = trust_and_school()
    without = make_person("No", "Mailbox", address=None, agency=school)
    officer, reader, ref = make_person(role=Role.OFFICER), make_person(role=Role.ADMINISTRATOR), without.ref
    page = f"/desk/agencies/{school.code}"
    db.session.commit()
    client.sign_in(officer)
    said = "Nobody leads this agency. Messages to its people who have no address go to"
    assert f"{said} {who_receives(without).name}, at training@partnership.example." in client.get(page)
    lead, _ = lead_of(db.session.get_one(Agency, trust.id))
    db.session.commit()
    shown = client.get(page)
    receives = who_receives(db.session.scalars(db.select(Person).where(Person.ref == ref)).one())
    assert (receives.name, receives.address) == (lead.name, lead.address)
    assert f"{said} {lead.name} , from an agency above it." in shown
    people = client.click(shown, "Give the role to somebody who works here")
    assert "Give a role" in client.click(people, "No Mailbox").links
    client.sign_in(reader)
    assert "Give the role to somebody who works here" not in client.get(page).links
