"""Taking away who somebody was: what the holdings say is personal goes, and what is counted stays."""

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, literal, select, text, update
from sqlalchemy import String as Text
from sqlalchemy import cast as sql_cast

from training.bookings.models import LIVE, Booking
from training.core import audit, clock
from training.core.database import db
from training.core.holdings import Erasure, Fate, Holding, rows_about, table_of
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.custody.operations_merge import may_give_roles_of
from training.custody.records import lock_people, records_of
from training.custody.stages import everything_held
from training.people.models import Person, RoleGrant
from training.schedule.models import LIVE_ASSIGNMENTS, CourseSession, SessionStatus, TrainerAssignment


def anonymise(viewer: Viewer, person_id: int, reason: str) -> Person:
    """Take away who the person was, in all their records; there is no way back.

    Refused as `refusal_of_anonymising` says, and without a reason.
    """
    if not reason.strip():
        raise Refused("Enter why this person is anonymised", "reason")
    person = lock_people(records_of(person_id))[person_id]
    if refusal := refusal_of_anonymising(viewer, person):
        raise Refused(refusal)
    audit.record(viewer, "anonymised", person, reason=reason.strip())
    db.session.flush()
    erase(person_id)
    return person


def refusal_of_anonymising(viewer: Viewer, person: Person) -> str:
    """Why `viewer` cannot anonymise the person, in a sentence; empty where they can."""
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        return "Only a learning and development officer can anonymise a person"
    if viewer.person_id == person.id:
        return "You cannot anonymise yourself. Ask another officer"
    if person.anonymised_at is not None:
        return "This person is anonymised already"
    if person.merged_into_id is not None:
        return "This record is merged into another one. Anonymise that"
    if not may_give_roles_of(viewer, person):
        return "This person has a role that you cannot give. Ask a system administrator to end it"
    return _still_needed(records_of(person.id))


def _still_needed(ids: list[int]) -> str:
    """Why somebody who is expected, or who acts for others, cannot be anonymised yet."""
    if db.session.scalar(select(RoleGrant.id).where(RoleGrant.person_id.in_(ids), holds_today()).limit(1)):
        return "This person has a role. End it first"
    if db.session.scalar(select(Booking.id).where(Booking.person_id.in_(ids), is_to_come()).limit(1)):
        return "This person is on a session that is still to come. Cancel the booking first"
    if db.session.scalar(
        select(TrainerAssignment.id).where(TrainerAssignment.person_id.in_(ids), teaches_to_come()).limit(1)
    ):
        return "This person teaches a session that is still to come. Take them off it first"
    return ""


def holds_today() -> ColumnElement[bool]:
    """Whether a RoleGrant is in force or will be."""
    return RoleGrant.to_on.is_(None) | (RoleGrant.to_on >= clock.today())


def is_to_come() -> ColumnElement[bool]:
    """Whether a Booking may still lead into the room."""
    return Booking.state.in_(LIVE) & Booking.session_id.in_(_sessions_to_come())


def teaches_to_come() -> ColumnElement[bool]:
    """Whether a TrainerAssignment is of a session that is still to come."""
    return TrainerAssignment.state.in_(LIVE_ASSIGNMENTS) & TrainerAssignment.session_id.in_(_sessions_to_come())


def _sessions_to_come() -> Any:
    return select(CourseSession.id).where(
        CourseSession.ends_at >= clock.now(), CourseSession.status != SessionStatus.CALLED_OFF
    )


def erase(person_id: int) -> None:
    """Do what every holding says, in all records of the person; the caller holds their locks."""
    ids = records_of(person_id)
    db.session.flush()
    db.session.expire_all()
    held = everything_held()
    # Every condition is settled into keys first: erasing an address must not hide the rows that name it.
    about = {name: _keys_about(name, ids) for name in held}
    for name, keys in about.items():
        if keys:
            _erase_rows(held[name], _key_of(table_of(name)).in_(keys))
    db.session.expire_all()


def _key_of(table: Table) -> Any:
    return next(iter(table.primary_key.columns))


def _keys_about(name: str, ids: list[int]) -> list[int]:
    table = table_of(name)
    return list(db.session.scalars(select(_key_of(table)).where(rows_about(name, ids))))


def _erase_rows(holding: Holding, rows: ColumnElement[bool]) -> None:
    table = table_of(holding.table)
    if holding.fate is Fate.DELETED:
        db.session.execute(delete(table).where(rows))
        return
    together: dict[str, Any] = {}
    for column, erasure in holding.personal.items():
        if erasure.keeps:
            continue
        if erasure.only_where or (erasure.value == "" and table.c[column].nullable):
            only = text(erasure.only_where) if erasure.only_where else table.c[column].is_not(None)
            db.session.execute(update(table).where(and_(rows, only)).values({column: _value(table, erasure)}))
        else:
            together[column] = _value(table, erasure)
    if together:
        db.session.execute(update(table).where(rows).values(together))


def _value(table: Table, erasure: Erasure) -> Any:
    given = erasure.value() if callable(erasure.value) else erasure.value
    if erasure.is_numbered:
        return literal(str(given)) + sql_cast(table.c.id, Text)
    return given
