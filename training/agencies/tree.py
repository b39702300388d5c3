"""Which agency stands above which today: the walk up and down the tree."""

from sqlalchemy import ColumnElement, or_, select

from training.agencies.models import AgencyParent
from training.core import clock
from training.core.database import db


def in_force() -> ColumnElement[bool]:
    """Whether a row of AgencyParent says who stands above an agency today; the last day counts."""
    today = clock.today()
    return (AgencyParent.from_on <= today) & or_(AgencyParent.to_on.is_(None), AgencyParent.to_on >= today)


def ids_below(agency_id: int) -> set[int]:
    """The agency itself and every agency below it today; one query."""
    # UNION, not UNION ALL: a circle that the past left behind ends the walk instead of never ending it.
    walk = (
        select(AgencyParent.agency_id.label("id"))
        .where(in_force(), AgencyParent.parent_id == agency_id)
        .cte("agencies_below", recursive=True)
    )
    walk = walk.union(select(AgencyParent.agency_id).where(in_force(), AgencyParent.parent_id == walk.c.id))
    return {agency_id, *db.session.scalars(select(walk.c.id))}


def ids_above(agency_id: int) -> set[int]:
    """Every agency above this one today, without itself; one query."""
    walk = (
        select(AgencyParent.parent_id.label("id"))
        .where(in_force(), AgencyParent.agency_id == agency_id)
        .cte("agencies_above", recursive=True)
    )
    walk = walk.union(select(AgencyParent.parent_id).where(in_force(), AgencyParent.agency_id == walk.c.id))
    return set(db.session.scalars(select(walk.c.id)))
