"""Rows added without an object for each: their keys, their defaults, and that others go on adding beside them."""

from flask import Flask

from tests.factories import make_person
from training.core.audit import AuditEntry
from training.core.batch_journal import audit_all
from training.core.bulk import add_rows, filled, fresh_keys
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import EmailAddress, Person


def test_keys_are_new_and_nobody_is_given_them_afterwards(app: Flask) -> None:
    present = make_person()
    said = {"given_name": "Sam", "family_name": "Reed", "sort_key": "reed sam", "search_text": "sam reed"}
    rows = filled(Person, [{"ref": f"P-NEW{number}", **said} for number in range(3)])
    keys = [row["id"] for row in rows]
    assert keys == sorted({*keys} - {present.id})
    add_rows(Person, rows)
    assert make_person().id > max(keys)
    added = db.session.scalars(db.select(Person).where(Person.id.in_(keys)).order_by(Person.id)).all()
    assert [(row.ref, row.telephone, row.row_version) for row in added] == [(f"P-NEW{n}", "", 1) for n in range(3)]
    assert {row.created_at.tzname() for row in added} == {"UTC"}


def test_nothing_asks_for_no_keys_and_adds_nothing(app: Flask) -> None:
    assert fresh_keys(EmailAddress, 0) == []
    add_rows(EmailAddress, [])
    assert db.session.scalars(db.select(EmailAddress)).all() == []


def test_many_entries_of_the_log_say_whether_values_came_with_them(app: Flask) -> None:
    nothing = dict[str, str]()
    told = [("added", "person", 1, nothing, {"given_name": "Sam"}), ("took back", "person", 2, nothing, nothing)]
    audit_all(COMMAND, told, "File IMP-1")
    entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.deed, row.subject_id, row.reason, row.has_values) for row in entries] == [
        ("added", 1, "File IMP-1", True),
        ("took back", 2, "File IMP-1", False),
    ]
    assert [row.values and row.values.after for row in entries] == [{"given_name": "Sam"}, None]
