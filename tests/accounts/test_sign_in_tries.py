"""Wrong tries: how many, of which way, for how long, whoever has the address; and what knowing an address costs."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from passlib.context import CryptContext
from sqlalchemy import Engine, func, select, text

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.accounts import proofs
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink, create_link
from training.core.notes import Note
from training.core.outbox import OutboxMessage
from training.people.mail import CHOOSE_PASSWORD
from training.people.models import Account, Person
from training.people.operations import open_account
from training.people.tries import MOST, WITHIN, is_shut_after

PASSWORD = "correct horse staple"
ADDRESS = "ada@council.example"
NOBODY = "nobody@council.example"
WRONG = "wrong password here"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> Person:
    person = make_person("Ada", "Obi", address=ADDRESS)
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    return person


def sign_in(client: Client, password: str = PASSWORD, status: int = 302, address: str = ADDRESS) -> Page:
    return client.submit(client.get("/sign-in"), {"email": address, "password": password}, status=status)


def kinds() -> list[str]:
    found = list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))
    db.session.rollback()
    return found


@given(st.lists(st.integers(0, 3600), max_size=40))
def test_ten_within_a_quarter_of_an_hour_shut_for_a_quarter_of_an_hour_after_the_tenth(seconds: list[int]) -> None:
    moments = [NOON + timedelta(seconds=second) for second in sorted(seconds)]
    at = NOON + timedelta(hours=1)
    ends = [
        last
        for last in moments
        if sum(last - WITHIN < moment <= last for moment in moments) >= MOST and at - last < WITHIN
    ]
    assert is_shut_after(moments, at) == bool(ends)


def test_nine_wrong_ones_are_forgotten_after_a_right_one(client: Client, ada: Person, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    for _ in range(2):
        for _ in range(9):
            sign_in(client, WRONG, status=400)
        sign_in(client)
        client.post("/sign-out")
    assert kinds() == []


def test_the_eleventh_is_not_even_looked_at_and_the_owner_is_told_once(
    client: Client, ada: Person, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 09:30")
    for address in (ADDRESS, NOBODY):
        for _ in range(10):
            wall_clock.forward(seconds=80)
            assert "is not right" in sign_in(client, WRONG, status=400, address=address).errors[0]
        for _ in range(3):
            assert "too many wrong tries" in sign_in(client, status=400, address=address).errors[0]
    assert kinds() == ["account-shut"]
    wall_clock.set("2026-12-03 09:58")
    sign_in(client, status=400)
    wall_clock.forward(minutes=1)
    sign_in(client)


def test_tries_are_kept_by_a_hash_and_for_all_processes(client: Client, app: Flask, ada: Person) -> None:
    for _ in range(10):
        sign_in(Client(app), WRONG, status=400)
    assert "too many" in sign_in(client, status=400).errors[0]
    assert not [kind for kind in db.session.scalars(select(Note.kind)) if "ada" in kind]
    db.session.rollback()


def test_a_shut_way_leaves_the_others_open_and_a_new_password_opens_it(client: Client, app: Flask, ada: Person) -> None:
    for _ in range(10):
        sign_in(client, WRONG, status=400)
    page = client.submit(client.get("/sign-in/send-code"), {"address": ADDRESS}, follow=True)
    for _ in range(10):
        client.submit(page, {"code": "BBBB-BBBB-BBBB"}, status=400)
    assert "too many wrong tries" in client.submit(page, {"code": "BBBB-BBBB-BBBB"}, status=400).errors[0]
    assert kinds().count("account-shut") == 2
    link = create_link(CHOOSE_PASSWORD, ada.id).address.partition("localhost")[2]
    db.session.commit()
    client.submit(client.get(link), {"password": "another horse walks"})
    client.post("/sign-out")
    sign_in(client, "another horse walks")
    page = Client(app)
    asked = page.submit(page.get("/sign-in/send-code"), {"address": ADDRESS}, follow=True)
    assert "not right" in page.submit(asked, {"code": "BBBB-BBBB-BBBB"}, status=400).errors[0]


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What passwords were hashed or compared for: each costs the same, and nothing else costs as much."""
    done: list[str] = []
    for name in ("hash", "verify", "verify_and_update"):
        real: Callable[..., object] = getattr(CryptContext, name)

        def noted(*args: object, _real: Callable[..., object] = real, _name: str = name, **kwargs: object) -> object:
            done.append(_name)
            return _real(*args, **kwargs)

        monkeypatch.setattr(CryptContext, name, noted)
    return done


