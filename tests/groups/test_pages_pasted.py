"""Pasting a list of people to book: who is found, who is asked about, who is added, and who is refused."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.groups.asked import World
from tests.pages import Client, Page
from training.agencies.models import AgencyDomain
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Role
from training.people.models import EmailAddress, Person


@pytest.fixture(autouse=True)
def three_weeks_before(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def paste(client: Client, world: World, text: str, status: int | None = None) -> Page:
    """Send a list from the page for it."""
    page = client.get(f"{world.page}/list")
    return client.submit(page, {"people": text}, status=status)


def test_addresses_and_names_lead_straight_to_the_check(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    address = world.people[0].address or ""
    done = paste(client, world, f"Name, Email\nPat PersonA, {address.upper()}\npersonb, PAT\n{address}")
    assert done.location == world.check(*world.refs[:2])
    page = client.get(done.location)
    assert page.h1 == "Check and book 2 people"
    assert page.flashes == [f"Line 4 names {address} again, as line 2 does. They count once."]


def test_the_same_name_twice_asks_which_of_them(client: Client) -> None:
    world = World()
    other = make_person("Pat", "PersonA", agency=world.agency)
    db.session.commit()
    client.sign_in(world.lead)
    page = paste(client, world, "Pat PersonA", 400)
    assert page.errors == ["Select which Pat PersonA you mean (line 1)"]
    field = page.select("input[type=radio]")[0]["name"]
    left = client.submit(page, {str(field): "leave"}, status=400)
    assert left.errors == ["Nobody in this list can be booked now"]
    done = client.submit(left, {str(field): other.ref})
    assert done.location == world.check(other.ref)


def test_somebody_of_another_agency_is_like_nobody(client: Client) -> None:
    world = World()
    stranger = make_person("Una", "Unknown", agency=make_agency())
    db.session.commit()
    client.sign_in(world.lead)
    known = paste(client, world, f"Una Unknown <{stranger.address}>", 400)
    unknown = paste(client, world, "Una Unknown <nobody.at.all@else.example>", 400)
    cut = known.text.replace(stranger.address or "", "X").replace("nobody.at.all@else.example", "X")
    assert cut == unknown.text.replace("nobody.at.all@else.example", "X")
    assert stranger.ref.encode() not in known.body


def test_somebody_new_is_added_with_name_and_role_and_checked(client: Client) -> None:
    world = World()
    db.session.add(AgencyDomain(agency_id=world.agency.id, domain="vale.example"))
    db.session.commit()
    client.sign_in(world.lead)
    page = paste(client, world, "New Starter <new.starter@vale.example>", 400)
    assert page.errors == ["Select what to do about new.starter@vale.example (line 1)"]
    key = str(page.select("input[type=radio]")[0]["name"]).removeprefix("line_")
    missing = client.submit(page, {f"line_{key}": "add"}, status=400)
    assert missing.errors == ["Enter the job role of New Starter"]
    done = client.submit(missing, {f"line_{key}": "add", f"role_{key}": "Nurse"})
    person = db.session.scalars(select(Person).join(EmailAddress).where(EmailAddress.address.like("new.st%"))).one()
    assert done.location == world.check(person.ref)
    assert person.employments[0].agency_id == world.agency.id
    assert "Nurse" in client.get(done.location)


def test_somebody_off_the_agencys_domain_is_asked_first(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    page = paste(client, world, f"New Starter <new@else.example>\n{world.people[0].address}", 400)
    key = str(page.select("input[type=radio]")[0]["name"]).removeprefix("line_")
    done = client.submit(page, {f"line_{key}": "add", f"role_{key}": "Nurse"})
    assert done.location == world.check(world.refs[0])
    assert client.get(done.location).flashes == [
        "new@else.example is asked by email, and can be booked once they agree."
    ]
    assert db.session.scalars(select(OutboxMessage.recipient_address)).all() == ["new@else.example"]


def test_lines_that_nobody_can_be_booked_by_are_named_and_left_out_on_purpose(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    page = paste(client, world, f"office@vale.example\n{world.people[0].address}\n???", 400)
    assert "office@ looks like a mailbox that several people read." in page
    assert "Line 3, “???”: There is no name and no email address in this line." in page
    assert page.errors == ["Confirm that these lines are left out, or put them right in the list"]
    assert client.submit(page, {"left_out": "yes"}).location == world.check(world.refs[0])


def test_a_manager_adds_nobody_and_is_told_whom_to_ask(client: Client) -> None:
    world = World()
    manager = make_person("Mara", "Manager")
    job = world.people[0].employments[0]
    job.manager_address, job.manager_confirmed_at = manager.address or "", clock.now()
    db.session.commit()
    client.sign_in(manager)
    page = paste(client, world, f"{world.people[0].address}\n{world.people[1].address}", 400)
    assert "is not among the people you manage. Ask your agency’s training lead, or the training team." in page
    assert client.submit(page, {"left_out": "yes"}).location == world.check(world.refs[0])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Enter the people, one a line"),
        ("\n".join(f"p{n}@x.example" for n in range(501)), "The list has 501 lines. Paste up to 500 at once"),
    ],
)
def test_an_empty_list_and_one_too_long_are_refused(client: Client, text: str, error: str) -> None:
    world = World()
    client.sign_in(world.lead)
    assert paste(client, world, text, 400).errors == [error]


def test_the_desk_pastes_a_list_of_anybody(client: Client) -> None:
    world = World()
    stranger = make_person("Una", "Unknown", agency=make_agency())
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{world.session.ref}/group/list")
    done = client.submit(page, {"people": f"{stranger.address}\n{world.people[0].address}"})
    assert client.get(done.location).h1 == "Check and book 2 people"


def test_more_than_a_hundred_lines_of_people_are_sent_in_parts(client: Client) -> None:
    world = World()
    more = [make_person("Max", agency=world.agency).address or "" for _ in range(101)]
    db.session.commit()
    client.sign_in(world.lead)
    assert paste(client, world, "\n".join(more), 400).errors == ["A group has up to 100 people. Send the list in parts"]
