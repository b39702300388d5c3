"""A lead's pages: only their people, what waits for them, adding and ending."""

from datetime import date

import pytest

from tests.factories import make_agency, make_person, viewer_of
from tests.pages import Client
from tests.people.test_standing import lead_of
from training.agencies.models import Agency, AgencyDomain
from training.agencies.operations import set_parent
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.mail_listed import LISTED
from training.people.models import Employment, Person, Standing
from training.people.operations_jobs import Job, add_employment


@pytest.fixture
def lead(client: Client) -> Client:
    """The client signed in as the lead of a trust with one school below it."""
    trust, school = make_agency("Trust"), make_agency("School")
    set_parent(COMMAND, school, trust, clock.today())
    person, _ = lead_of(trust)
    db.session.commit()
    client.sign_in(person)
    return client


def agency_key(name: str) -> int:
    return db.session.scalars(db.select(Agency.id).where(Agency.name == name)).one()


def person_at(name: str, standing: Standing = Standing.VOUCHED) -> Person:
    """Somebody at the school, or anywhere else by name."""
    agency = db.session.get_one(Agency, agency_key(name))
    person = make_person("Ada", agency=agency)
    person.employments[0].standing = standing
    db.session.commit()
    return person


def test_a_lead_sees_the_people_of_their_agencies_and_nobody_else(lead: Client) -> None:
    make_agency("Elsewhere")
    own, other, asked = person_at("School"), person_at("Elsewhere"), person_at("School", Standing.ASKED)
    ended = person_at("School")
    ended.employments[0].to_on = date(2024, 1, 1)
    own_ref, names = own.ref, {own.name: True, other.name: False, asked.name: False, ended.name: False}
    refs = [other.ref, asked.ref, ended.ref]
    db.session.commit()
    page = lead.get("/agency/people")
    sheet = lead.get("/agency/people.csv").body.decode("utf-8-sig")
    for name, seen in names.items():
        assert (name in page) is seen
        assert (name.split()[1] in sheet) is seen
    assert "School" in lead.get(f"/agency/people/{own_ref}")
    for ref in refs:
        lead.get(f"/agency/people/{ref}", 404)
        lead.get(f"/agency/people/{ref}/jobs/1/end", 404)
    assert "Nobody found" in lead.get("/agency/people?words=nobody")
    lead.get("/desk/people", 403)


def test_the_officer_who_is_a_lead_too_sees_no_more_on_a_leads_pages(client: Client) -> None:
    agency = make_agency("School")
    officer, _ = lead_of(agency)
    make_agency("Elsewhere")
    other = person_at("Elsewhere")
    ref = other.ref
    officer_row = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    client.get(f"/agency/people/{ref}", 404)
    client.sign_in(officer_row)
    client.get("/agency/people", 403)


def test_confirming_from_the_list(lead: Client) -> None:
    yes, no = person_at("School", Standing.ASKED), person_at("School", Standing.ASKED)
    yes_id, no_id, yes_name, no_name, no_ref = yes.id, no.id, yes.name, no.name, no.ref
    page = lead.get("/agency/to-confirm")
    shown = lead.submit(page, button=f"Yes {yes_name} works at School", follow=True)
    assert f"{yes_name} is confirmed at School." in shown.flashes
    form = lead.get(f"/agency/to-confirm/{no_ref}/1/no")
    bare = lead.submit(form, {}, button="Say that they do not work there", status=400)
    assert bare.errors == ["Enter the reason"]
    lead.submit(bare, {"reason": "They left"}, button="Say that they do not work there", follow=True)
    assert no_name not in lead.get("/agency/to-confirm")
    found = {job.person_id: job.standing for job in db.session.scalars(db.select(Employment))}
    assert (found[yes_id], found[no_id]) == (Standing.VOUCHED, Standing.REFUSED)
    lead.post(f"/agency/to-confirm/{no_ref}/1/yes", status=404)


def test_confirming_is_for_the_lead_of_that_agency(lead: Client) -> None:
    make_agency("Elsewhere")
    ref = person_at("Elsewhere", Standing.ASKED).ref
    for address in (f"/agency/to-confirm/{ref}/1/yes", f"/agency/to-confirm/{ref}/1/manager/yes"):
        lead.post(address, status=404)
    lead.get(f"/agency/to-confirm/{ref}/1/no", 404)
    lead.get("/desk/people/to-confirm", 403)


def test_managers_are_confirmed_beside_it(lead: Client) -> None:
    person = person_at("School")
    job = person.employments[0]
    job.manager_name, job.manager_address = "Grace", "grace@else.example"
    name, ref = person.name, person.ref
    db.session.commit()
    page = lead.get("/agency/to-confirm")
    assert "grace@else.example" in page
    lead.post(f"/agency/to-confirm/{ref}/1/manager/perhaps", status=404)
    shown = lead.submit(page, button=f"Yes the line manager of {name} is right", follow=True)
    assert f"The line manager of {name} is confirmed." in shown.flashes
    again = lead.post(f"/agency/to-confirm/{ref}/1/manager/no", follow=True, status=200)
    assert "settled this meanwhile" in again.flashes[0]


