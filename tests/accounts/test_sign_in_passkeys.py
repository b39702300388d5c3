"""Passkeys without a browser: what must not get anybody in, and the hooks of Flask-Security that ours fill."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.soft_passkey import SoftPasskey
from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.accounts.factors import has_second_factor
from training.accounts.operations_factors import reset_factors
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Account, Passkey, Person, SignIn
from training.people.operations import open_account

PASSWORD = "correct horse staple"
NEW = "/my/account/sign-in/passkeys/new"


def somebody(given: str = "Ada", password: str | None = PASSWORD) -> Person:
    person = make_person(given)
    open_account(person, password, clock.now())
    db.session.commit()
    return person


def asked(page: Page) -> dict[str, str]:
    form = page.one("form[data-passkey]")
    state = form.select_one("input[name=state]")
    assert state is not None
    return {"options": str(form["data-options"]), "state": str(state["value"])}


def add(client: Client, key: SoftPasskey, name: str = "Laptop", status: int = 302) -> Page:
    question = asked(client.get(NEW))
    answer = {"name": name, "state": question["state"], "credential": key.create(question["options"])}
    return client.post(NEW, answer, status=status)


def answer_to(client: Client, key: SoftPasskey) -> dict[str, str]:
    question = asked(client.get("/sign-in"))
    return {"state": question["state"], "credential": key.get(question["options"])}


def owner_of_a_passkey(app: Flask) -> tuple[Person, SoftPasskey]:
    person, key = somebody(), SoftPasskey()
    client = Client(app)
    client.sign_in(person)
    add(client, key)
    return person, key


def test_a_passkey_signs_in_with_both_factors(client: Client, app: Flask) -> None:
    person, key = owner_of_a_passkey(app)
    answer = answer_to(client, key)
    assert client.post("/sign-in/passkey", answer | {"next": "/my/bookings"}).location == "/my/bookings"
    found = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert found is not None
    assert (found.account.person_id, found.way, found.has_second_factor) == (person.id, "passkey", True)
    db.session.rollback()


def test_an_answer_gets_nobody_in_a_second_time(client: Client, app: Flask) -> None:
    _, key = owner_of_a_passkey(app)
    answer = answer_to(client, key)
    client.post("/sign-in/passkey", answer)
    thief = Client(app)
    assert "a second time" in thief.post("/sign-in/passkey", answer, status=400).errors[0]
    thief.get("/my/account", status=302)


def test_an_answer_is_taken_within_five_minutes(client: Client, app: Flask, wall_clock: WallClock) -> None:
    _, key = owner_of_a_passkey(app)
    answer = answer_to(client, key)
    wall_clock.forward(minutes=6)
    assert "too late" in client.post("/sign-in/passkey", answer, status=400).errors[0]


@pytest.mark.parametrize("fault", ["origin", "owner unknown", "other key", "nonsense", "own state", "clone"])
def test_what_is_not_true_gets_nobody_in(client: Client, app: Flask, fault: str) -> None:
    _, key = owner_of_a_passkey(app)
    if fault == "clone":
        client.post("/sign-in/passkey", answer_to(client, key))
        client.post("/sign-out")
        key.counter = 0
    elif fault == "origin":
        key.origin = "https://evil.example"
    elif fault == "owner unknown":
        key.verifies = False
    elif fault == "other key":
        key.key = SoftPasskey().key
    answer = answer_to(client, key)
    if fault == "nonsense":
        answer["credential"] = "{}"
    elif fault == "own state":
        answer["state"] = "made.up.state"
    page = client.post("/sign-in/passkey", answer, status=400)
    assert len(page.errors) == 1
    client.get("/my/account", status=302)


def test_a_device_that_does_not_know_its_owner_is_not_kept(client: Client) -> None:
    client.sign_in(somebody())
    add(client, SoftPasskey(verifies=False), status=400)
    assert db.session.scalars(select(Passkey)).all() == []
    db.session.rollback()


def test_a_passkey_of_somebody_else_is_no_second_step(client: Client, app: Flask) -> None:
    _, stranger = owner_of_a_passkey(app)
    person, _ = owner_of_a_passkey(app)
    address = person.address
    db.session.rollback()
    client.submit(client.get("/sign-in"), {"email": address, "password": PASSWORD})
    question = asked(client.get("/sign-in/second-step"))
    answer = {"state": question["state"], "credential": stranger.get(question["options"])}
    client.post("/sign-in/second-step/passkey", answer, status=400)
    client.get("/my/account", status=302)


def test_ten_wrong_answers_shut_the_way_by_passkey(client: Client, app: Flask) -> None:
    _, key = owner_of_a_passkey(app)
    right, key.key = key.key, SoftPasskey().key
    for _ in range(10):
        client.post("/sign-in/passkey", answer_to(client, key), status=400)
    key.key = right
    assert "too many wrong tries" in client.post("/sign-in/passkey", answer_to(client, key), status=400).errors[0]
    settled = db.session.scalars(select(OutboxMessage.kind)).all()
    assert settled.count("account-shut") == 1
    db.session.rollback()


def test_names_differ_and_the_last_way_in_stays(client: Client) -> None:
    person = somebody(password=None)
    client.sign_in(person)
    add(client, SoftPasskey(), "Laptop")
    assert add(client, SoftPasskey(), "laptop", status=400).errors == ["You have a passkey of this name already"]
    refused = client.submit(client.get("/my/account/sign-in/passkeys/1/remove"), status=400)
    assert "the only way in" in refused.errors[0]
    add(client, SoftPasskey(), "Phone")
    client.submit(client.get("/my/account/sign-in/passkeys/1/remove"))
    assert list(db.session.scalars(select(Passkey.name))) == ["Phone"]
    db.session.rollback()
    client.get("/my/account/sign-in/passkeys/2/remove", status=404)


def test_a_passkey_gets_another_name(client: Client, app: Flask) -> None:
    client.sign_in(somebody())
    add(client, SoftPasskey(), "Laptop")
    add(client, SoftPasskey(), "Phone")
    page = client.click(client.get("/my/account/sign-in"), "Rename the passkey Laptop")
    assert client.submit(page, {"name": " "}, status=400).errors == ["Enter a name for the passkey"]
    taken = client.submit(page, {"name": "PHONE"}, status=400)
    assert taken.errors == ["You have a passkey of this name already"]
    assert taken.one("input[name=name]")["value"] == "PHONE"
    done = client.submit(taken, {"name": "LAPTOP at work"}, follow=True)
    assert done.flashes == ["The passkey is called “LAPTOP at work” now."]
    assert [row[0] for row in done.rows()] == ["LAPTOP at work", "Phone"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "renamed")).one()
    assert entry.values is not None
    assert (entry.values.before, entry.values.after) == ({"name": "Laptop"}, {"name": "LAPTOP at work"})
    client.get("/my/account/sign-in/passkeys/3/name", status=404)


def test_a_closed_account_has_no_way_in_by_passkey(client: Client, app: Flask) -> None:
    person, key = owner_of_a_passkey(app)
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    account.active, account.closed_at = False, clock.now()
    db.session.commit()
    client.post("/sign-in/passkey", answer_to(client, key), status=400)


def test_nothing_of_flask_security_acts_on_a_get(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")]
    assert {rule.endpoint: rule.methods and "GET" in rule.methods for rule in rules} == {
        "security.login": True,
        "security.logout": False,
    }


def test_its_datastore_flushes_and_its_own_mail_is_noticed(app: Flask) -> None:
    person = somebody()
    security = app.extensions["security"]
    account = db.session.scalars(select(Account)).one()
    account.closed_because = "flushed"
    security.datastore.commit()
    db.session.rollback()
    assert db.session.scalars(select(Account.closed_because)).one() == ""
    with pytest.raises(LookupError, match="welcome"):
        security.mail_util.send_mail("security/email/welcome", "", "", "", None, None, user=person)


def test_the_desk_resets_passkeys_too(app: Flask) -> None:
    person, _ = owner_of_a_passkey(app)
    person = db.session.get_one(Person, person.id)
    assert person.account is not None
    assert has_second_factor(person.account)
    reset_factors(COMMAND, person, "Telephone lost")
    db.session.commit()
    assert not has_second_factor(person.account)
    db.session.rollback()
