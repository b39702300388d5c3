"""Pages on which somebody confirms who they are to a person: their manager, or themselves at another agency."""

import re

from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client, Page
from tests.people.test_standing import lead_of
from training.agencies.operations import set_domains
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import AddressClaim, Employment, Person, Standing
from training.people.operations_jobs import Job, add_employment

SEND = "Send my answer"


def manager_page(client: Client) -> Page:
    """The page behind the link that a named manager gets."""
    person = make_person("Ada", "O’Bríen")
    job = Job(job_role="Nurse", agency_id=make_agency("Hill").id, manager_address="grace@else.example")
    add_employment(viewer_of(person), person, job, clock.today())
    db.session.commit()
    text = db.session.scalars(db.select(OutboxMessage.body_text)).one()
    link = re.search(r"/link/[A-Za-z0-9_-]+", text)
    assert link is not None
    return client.get(link[0])


def job() -> Employment:
    return db.session.scalars(db.select(Employment)).one()


def test_a_manager_shows_by_the_name_that_they_know_the_person(client: Client) -> None:
    page = manager_page(client)
    assert "Ada" not in page
    assert "Hill" not in page
    assert not page.select("input[type=radio][checked]")
    assert client.submit(page, {}, button=SEND, status=400).errors == ["Select whether you are their line manager"]
    bare = client.submit(page, {"answer": "yes"}, button=SEND, status=400)
    assert bare.errors == ["Enter the last name of the person you manage"]
    done = client.submit(bare, {"family_name": "o'brien"}, button=SEND, follow=True)
    assert "Your answer is noted" in done.flashes[0]
    assert job().manager_confirmed_at is not None
    client.get(page.url, 410)


def test_names_cannot_be_guessed(client: Client) -> None:
    page = manager_page(client)
    for _ in range(5):
        wrong = client.submit(page, {"answer": "yes", "family_name": "Smith"}, button=SEND, status=400)
        assert "not the last name" in wrong.errors[0]
    client.submit(page, {"answer": "yes", "family_name": "O’Bríen"}, button=SEND, status=400)
    assert job().manager_confirmed_at is None


def test_a_mistake_takes_the_address_away_and_asks_the_person(client: Client) -> None:
    client.submit(manager_page(client), {"answer": "no"}, button=SEND, follow=True)
    assert job().manager_address == ""
    last = db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert last.subject == "Please tell us who your line manager is"


def test_a_move_offers_the_new_address_and_its_link_proves_it(client: Client) -> None:
    old, new = make_agency("Old"), make_agency("New")
    set_domains(COMMAND, new, ["new.example"])
    person = make_person("Ada", address="ada@old.example", agency=old)
    ref, new_id = person.ref, new.id
    person.employments[0].from_on = clock.today()
    db.session.commit()
    client.sign_in(person)
    page = client.get("/my/account/jobs/1")
    answers = {"agency": str(new_id), "new_address": "info@new.example"}
    shared = client.submit(page, answers, button="Save", status=400)
    assert "several people read" in shared.errors[0]
    shown = client.submit(shared, {"new_address": "ada@new.example"}, button="Save", follow=True)
    assert "Your agency is asked to confirm that you work there" in shown
    claim = db.session.scalars(db.select(AddressClaim)).one()
    assert (claim.address, claim.becomes_primary) == ("ada@new.example", True)
    message = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.recipient_address == claim.address)).one()
    link = re.search(r"/link/[A-Za-z0-9_-]+", message.body_text)
    assert link is not None
    client.submit(client.get(link[0]), button="Yes, this address is mine")
    found = db.session.scalars(db.select(Person).where(Person.ref == ref)).one()
    assert found.address == "ada@new.example"
    assert found.employments[-1].standing is Standing.BY_ADDRESS


def test_a_person_says_that_they_have_no_manager(client: Client) -> None:
    person = make_person(agency=make_agency())
    db.session.commit()
    client.sign_in(person)
    page = client.get("/my/account/jobs/1")
    both = {"has_no_manager": "yes", "manager_address": "grace@else.example"}
    wrong = client.submit(page, both, button="Save", status=400)
    assert "not both" in wrong.errors[0]
    shown = client.submit(wrong, {"manager_address": ""}, button="Save", follow=True)
    assert "You have no line manager" in shown
    assert job().has_no_manager


def test_a_lead_sees_what_follows_and_nothing_from_elsewhere_before(client: Client) -> None:
    own, before = make_agency("Own"), make_agency("Before")
    lead, _ = lead_of(own)
    person = make_person("Ada", agency=own)
    here, there = make_course("Neglect"), make_course("Domestic abuse")
    make_booking(make_session(here), person)
    make_booking(make_session(there), person, agency=before)
    ref = person.ref
    db.session.commit()
    client.sign_in(lead)
    page = client.get(f"/agency/people/{ref}")
    assert "Neglect" in page
    assert "Domestic abuse" not in page


def test_the_days_of_a_job_are_put_right_with_a_reason(client: Client) -> None:
    officer = make_person("Olive", role=Role.OFFICER)
    person = make_person("Ada", agency=make_agency("Own"))
    ref = person.ref
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/people/{ref}/jobs/1/period")
    bare = client.submit(page, {"from_on-year": "2021"}, button="Save", status=400)
    assert bare.errors == ["Enter the reason"]
    client.submit(bare, {"reason": "The wrong year"}, button="Save", follow=True)
    assert job().from_on.year == 2021
    client.get(f"/desk/people/{ref}/jobs/9/period", 404)
