"""Calendars as programs fetch them, and as a reader that is not ours understands them."""

import contextvars
from typing import Any, cast

import vobject
from flask import Flask
from sqlalchemy import inspect

from tests.pages import Client
from training.core.database import db
from training.people.models import Person


def fetch(app: Flask, address: str, method: str = "GET", **headers: str) -> Any:
    """The answer to a program that has no cookies and sends only `headers`."""
    db.session.rollback()

    def ask() -> Any:
        return app.test_client().open(address, method=method, headers=headers)

    # In a context of its own, as every real request has.
    return contextvars.Context().run(ask)


def entries_in(content: str) -> list[Any]:
    """The entries of a calendar, in its order."""
    calendar = cast(Any, vobject.readOne(content))
    return list(calendar.contents.get("vevent", []))


def entries(app: Flask, address: str) -> list[Any]:
    """The entries at an address."""
    answer = fetch(app, address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return entries_in(answer.get_data(as_text=True))


def new_address(client: Client, person: Person) -> str:
    """Sign `person` in and make a calendar address on their page: its path."""
    # It may come from a transaction that has ended.
    client.sign_in(db.session.get_one(Person, inspect(person).identity))
    page = client.get("/my/account/calendar")
    button = "Make a new address" if "Make a new address" in page.buttons else "Make my calendar address"
    shown = client.submit(page, button=button, status=200)
    address = shown.words("main code")[0]
    assert address.startswith("http://localhost/calendars/")
    return address.removeprefix("http://localhost")
