"""The audit log can only grow, whoever writes to the database; its values can be deleted, never altered."""

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.factories import make_person
from training.core import audit
from training.core.audit import AuditEntry, AuditValues
from training.core.database import db
from training.core.viewer import COMMAND


@pytest.fixture
def entry(app: Flask) -> AuditEntry:
    written = audit.record(COMMAND, "changed", make_person(), before={"given": "Pia"}, after={"given": "Priya"})
    db.session.commit()
    return written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET deed = 'did nothing'",
        "DELETE FROM audit_entry",
        "UPDATE audit_values SET before = '{}'",
    ],
)
def test_nobody_changes_what_was_written(entry: AuditEntry, database: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
        connection.execute(text(statement))
    db.session.refresh(entry)
    assert (entry.deed, entry.values.before if entry.values else None) == ("changed", {"given": "Pia"})


@pytest.mark.parametrize("table", ["audit_entry", "audit_values"])
def test_nobody_replaces_or_empties_the_log(entry: AuditEntry, database: Engine, table: str) -> None:
    statement = f"TRUNCATE {table} CASCADE"
    if database.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
        connection.execute(text(statement))
    db.session.refresh(entry)
    assert entry.values is not None


def test_a_change_through_the_models_is_refused_too(entry: AuditEntry) -> None:
    entry.reason = "made up later"
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.commit()
    db.session.rollback()


def test_retention_deletes_values_and_leaves_the_entry(entry: AuditEntry, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(AuditValues.__table__.delete())  # type: ignore[attr-defined]
    db.session.refresh(entry)
    assert (entry.deed, entry.values) == ("changed", None)


def test_somebody_who_did_something_cannot_be_deleted(app: Flask, database: Engine) -> None:
    person = make_person()
    audit.record(COMMAND, "added", person)
    db.session.add(AuditEntry(actor_kind="person", actor_id=person.id, deed="did", subject_kind="x", subject_id=1))
    db.session.commit()
    with pytest.raises(DBAPIError), database.begin() as connection:
        connection.execute(text("DELETE FROM person"))
