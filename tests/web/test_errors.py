"""What people see when the database is busy or gone, or asks for a number no key can be."""

import contextlib
import logging
from collections.abc import Generator

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from tests.factories import make_person
from tests.pages import Client
from training.core.database import db
from training.core.notes import Note
from training.core.viewer import Role


@contextlib.contextmanager
def somebody_writing(engine: Engine) -> Generator[None]:
    """Another connection holds SQLite's one write lock; nobody waits long for it."""

    def impatient(connection: object, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")  # type: ignore[attr-defined]

    engine.dispose()
    event.listen(engine, "connect", impatient)
    try:
        with engine.connect() as other:
            other.execute(text("UPDATE person SET ref = ref"))
            yield
            other.rollback()
    finally:
        event.remove(engine, "connect", impatient)
        engine.dispose()


def test_a_post_that_waits_in_vain_says_try_again(app: Flask, database: Engine, client: Client) -> None:
    if database.dialect.name != "sqlite":
        return  # there is no lock over all of a PostgreSQL database
    with somebody_writing(database):
        page = client.post("/sign-in", {"email": "a@b.example", "password": "x"}, status=503)
    assert page.h1 == "Muster is busy"
    assert "Try again in a few seconds" in page


def test_a_page_is_not_lost_to_its_note(app: Flask, database: Engine, client: Client) -> None:
    client.get("/courses?words=zzzz")
    kept = db.select(db.func.count()).select_from(Note)
    assert db.session.scalar(kept) == 1
    db.session.rollback()
    if database.dialect.name != "sqlite":
        return
    with somebody_writing(database):
        client.get("/courses?words=zzzz")
    assert db.session.scalar(kept) == 1


def test_a_database_that_is_gone_gets_a_page_that_needs_none(app: Flask, database: Engine, client: Client) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, RuntimeError("the server closed the connection"))

    event.listen(database, "before_cursor_execute", gone)
    try:
        page = client.get("/courses", status=500)
    finally:
        event.remove(database, "before_cursor_execute", gone)
    assert page.h1 == "Something went wrong"


@pytest.mark.parametrize("number", [2**31, 10**23])
def test_a_number_no_key_can_be_is_no_page(client: Client, number: int) -> None:
    client.sign_in(make_person(role=Role.OFFICER))
    client.get(f"/desk/messages/{number}", status=404)


def test_a_form_from_another_site_is_refused_and_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        page = client.post("/sign-in", {"email": "ada@council.example", "password": "x"}, 400, tokens=False)
    assert page.h1 == "This page was open for too long"
    assert [record.getMessage() for record in caplog.records] == [
        "a form without its token was refused at security.login"
    ]