def test_signing_in_costs_one_hash_whoever_has_the_address(client: Client, ada: Person, hashes: list[str]) -> None:
    without = make_person(address="without@council.example")
    open_account(without, None, clock.now())
    unconfirmed = make_person(address="unconfirmed@council.example")
    open_account(unconfirmed, PASSWORD, None)
    db.session.commit()
    page = client.get("/sign-in")
    costs: dict[str, int] = {}
    for address in (ADDRESS, NOBODY, "without@council.example", "unconfirmed@council.example"):
        hashes.clear()
        client.submit(page, {"email": address, "password": WRONG}, status=400)
        costs[address] = len(hashes)
    assert set(costs.values()) == {1}
    hashes.clear()
    client.submit(page, {"email": ADDRESS, "password": PASSWORD})
    assert len(hashes) == 1


@pytest.mark.parametrize("path", ["/forgot-password", "/sign-in/send-code", "/sign-up/send-again"])
def test_asking_for_a_message_writes_as_much_for_nobody(
    client: Client, ada: Person, hashes: list[str], statements: list[str], path: str
) -> None:
    written: dict[str, list[str]] = {}
    answers: dict[str, tuple[int, str]] = {}
    for address in (ADDRESS, NOBODY):
        page = client.get(path)
        statements.clear()
        hashes.clear()
        answer = client.submit(page, {"address": address})
        answers[address] = (answer.status, answer.location)
        written[address] = [
            " ".join(sql.split()[:3])
            for sql in statements
            if sql.startswith("INSERT") and not re.search("spent|limit", sql)
        ]
        assert hashes == []
    assert answers[ADDRESS] == answers[NOBODY]
    if path != "/sign-up/send-again":
        assert written[ADDRESS] == written[NOBODY] == ["INSERT INTO signed_link", "INSERT INTO outbox_message"]
    links = db.session.scalar(select(func.count(SignedLink.id)))
    assert (links, len(kinds())) == ((1, 1) if path != "/sign-up/send-again" else (0, 1))


def write_elsewhere(database: Engine, statement: str) -> None:
    """What another request would write at this moment; fails where it has to wait for longer than two seconds."""

    def write() -> None:
        with database.connect() as other, other.begin():
            other.execute(text(statement))

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(2)
    waited = thread.is_alive()
    thread.join(10)
    assert not waited, "somebody who wanted to write had to wait for a hash"


def test_nobody_waits_for_a_hash(app: Flask, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a password is compared, somebody else can write: on SQLite too, where only one can at a time."""
    compared: list[bool] = []
    context: Any = CryptContext
    real: Callable[..., object] = context.verify_and_update

    def slow(self: CryptContext, *args: object, **kwargs: object) -> object:
        write_elsewhere(database, "UPDATE person SET telephone = '1'")
        compared.append(True)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(CryptContext, "verify_and_update", slow)
    sign_in(Client(app))
    assert compared == [True]


def test_nobody_waits_for_the_hash_of_a_new_password(
    app: Flask, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = create_link(CHOOSE_PASSWORD, ada.id).address.partition("localhost")[2]
    db.session.commit()
    client = Client(app)
    page = client.get(link)
    hashed: list[str] = []
    real = proofs.hash_password

    def slow(password: str) -> str:
        write_elsewhere(database, "UPDATE person SET telephone = '1'")
        hashed.append(password)
        return real(password)

    monkeypatch.setattr(proofs, "hash_password", slow)
    client.submit(page, {"password": "another horse walks"})
    assert hashed == ["another horse walks"]


def test_a_password_that_is_changed_while_it_is_compared_is_not_right_any_more(
    app: Flask, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    context: Any = CryptContext
    real: Callable[..., object] = context.verify_and_update

    def meanwhile(self: CryptContext, *args: object, **kwargs: object) -> object:
        write_elsewhere(database, "UPDATE account SET password = 'changed'")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(CryptContext, "verify_and_update", meanwhile)
    assert "is not right" in sign_in(Client(app), status=400).errors[0]


def test_many_at_once_slip_through_no_more_than_the_server_answers_at_once(app: Flask, ada: Person) -> None:
    """Eight who guess at the same moment, over and over: after the first rounds nobody is listened to."""
    looked_at: list[int] = []

    def guess() -> None:
        client = Client(app)
        for _ in range(6):
            page = client.post("/sign-in", {"email": ADDRESS, "password": WRONG}, status=400)
            if "is not right" in page.errors[0]:
                looked_at.append(1)

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert MOST <= len(looked_at) <= MOST + len(threads)
    assert db.session.scalars(select(Account.email)).one() == ADDRESS
    db.session.rollback()
