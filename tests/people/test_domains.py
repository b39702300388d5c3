"""A change of e-mail domain: shown first, done as shown, told to each person, and undone by the same step."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, viewer_of
from tests.pages import Client
from training.agencies.models import Agency
from training.agencies.operations import set_domains
from training.agencies.queries import domains_of
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.links import create_link
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer
from training.people.mail import CHOOSE_PASSWORD
from training.people.models import AddressClaim, EmailAddress, Employment, Person, RoleGrant, Standing
from training.people.operations import open_account
from training.people.operations_domains import SEEN_OTHERWISE, change_domain
from training.people.queries_domains import domain_change

OLD, NEW = "old.example", "new.example"


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")


@pytest.fixture
def agency(app: Flask) -> Agency:
    agency = make_agency("Sandby Hospital")
    set_domains(COMMAND, agency, [OLD])
    return agency


def move(viewer: Viewer = COMMAND, old: str = OLD, new: str = NEW, *, keep_old: bool = False) -> None:
    db.session.flush()
    change_domain(viewer, old, new, keep_old=keep_old, seen=domain_change(viewer, old, new).fingerprint)


def addresses(person: Person) -> list[str]:
    return list(db.session.scalars(select(EmailAddress.address).where(EmailAddress.person_id == person.id)))


def test_addresses_sign_ins_managers_and_domains_move_together(agency: Agency) -> None:
    ward = make_agency("Ward")
    set_domains(COMMAND, ward, [OLD, "ward.example"])
    ada = make_person("Ada", address=f"ada@{OLD}", agency=agency)
    ben = make_person("Ben", address=f"ben@sub.{OLD}", agency=agency)
    confirmed_at = ada.addresses[0].confirmed_at
    account = open_account(ada, "secret password", confirmed_at)
    ada.employments[0].manager_address = f"Boss@{OLD}"
    past = Employment(
        person_id=ben.id, agency=agency, job_role="Nurse", manager_address=f"boss@{OLD}", standing=Standing.VOUCHED,
        from_on=date(2020, 1, 1), to_on=date(2021, 1, 1),
    )  # fmt: skip
    claim = AddressClaim(person_id=ben.id, address=f"ada@{NEW}")
    link = create_link(CHOOSE_PASSWORD, ada.id).link
    db.session.add_all([past, claim])
    move()
    assert (addresses(ada), account.email, addresses(ben)) == ([f"ada@{NEW}"], f"ada@{NEW}", [f"ben@sub.{OLD}"])
    assert ada.addresses[0].confirmed_at == confirmed_at
    assert f"ada@{NEW}" in ada.search_text
    assert (ada.employments[0].manager_address, past.manager_address) == (f"Boss@{NEW}", f"boss@{OLD}")
    assert (domains_of(COMMAND, agency), domains_of(COMMAND, ward)) == ([NEW], [NEW, "ward.example"])
    db.session.refresh(link)
    assert not link.is_open
    assert db.session.query(AddressClaim).count() == 0
    told = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(message.kind, message.recipient_address) for message in told] == [
        ("address-moved", f"ada@{NEW}"), ("address-moved-from", f"ada@{OLD}")
    ]  # fmt: skip
    assert "same password as before" in told[0].body_text
    noted = select(AuditEntry).where(AuditEntry.deed == "moved the address of")
    assert [entry.subject_id for entry in db.session.scalars(noted)] == [ada.id]


def test_the_same_step_backwards_undoes_it(agency: Agency) -> None:
    ada = make_person("Ada", address=f"ada@{OLD}", agency=agency)
    move(keep_old=True)
    assert domains_of(COMMAND, agency) == [NEW, OLD]
    move(old=NEW, new=OLD)
    assert (addresses(ada), domains_of(COMMAND, agency)) == ([f"ada@{OLD}"], [OLD])


def test_what_clashes_stays_and_says_why(agency: Agency) -> None:
    ada, other = make_person("Ada", address=f"ada@{OLD}"), make_person("Other", address=f"ada@{NEW}")
    both = make_person("Both", address=f"both@{OLD}")
    both.addresses.append(EmailAddress(address=f"both@{NEW}", is_primary=False))
    chief = make_person("Chief", address=f"chief@{OLD}", role=Role.SYSTEM)
    shared = make_person("Shared", address=f"office@{OLD}")
    officer = viewer_of(make_person(), Role.OFFICER)
    db.session.flush()
    change = domain_change(officer, OLD, NEW)
    assert {row.person.id: row.stays_because for row in change.staying} == {
        ada.id: f"{other.name} has the new address",
        both.id: "They have the new address already",
        chief.id: "They have a role that you cannot give: a system administrator changes their address",
    }
    assert [(row.person.id, row.is_shared) for row in change.moving] == [(shared.id, True)]
    assert change.known == 2
    move(officer)
    assert addresses(chief) == [f"chief@{OLD}"]
    assert addresses(shared) == [f"office@{NEW}"]
    assert domain_change(viewer_of(chief), OLD, NEW).moves == []


def test_what_changed_meanwhile_is_shown_again(agency: Agency) -> None:
    make_person("Ada", address=f"ada@{OLD}")
    before = domain_change(COMMAND, OLD, NEW).fingerprint
    make_person("Ben", address=f"ben@{OLD}")
    with pytest.raises(Refused) as refused:
        change_domain(COMMAND, OLD, NEW, keep_old=True, seen=before)
    assert refused.value.sentence == SEEN_OTHERWISE
    with pytest.raises(Refused, match="same as the old"):
        change_domain(COMMAND, OLD, OLD, keep_old=True, seen=before)
    with pytest.raises(Refused, match="No agency has the domain"):
        change_domain(COMMAND, "nobodys.example", NEW, keep_old=True, seen=before)


def _move(fingerprint: str) -> int:
    return len(change_domain(COMMAND, OLD, NEW, keep_old=False, seen=fingerprint).moving)


def test_two_at_once_move_everybody_once(agency: Agency, app: Flask) -> None:
    for place in range(5):
        make_person(address=f"p{place}@{OLD}")
    before = domain_change(COMMAND, OLD, NEW).fingerprint
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_move, before)] for _ in range(3)])
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sorted(outcome.returned for outcome in outcomes) == ["", "", "5"]
    assert db.session.query(OutboxMessage).count() == 5


def test_the_desk_types_the_domain_twice_and_sees_what_moves(client: Client, agency: Agency) -> None:
    code = agency.code
    ada = make_person("Ada", address=f"ada@{OLD}")
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/agencies/{code}/domain")
    asked = {"old": OLD, "new": NEW, "again": "nwe.example", "keep": "drop"}
    assert client.submit(page, asked, status=400).errors == ["The two new domains are not the same"]
    assert client.submit(page, {**asked, "new": "no domain"}, status=400).errors[0].startswith("Enter e-mail domains")
    assert client.submit(page, status=400).errors[-1] == "Select what happens to the old domain"
    shown = client.submit(page, {**asked, "again": f"@{NEW.upper()}"})
    assert "Nobody has an address at new.example yet" in shown
    assert shown.rows() == [[ada.name, f"ada@{OLD}", f"ada@{NEW}", ""]]
    assert addresses(ada) == [f"ada@{OLD}"]
    db.session.rollback()
    done = client.submit(shown, follow=True)
    assert done.flashes == ["1 address moved from old.example to new.example. Each person is told at the new one."]
    assert "Email domains new.example" in done
    again = client.submit(shown, {"form_token": "another-token-of-24-char"}, status=400)
    assert again.errors


def test_an_agency_without_a_domain_has_nothing_to_move(client: Client, app: Flask) -> None:
    code = make_agency().code
    officer = make_person(role=Role.OFFICER)
    db.session.add(RoleGrant(person=officer, role=Role.VIEWER, from_on=date(2020, 1, 1)))
    db.session.commit()
    client.sign_in(officer)
    assert "no email domain yet" in client.get(f"/desk/agencies/{code}/domain")
