"""People at the desk: the list, one person, and the first officer of an installation."""

import re

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.factories import make_agency, make_person
from tests.pages import Client
from training.agencies.operations import set_parent
from training.cli import main
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Person, RoleGrant
from training.people.operations import open_account
from training.people.operations_roles import grant_role


@pytest.fixture
def desk(client: Client) -> Client:
    officer = make_person("Olive", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def test_the_list_is_searched_and_filtered(desk: Client) -> None:
    council, school = make_agency("Council"), make_agency("School")
    set_parent(COMMAND, school, council, clock.today())
    ada, sam = make_person("Ada", "Óbi", agency=school), make_person("Sam", "Hill")
    grant_role(COMMAND, sam, Role.TRAINER)
    council_id, ada_ref, sam_ref = council.id, ada.ref, sam.ref
    db.session.commit()
    assert [row[0] for row in desk.get("/desk/people?words=OBI+ada").rows()] == [f"Ada Óbi {ada_ref}"]
    assert [row[2] for row in desk.get(f"/desk/people?agency={council_id}").rows()] == ["School Social worker"]
    assert [row[0] for row in desk.get("/desk/people?role=trainer").rows()] == [f"Sam Hill {sam_ref}"]
    assert "Nobody found" in desk.get("/desk/people?words=nobody")
    desk.get("/desk/people?role=emperor", status=400)


def test_adding_somebody_and_changing_them(desk: Client) -> None:
    agency_id = make_agency("Council").id
    db.session.commit()
    page = desk.get("/desk/people/new")
    wanted = {"given_name": "Ada", "family_name": "Obi", "job_role": "Nurse", "agency": str(agency_id)}
    shared = desk.submit(page, wanted | {"address": "office@council.example"}, status=400)
    assert "several people read" in shared.errors[0]
    shown = desk.submit(page, wanted | {"address": "ada@council.example"}, follow=True)
    assert shown.h1 == "Ada Obi"
    assert "Ada has no account." in shown
    twice = desk.submit(desk.get("/desk/people/new"), wanted | {"address": "ada@council.example"}, status=400)
    assert twice.errors == ["Somebody with this address is known already"]
    edit = desk.click(shown, "Change details")
    changed = desk.submit(edit, {"family_name": "Obi-Hill", "address": "ada.hill@council.example"}, follow=True)
    assert changed.h1 == "Ada Obi-Hill"
    assert "ada.hill@council.example" in changed
    stale = desk.submit(edit, {"family_name": "X", "form_token": "another-token-of-24-char"}, status=400)
    assert "Somebody else changed this" in stale.errors[0]


def test_jobs_begin_are_put_right_and_end(desk: Client) -> None:
    agency_id = make_agency("Council").id
    person = make_person("Ada", "Obi")
    ref = person.ref
    db.session.commit()
    answers = {"agency": "not-listed", "agency_named": "Foster Care", "job_role": "Carer"}
    shown = desk.submit(desk.get(f"/desk/people/{ref}/jobs/new"), answers, follow=True)
    assert "Agency to be confirmed" in shown
    settled = desk.submit(desk.get(f"/desk/people/{ref}/jobs/1"), {"agency": str(agency_id)}, follow=True)
    assert "Agency to be confirmed" not in settled
    end = desk.get(f"/desk/people/{ref}/jobs/1/end")
    early = desk.submit(end, {"last_on-year": "2019"}, status=400)
    assert early.errors == ["The last day must not be before the first"]
    assert desk.submit(end, {}, follow=True).flashes == ["The job is ended. What was done in it stays."]
    desk.get(f"/desk/people/{ref}/jobs/2", status=404)


def test_an_officer_gives_and_ends_roles_of_the_programme(desk: Client) -> None:
    ref = make_person("Ada", "Obi").ref
    agency_id = make_agency("Council").id
    db.session.commit()
    page = desk.get(f"/desk/people/{ref}/roles/new")
    offered = [option.get("value") for option in page.select("#role option")]
    assert offered == ["", "agency-lead", "trainer", "viewer"]
    missing = desk.submit(page, {"role": "agency-lead"}, status=400)
    assert missing.errors == ["Select the agency that the lead is for"]
    shown = desk.submit(page, {"role": "agency-lead", "agency": str(agency_id)}, follow=True)
    assert "Council and what is below it" in shown
    tampered = desk.post(f"/desk/people/{ref}/roles/new", {"role": "system"}, status=400)
    assert "Select a role" in tampered.errors
    desk.submit(desk.get(f"/desk/people/{ref}/roles/1/end"), {})
    grant = db.session.scalars(db.select(RoleGrant).where(RoleGrant.role == Role.AGENCY_LEAD)).one()
    assert grant.to_on == clock.today()


def test_an_officer_cannot_end_the_role_of_an_administrator(desk: Client) -> None:
    ref = make_person(role=Role.ADMINISTRATOR).ref
    db.session.commit()
    desk.get(f"/desk/people/{ref}/roles/1/end", status=403)


def test_an_administrator_cannot_give_roles(client: Client) -> None:
    helper, ref = make_person(role=Role.ADMINISTRATOR), make_person().ref
    db.session.commit()
    client.sign_in(helper)
    assert "Give a role" not in client.get(f"/desk/people/{ref}").links
    client.get(f"/desk/people/{ref}/roles/new", status=403)


def test_a_system_administrator_gives_any_role(client: Client) -> None:
    system, ref = make_person(role=Role.SYSTEM), make_person().ref
    db.session.commit()
    client.sign_in(system)
    client.submit(client.get(f"/desk/people/{ref}/roles/new"), {"role": "officer"})
    assert "Learning and development officer" in client.get(f"/desk/people/{ref}")


def test_the_telephone_sees_what_was_sent(desk: Client) -> None:
    person = make_person("Ada", "Obi", address="ada@council.example")
    ref = person.ref
    db.session.commit()
    page = desk.get(f"/desk/people/{ref}")
    sent = desk.submit(page, button="Send a link to get in", follow=True)
    assert sent.flashes == ["A link to get in is on its way to ada@council.example."]
    assert sent.rows("table")[0][0].startswith("Account: choose a password")
    assert "Waiting to be sent" in sent
    message = db.session.scalars(db.select(OutboxMessage)).one()
    assert not any(secret in sent.text for secret in message.secrets)


def test_the_first_officer_comes_by_command_and_twice_is_once(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_ENV", "testing")
    monkeypatch.setenv("MUSTER_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MUSTER_BASE_URL", "http://localhost")
    command = ["add-officer", "dana@council.example", "--given", "Dana", "--family", "Whit"]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert CliRunner().invoke(main, command).exit_code == 0
    assert db.session.query(Person).count() == 1
    assert {grant.role for grant in db.session.query(RoleGrant)} == {Role.OFFICER, Role.SYSTEM}
    assert db.session.query(RoleGrant).count() == 2
    db.session.rollback()
    link = re.search(r"http://localhost(/link/\S+)", first.output)
    assert link
    client.submit(client.get(link[1]), {"password": "correct horse staple"})
    assert client.get("/desk/people", follow=True).h1 == "Set up a second factor"
    assert "have a password already" in CliRunner().invoke(main, command).output
    reset = ["reset-second-factor", "dana@council.example", "--reason", "Telephone lost"]
    assert "sets up a second factor at the next sign-in" in CliRunner().invoke(main, reset).output
    nobody = CliRunner().invoke(main, ["reset-second-factor", "nobody@council.example", "--reason", "Lost"])
    assert (nobody.exit_code, nobody.output) == (1, "Nobody with this address is known.\n")
    refused = CliRunner().invoke(main, ["add-officer", "office@council.example", "--given", "D", "--family", "W"])
    assert refused.exit_code == 1
    assert "several people read" in refused.output


def test_an_account_that_waits_is_said_to_wait(desk: Client) -> None:
    person = make_person("Ada", "Obi")
    open_account(person, None, None)
    ref = person.ref
    db.session.commit()
    assert "not confirmed yet, so Ada cannot sign in" in desk.get(f"/desk/people/{ref}")