def test_a_lead_adds_somebody_without_an_address_and_ends_their_job(lead: Client) -> None:
    page = lead.get("/agency/people/new")
    wanted = {"given_name": "Carol", "family_name": "Hughes", "agency": str(agency_key("School")), "job_role": "Cook"}
    wrong = lead.submit(page, wanted | {"address": "office@school.example"}, button="Add the person", status=400)
    assert "several people read" in wrong.errors[0]
    make_agency("Elsewhere")
    db.session.commit()
    lead.submit(page, wanted | {"form_token": "another-token-of-24-char"}, button="Add the person", follow=True)
    carol = db.session.scalars(db.select(Person).where(Person.family_name == "Hughes")).one()
    assert (carol.address, carol.employments[0].standing) == (None, Standing.VOUCHED)
    shown = lead.get(f"/agency/people/{carol.ref}")
    assert "None: their messages go to Lena" in shown
    end = lead.click(shown, "End the job at School")
    bad = lead.submit(end, {"last_on-year": "1999"}, button="End the job", status=400)
    assert bad.errors == ["The last day must not be before the first"]


def test_who_is_not_on_the_agencys_domain_is_asked_whether_known_here_or_not(lead: Client) -> None:
    elsewhere = make_agency("Elsewhere")
    known = make_person("Known", "Elsewhere", address="known@home.example", agency=elsewhere)
    db.session.add(AgencyDomain(agency_id=agency_key("School"), domain="school.example"))
    known_id = known.id
    db.session.commit()
    answers: list[str] = []
    for address in ("known@home.example", "new@home.example", "known@home.example"):
        wanted = {
            "given_name": "Typed", "family_name": "Name", "agency": str(agency_key("School")), "job_role": "Cook",
            "address": address, "manager_address": "lena@trust.example",
        }  # fmt: skip
        shown = lead.submit(lead.get("/agency/people/new"), wanted, button="Add the person", follow=True)
        answers.append(shown.flashes[0].replace(address, ""))
        assert "Typed" not in shown
        assert "Elsewhere" not in shown
    assert len(set(answers)) == 1
    db.session.rollback()
    listed = db.session.scalars(db.select(Employment).where(Employment.standing == Standing.LISTED)).all()
    assert sorted(job.person_id == known_id for job in listed) == [False, True]
    assert [job.manager_confirmed_at for job in listed] == [None, None]
    told = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.kind == LISTED.name)).all()
    assert sorted(message.recipient_address for message in told) == ["known@home.example", "new@home.example"]
    wanted |= {"address": "cook@school.example"}
    added = lead.submit(lead.get("/agency/people/new"), wanted, button="Add the person", follow=True)
    assert added.flashes == ["Typed Name is added."]


def test_who_said_that_they_do_not_work_there_is_not_asked_again(lead: Client) -> None:
    person = person_at("School", Standing.REFUSED)
    wanted = {
        "given_name": "A", "family_name": "B", "agency": str(agency_key("School")), "job_role": "Cook",
        "address": person.address,
    }  # fmt: skip
    for standing, said in (
        (Standing.REFUSED, "They said that they do not work here. Ask the training team"),
        (Standing.ASKED, "They wait for you to confirm that they work here: see who is to be confirmed"),
        (Standing.VOUCHED, "Somebody with this address is on your list already"),
    ):
        db.session.execute(db.update(Employment).values(standing=standing))
        db.session.commit()
        page = lead.submit(lead.get("/agency/people/new"), wanted, button="Add the person", status=400)
        assert page.errors == [said]


def test_nobody_is_added_to_an_agency_of_somebody_else(lead: Client) -> None:
    elsewhere = make_agency("Elsewhere").id
    db.session.commit()
    lead.post(
        "/agency/people/new",
        {"given_name": "A", "family_name": "B", "agency": str(elsewhere), "job_role": "Cook"},
        status=400,
    )
    assert db.session.scalars(db.select(Person).where(Person.family_name == "B")).all() == []


def test_the_desk_settles_everywhere_and_sees_it_on_its_home(client: Client) -> None:
    officer = make_person(role=Role.OFFICER)
    person = make_person("Ada", "Obi")
    add_employment(viewer_of(person), person, Job(job_role="Nurse", agency_id=make_agency("Hill").id), clock.today())
    db.session.commit()
    client.sign_in(officer)
    page = client.get("/desk/people/to-confirm")
    shown = client.submit(page, button="Yes Ada Obi works at Hill", follow=True)
    assert "Ada Obi is confirmed at Hill." in shown.flashes
