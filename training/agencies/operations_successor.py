"""Deeds on agencies that end: closing, handing what is theirs to a successor, and coming back."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, select

from training.agencies.models import Agency, AgencyAlias, AgencyDomain, AgencyMembership, AgencyParent
from training.agencies.operations_membership import present_membership
from training.agencies.operations_names import lock_names
from training.agencies.operations_tree import current_parent
from training.agencies.tree import ids_below
from training.core import audit, clock
from training.core.columns import folded
from training.core.database import Base, db
from training.core.refusal import Refused
from training.core.viewer import Viewer

SINCE = "Some of it was changed again since, so it cannot be taken back as one. Put right what is wrong one by one"
Step = dict[str, Any]
"""One thing that was done to a row: its table and key, and either `was` and `is` by column, or `added` or `removed`."""


def step_changed(row: Base, wanted: dict[str, Any]) -> Step:
    """Set the columns `wanted` on `row`, and say so in a way that can be kept and undone."""
    before, after = audit.changes(row, wanted)
    return {"table": row.__tablename__, "id": _key(row), "was": _plain(before), "is": _plain(after)}


def step_added(row: Base) -> Step:
    """Add `row`, and say so in a way that can be kept and undone."""
    db.session.add(row)
    db.session.flush()
    return {"table": row.__tablename__, "id": _key(row), "added": True}


def step_removed(row: Base) -> Step:
    """Delete `row`, and keep what it held."""
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs if column.key != "id"}
    key = _key(row)
    db.session.delete(row)
    db.session.flush()
    return {"table": row.__tablename__, "id": key, "removed": _plain(values)}


def require_can_end(agency: Agency, last_on: date, successor: Agency | None) -> None:
    """Refused where the agency has ended, the day lies in the future, or the successor is none on the day after."""
    if agency.ended_on is not None:
        raise Refused(f"{agency.name} has ended already")
    if last_on > clock.today():
        raise Refused("The last day must be today or earlier", "last_on")
    if successor is None:
        return
    if successor.id == agency.id:
        raise Refused("An agency cannot take its own place", "successor")
    # An agency that has not ended has no successor, so that no chain can lead back.
    if successor.ended_on is not None:
        raise Refused(f"{successor.name} has ended itself. Choose one that goes on", "successor")


def end(viewer: Viewer, agency: Agency, last_on: date, successor: Agency | None, reason: str) -> list[Step]:
    """End the agency after the day `last_on`, and give what is its own to `successor` if there is one.

    Its membership and place in the tree end that day. What stands below it goes below the successor, or to the top;
    its domains and other names go to the successor, and its name becomes another name of the successor. Returns what
    was done, for `undo_steps`. Refused as `require_can_end` says.
    """
    lock_names()
    db.session.refresh(agency)
    if successor is not None:
        db.session.refresh(successor)
    require_can_end(agency, last_on, successor)
    after = {"ended_on": last_on, "successor_id": successor.id if successor else None}
    steps = [step_changed(agency, after)]
    steps += _end_periods(agency, last_on)
    steps += _move_children(agency, successor, last_on)
    if successor is not None:
        steps += _hand_over_names(agency, successor)
    named = {"ended_on": last_on, "successor": successor.name if successor else ""}
    audit.record(viewer, "merged into another agency" if successor else "ended", agency, after=named, reason=reason)
    return steps


def _end_periods(agency: Agency, last_on: date) -> list[Step]:
    periods = (current_parent(agency.id), present_membership(agency.id))
    return [_ended(period, last_on) for period in periods if period is not None]


def _ended(period: AgencyParent | AgencyMembership, last_on: date) -> Step:
    """End a period; one that began after the last day never was."""
    return step_removed(period) if period.from_on > last_on else step_changed(period, {"to_on": last_on})


def _move_children(agency: Agency, successor: Agency | None, last_on: date) -> list[Step]:
    periods = db.session.scalars(
        select(AgencyParent)
        .where(AgencyParent.parent_id == agency.id, AgencyParent.to_on.is_(None))
        .order_by(AgencyParent.id)
    ).all()
    above = _above_on(agency.id, last_on)
    steps: list[Step] = []
    for period in periods:
        begins = max(period.from_on, last_on + timedelta(days=1))
        child = period.agency_id
        # Where the successor itself stood below, its branch takes the place in the tree: it cannot go below itself.
        leads_there = successor is not None and successor.id in ids_below(child)
        target = above if leads_there else _id(successor)
        steps.append(_ended(period, last_on))
        if target is not None:
            steps.append(step_added(AgencyParent(agency_id=child, parent_id=target, from_on=begins)))
    return steps


def _above_on(agency_id: int, day: date) -> int | None:
    """Who stands above the agency at its end."""
    return db.session.scalar(
        select(AgencyParent.parent_id).where(AgencyParent.agency_id == agency_id, AgencyParent.to_on == day)
    )


def _hand_over_names(agency: Agency, successor: Agency) -> list[Step]:
    own = set(db.session.scalars(select(AgencyDomain.domain).where(AgencyDomain.agency_id == successor.id)))
    domains = db.session.scalars(select(AgencyDomain).where(AgencyDomain.agency_id == agency.id)).all()
    aliases = db.session.scalars(select(AgencyAlias).where(AgencyAlias.agency_id == agency.id)).all()
    theirs = {"agency_id": successor.id}
    steps = [step_removed(row) if row.domain in own else step_changed(row, theirs) for row in domains]
    steps += [step_changed(alias, theirs) for alias in aliases]
    name = folded(agency.name)[:200]
    if db.session.scalar(select(AgencyAlias.id).where(AgencyAlias.folded == name)) is None:
        steps.append(step_added(AgencyAlias(agency_id=successor.id, name=agency.name, folded=name)))
    return steps


def undo_steps(steps: list[Step], models: dict[str, type[Base]]) -> None:
    """Take back what was done, the last first; `models` by the name of their table.

    Refused where one of the rows has changed since: then putting it back would undo somebody else's deed.
    """
    for step in reversed(steps):
        model = models[step["table"]]
        row = db.session.get(model, step["id"], populate_existing=True)
        if "removed" in step:
            db.session.add(model(**_read(model, step["removed"])))
        elif row is None:
            raise Refused(SINCE)
        elif "added" in step:
            db.session.delete(row)
        else:
            if any(getattr(row, name) != value for name, value in _read(model, step["is"]).items()):
                raise Refused(SINCE)
            for name, value in _read(model, step["was"]).items():
                setattr(row, name, value)
        db.session.flush()


def _read(model: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    days = {name for name in values if isinstance(model.__table__.c[name].type, Date)}
    return {
        name: date.fromisoformat(value) if name in days and value is not None else value
        for name, value in values.items()
    }


def _id(agency: Agency | None) -> int | None:
    return agency.id if agency is not None else None


def _key(row: Base) -> int:
    return row.__mapper__.primary_key_from_instance(row)[0]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
