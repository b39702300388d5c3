"""Signing in with a code or a link sent by mail: for everybody the desk knows, once, and for nobody else."""

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Account, EmailAddress, Person, SignIn
from training.people.operations import change_person, open_account

ADDRESS = "ada@council.example"


@pytest.fixture
def ada(app: Flask) -> Person:
    """Somebody the desk added, who never had an account."""
    person = make_person("Ada", "Obi", address=ADDRESS)
    db.session.commit()
    return person


def ask(client: Client, address: str = ADDRESS) -> Page:
    return client.submit(client.get("/sign-in/send-code"), {"address": address}, follow=True)


def sent() -> OutboxMessage:
    message = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert message is not None
    db.session.expunge(message)
    db.session.rollback()
    return message


def code_in(message: OutboxMessage) -> str:
    found = re.search(r"is (\S{4}-\S{4}-\S{4})\n", message.body_text)
    assert found, message.body_text
    return found[1]


def link_in(message: OutboxMessage) -> str:
    found = re.search(r"http://localhost(/link/\S+)", message.body_text)
    assert found
    return found[1]


def test_somebody_the_desk_added_signs_in_with_the_code(client: Client, ada: Person) -> None:
    page = ask(client)
    assert page.h1 == "Enter your code"
    message = sent()
    assert message.kind == "account-sign-in-code"
    assert client.submit(page, {"code": code_in(message).lower()}).location == "/start"
    assert "Ada Obi" in client.get("/my/account")
    account = db.session.scalars(select(Account)).one()
    assert account.confirmed_at is not None
    assert account.password is None
    assert db.session.scalars(select(SignIn.way)).all() == ["code"]
    assert db.session.scalars(select(EmailAddress.confirmed_at)).one() is not None
    db.session.rollback()


def test_neither_code_nor_link_is_kept_and_both_are_wiped_once_sent(client: Client, ada: Person) -> None:
    ask(client)
    message = sent()
    code = code_in(message)
    kept = db.session.scalars(select(SignedLink)).one()
    assert code not in (kept.code_hash, kept.token_hash)
    assert len(kept.code_hash) == 64
    db.session.rollback()
    message.wipe_secrets()
    assert code not in message.body_text
    assert "/link/" not in message.body_text


def test_a_code_works_once(client: Client, app: Flask, ada: Person) -> None:
    page = ask(client)
    code = code_in(sent())
    client.submit(page, {"code": code})
    again = Client(app)
    page = ask(again)
    assert "used already" in again.submit(page, {"code": code}, status=400).errors[0]
    again.get("/my/account", status=302)


def test_a_code_works_for_a_quarter_of_an_hour(client: Client, ada: Person, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    page = ask(client)
    code = code_in(sent())
    wall_clock.forward(minutes=15, seconds=1)
    assert "run out" in client.submit(page, {"code": code}, status=400).errors[0]


def test_a_code_works_only_for_the_address_it_was_sent_to(client: Client, app: Flask, ada: Person) -> None:
    ask(Client(app))
    code = code_in(sent())
    make_person("Eve", address="eve@council.example")
    db.session.commit()
    page = ask(client, "eve@council.example")
    client.submit(page, {"code": code}, status=400)


def test_a_code_is_typed_where_it_was_asked_for(client: Client) -> None:
    assert client.get("/sign-in/code", status=410).h1 == "Begin again"


def test_opening_the_link_does_nothing_and_its_button_signs_in_once(client: Client, app: Flask, ada: Person) -> None:
    client.submit(client.get("/sign-in/send-code?next=/my/bookings"), {"address": ADDRESS})
    link = link_in(sent())
    scanner = Client(app)
    for _ in range(3):
        assert scanner.get(link).buttons == ["Sign in"]
    scanner.get("/my/account", status=302)
    assert db.session.scalars(select(SignIn)).all() == []
    db.session.rollback()
    page = client.get(link)
    assert "Ada Obi" in page
    assert client.submit(page, button="Sign in").location == "/my/bookings"
    scanner.get(link, status=410)


def test_two_at_the_same_moment_do_not_both_get_in_with_one_link(app: Flask, ada: Person, database: Engine) -> None:
    client = Client(app)
    ask(client)
    link = link_in(sent())
    pages = [(browser, browser.get(link)) for browser in (Client(app), Client(app))]
    statuses: list[int] = []
    ready = threading.Barrier(2)

    def press(browser: Client, page: Page) -> None:
        fields = {str(field["name"]): str(field["value"]) for field in page.select("main form input")}
        ready.wait(10)
        statuses.append(browser._client.post(link, data=fields).status_code)  # pyright: ignore[reportPrivateUsage]

    threads = [threading.Thread(target=press, args=pair) for pair in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert statuses.count(302) == 1
    assert len(db.session.scalars(select(SignIn)).all()) == 1
    db.session.rollback()


def test_known_and_unknown_addresses_get_the_same_answer(client: Client, app: Flask, ada: Person) -> None:
    known, unknown = ask(client), ask(Client(app), "nobody@council.example")
    assert known.text.replace(ADDRESS, "-") == unknown.text.replace("nobody@council.example", "-")
    assert db.session.scalars(select(OutboxMessage.recipient_address)).all() == [ADDRESS]
    assert len(db.session.scalars(select(SignedLink)).all()) == 1
    db.session.rollback()


def test_a_closed_account_gets_no_code_and_none_it_had_works(client: Client, ada: Person) -> None:
    account = open_account(ada, None, clock.now())
    db.session.commit()
    page = ask(client)
    code = code_in(sent())
    account = db.session.merge(account)
    account.active, account.closed_at = False, clock.now()
    db.session.commit()
    assert "has been closed" in client.submit(page, {"code": code}, status=400).errors[0]
    ask(client)
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1
    db.session.rollback()


def test_a_code_sent_to_an_address_that_is_corrected_is_void(client: Client, ada: Person) -> None:
    page = ask(client)
    code = code_in(sent())
    change_person(COMMAND, db.session.get_one(Person, ada.id), {}, "ada.obi@council.example")
    db.session.commit()
    client.submit(page, {"code": code}, status=400)


def test_what_was_set_before_the_address_was_confirmed_is_void(client: Client, ada: Person) -> None:
    open_account(ada, "a password of an impostor", None)
    db.session.commit()
    client.submit(ask(client), {"code": code_in(sent())})
    assert db.session.scalars(select(Account.password)).one() is None
    db.session.rollback()


def test_an_officer_who_was_made_by_another_needs_the_second_factor_after_the_code(client: Client) -> None:
    make_person("Ruth", address=ADDRESS, role=Role.OFFICER)
    db.session.commit()
    client.submit(ask(client), {"code": code_in(sent())})
    assert client.get("/desk", status=302).location == "/sign-in/second-step?next=/desk"
