"""The records of one person: the one that is kept, and those that were merged into it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from training.core.database import db
from training.people.models import Person


def records_of(person_id: int) -> list[int]:
    """The keys of the person's record and of every one merged into it, directly or through another."""
    found, latest = [person_id], [person_id]
    while latest:
        latest = list(
            db.session.scalars(select(Person.id).where(Person.merged_into_id.in_(latest)).order_by(Person.id))
        )
        found += latest
    return found


def lock_people(person_ids: Sequence[int]) -> dict[int, Person]:
    """The people, read afresh and locked in the order of their keys: until the end nobody adds a row about them."""
    people = db.session.scalars(
        select(Person)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in people}


def as_row(table: Any, key: int) -> dict[str, Any] | None:
    """The row of `table` with this key as it is now, by the names of its columns; None where there is none."""
    row = db.session.execute(select(table).where(table.c.id == key)).mappings().first()
    return dict(row) if row is not None else None
