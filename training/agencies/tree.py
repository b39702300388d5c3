"""Which agency stands above which, today and on other days, and which agency took another's place."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from training.agencies.models import Agency, AgencyParent
from training.core import clock
from training.core.database import db

ALWAYS = date.min
"""Since when an agency has stood where it does, as long as anybody here remembers."""


class Stood(NamedTuple):
    """A time in which an agency stood below another; the last day counts."""

    parent_id: int
    from_on: date
    to_on: date | None

    def covers(self, day: date) -> bool:
        """Whether it stood there on the day."""
        return self.from_on <= day <= (self.to_on or day)


def in_force(on: date | None = None) -> ColumnElement[bool]:
    """Whether a row of AgencyParent says who stands above an agency on a day (today); the last day counts."""
    day = on or clock.today()
    return (AgencyParent.from_on <= day) & or_(AgencyParent.to_on.is_(None), AgencyParent.to_on >= day)


def has_ended() -> ColumnElement[bool]:
    """Whether a row of Agency is no agency of its own any more today; its last day counts."""
    return Agency.ended_on.is_not(None) & (Agency.ended_on < clock.today())


def ids_below(agency_id: int) -> set[int]:
    """The agency itself and every agency below it today; one query."""
    return ids_below_each([agency_id])[agency_id]


def ids_below_each(agency_ids: Collection[int]) -> dict[int, set[int]]:
    """The same for several agencies; one query for all of them."""
    # UNION, not UNION ALL: a circle that the past left behind ends the walk instead of never ending it.
    walk = (
        select(AgencyParent.parent_id.label("top"), AgencyParent.agency_id.label("id"))
        .where(in_force(), AgencyParent.parent_id.in_(agency_ids))
        .cte("agencies_below", recursive=True)
    )
    walk = walk.union(select(walk.c.top, AgencyParent.agency_id).where(in_force(), AgencyParent.parent_id == walk.c.id))
    found = {agency_id: {agency_id} for agency_id in agency_ids}
    for top, below in db.session.execute(select(walk.c.top, walk.c.id)):
        found[top].add(below)
    return found


def ids_above(agency_id: int) -> set[int]:
    """Every agency above this one today, without itself; one query."""
    walk = (
        select(AgencyParent.parent_id.label("id"))
        .where(in_force(), AgencyParent.agency_id == agency_id)
        .cte("agencies_above", recursive=True)
    )
    walk = walk.union(select(AgencyParent.parent_id).where(in_force(), AgencyParent.agency_id == walk.c.id))
    return set(db.session.scalars(select(walk.c.id)))


def all_periods(but: int | None = None) -> dict[int, list[Stood]]:
    """Where every agency has stood, the earliest first; one query. The period with the key `but` is left out."""
    rows = db.session.execute(
        select(AgencyParent.agency_id, AgencyParent.parent_id, AgencyParent.from_on, AgencyParent.to_on)
        .where(AgencyParent.id != (but or 0))
        .order_by(AgencyParent.from_on, AgencyParent.id)
    )
    found: dict[int, list[Stood]] = {}
    for agency_id, parent_id, from_on, to_on in rows:
        found.setdefault(agency_id, []).append(Stood(parent_id, from_on, to_on))
    return found


def parents_on(periods: Mapping[int, list[Stood]], day: date) -> dict[int, int]:
    """Who stood directly above whom on a day."""
    return {
        agency_id: period.parent_id for agency_id, stood in periods.items() for period in stood if period.covers(day)
    }


def below_since(top_id: int) -> dict[int, date | None]:
    """Every agency that stands below `top_id` today, or did at its end, and itself, with the day since when.

    None is since always: the agency itself, and those that stood there when they were added here. What an agency
    did before that day is not for the lead of `top_id`. Two queries.
    """
    periods = all_periods()
    rows = db.session.execute(select(Agency.id, Agency.created_at, Agency.ended_on).where(Agency.id.in_(periods))).all()
    added = {row.id: clock.local(row.created_at).date() for row in rows}
    today = clock.today()
    # An agency that has ended stood where it stood on its last day.
    until = {row.id: min(today, row.ended_on or today) for row in rows}
    found = {
        key: _since(key, top_id, until.get(key, today), periods, added, frozenset()) for key in periods if key != top_id
    }
    return {top_id: None} | {key: None if day == ALWAYS else day for key, day in found.items() if day is not None}


def _since(
    key: int,
    top_id: int,
    until: date,
    periods: Mapping[int, list[Stood]],
    added: Mapping[int, date],
    seen: frozenset[int],
) -> date | None:
    """The first day from which `key` stood below `top_id` without a break until the day `until`; None if not then."""
    stood = periods.get(key, [])
    present = next((period for period in stood if period.covers(until)), None)
    if present is None or key in seen:
        return None
    begins = ALWAYS if present is stood[0] and present.from_on == added.get(key) else present.from_on
    if present.parent_id != top_id:
        above = _since(present.parent_id, top_id, until, periods, added, seen | {key})
        if above is None:
            return None
        if above > begins:
            return above
    if begins == ALWAYS:
        return ALWAYS
    # It may have stood elsewhere below the same one until the day before.
    return _since(key, top_id, begins - timedelta(days=1), periods, added, seen) or begins


def successors() -> dict[int, int]:
    """For every agency that another took the place of, the one that stands for it today; one query."""
    rows = db.session.execute(select(Agency.id, Agency.successor_id).where(Agency.successor_id.is_not(None)))
    direct = {key: successor for key, successor in rows if successor is not None}
    return {key: last_of(key, direct) for key in direct}


def last_of(key: int, direct: Mapping[int, int]) -> int:
    """The end of the chain of successors that begins at `key`; of a circle, `key` itself."""
    last, seen = key, {key}
    while last in direct:
        last = direct[last]
        if last in seen:
            return key
        seen.add(last)
    return last
