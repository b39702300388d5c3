"""Bringing files of people in tests: as the desk or a lead does, with the worker in between."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from tests.pages import Client, Page
from training.accounts.configuring import viewer_for
from training.agencies.models import Agency
from training.core.database import db
from training.core.tasks import run_next
from training.people.models import Employment, Person
from training.web.sheets import csv_text


def sheet(header: str, *rows: str) -> bytes:
    """A CSV file from lines with `|` between the cells."""
    return csv_text(header.split("|"), [row.split("|") for row in rows]).encode()


def bring(client: Client, page: str, content: bytes, name: str = "people.csv", **answers: str) -> str:
    """Bring a file on `page` and let the worker read it; the address of its preview."""
    form = client.get(page)
    address = client.submit(form, {"file": (BytesIO(content), name), **answers}).location
    assert run_next(viewer_for)
    return address


def press(client: Client, address: str, button: str) -> Page:
    """Press a button on the page at `address` and follow on."""
    return client.submit(client.get(address), button=button, follow=True)


def verdicts(page: Page) -> list[tuple[str, str]]:
    """The rows of a preview, as their status and what would happen."""
    return [(row[2], row[3]) for row in page.rows()]


def person_called(family: str) -> Person:
    """The one person of this last name."""
    db.session.rollback()
    return db.session.scalars(db.select(Person).where(Person.family_name == family)).one()


def jobs(family: str) -> Sequence[tuple[str | None, str, date, date | None]]:
    """The jobs of somebody: agency, role, first and last day."""
    found: Any = db.session.execute(
        db.select(Agency.name, Employment.job_role, Employment.from_on, Employment.to_on)
        .join(Person, Person.id == Employment.person_id)
        .outerjoin(Agency, Agency.id == Employment.agency_id)
        .where(Person.family_name == family)
        .order_by(Employment.from_on, Employment.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]
