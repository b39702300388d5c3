"""Two records of one person for the tests of custody, and all rows of the database as plain values."""

from typing import Any

from sqlalchemy import select

from tests.factories import make_person, number, viewer_of
from training.core.database import db
from training.core.viewer import COMMAND, Role, Viewer
from training.custody.journal import plain
from training.people.models import Account, Person
from training.people.operations import NewPerson, add_person, open_account
from training.tables import METADATA

LEFT_OUT = frozenset({"audit_entry", "audit_values", "merge", "merge_step", "sign_in", "signed_link"})
"""What a merge writes for ever: the log, its own journal, and ways in that stay closed."""


def an_officer() -> Viewer:
    """An officer who is nobody of the story."""
    return viewer_of(make_person("Ola", role=Role.OFFICER), Role.OFFICER)


def a_record(given: str = "Priya", family: str = "Banerjee", address: str | None = "", **said: Any) -> Person:
    """A record as people add them, found by name, reference and address."""
    if address == "":
        address = f"{given.lower()}.{number()}@people.example"
    return add_person(COMMAND, NewPerson(given_name=given, family_name=family, address=address, confirmed=True, **said))


def with_account(person: Person) -> Account:
    """The person with a sign-in."""
    return open_account(person, "correct horse battery staple", None)


def every_row() -> dict[str, list[dict[str, Any]]]:
    """All rows but those of `LEFT_OUT`, by table and key."""
    db.session.expire_all()
    found: dict[str, list[dict[str, Any]]] = {}
    for table in METADATA.sorted_tables:
        if table.name not in LEFT_OUT:
            rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [{name: plain(value) for name, value in row.items()} for row in rows]
    return found
