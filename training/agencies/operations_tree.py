"""Deeds on where agencies stand: moving from a day on, and putting right a period that was written down wrongly."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select

from training.agencies.models import Agency, AgencyParent
from training.agencies.rules import runs_into, stands_below_on
from training.agencies.tree import Stood, all_periods, parents_on
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer


def lock_tree() -> None:
    """Let nobody else move an agency, end one or change a membership until the transaction ends."""
    db.session.execute(select(Agency.id).order_by(Agency.id).with_for_update(key_share=True)).all()


def set_parent(viewer: Viewer, agency: Agency, parent: Agency | None, from_on: date, reason: str | None = None) -> bool:
    """Put `agency` below `parent` (None: at the top) from the day `from_on`, and say whether anything changed.

    The period before ends on the day before and stays. Refused where the day lies in the future or before the
    present period, and where the agency would stand above itself on any day.
    """
    db.session.flush()
    # Two people who move two agencies below each other must not both succeed: the second waits here, then sees.
    lock_tree()
    present = current_parent(agency.id)
    if (present.parent_id if present else None) == (parent.id if parent else None):
        return False
    if from_on > clock.today():
        raise Refused("The day from which the parent counts must be today or earlier", "parent_from")
    if present is not None and from_on < present.from_on:
        raise Refused("The day must not be earlier than the day from which the present parent counts", "parent_from")
    if parent is not None:
        but = present.id if present is not None else None
        _require_place(agency, parent, (from_on, None), all_periods(but))
    before = present.parent_id if present else None
    if present is not None:
        _end_before(present, from_on)
    if parent is not None:
        db.session.add(AgencyParent(agency_id=agency.id, parent_id=parent.id, from_on=from_on))
    after = {"parent_id": parent.id if parent else None, "from_on": from_on}
    audit.record(viewer, "moved in the tree", agency, before={"parent_id": before}, after=after, reason=reason)
    return True


def current_parent(agency_id: int) -> AgencyParent | None:
    """The period without an end: who stands above the agency now."""
    return db.session.scalar(
        select(AgencyParent).where(AgencyParent.agency_id == agency_id, AgencyParent.to_on.is_(None))
    )


def correct_parent(
    viewer: Viewer, period: AgencyParent, parent: Agency, from_on: date, to_on: date | None, reason: str
) -> bool:
    """Put a period right that was written down wrongly, and say whether anything changed.

    Refused for days in the future, where it would run into another period of the same agency, and where an agency
    would stand above itself on any day.
    """
    lock_tree()
    _require_days(from_on, to_on)
    agency = db.session.get_one(Agency, period.agency_id)
    _require_place(agency, parent, (from_on, to_on), all_periods(period.id))
    before, after = audit.changes(period, {"parent_id": parent.id, "from_on": from_on, "to_on": to_on})
    if after:
        audit.record(viewer, "corrected where it stood", agency, before=before, after=after, reason=reason)
    return bool(after)


def remove_parent(viewer: Viewer, period: AgencyParent, reason: str) -> None:
    """Take away a period that never was."""
    lock_tree()
    agency = db.session.get_one(Agency, period.agency_id)
    before = {"parent_id": period.parent_id, "from_on": period.from_on, "to_on": period.to_on}
    db.session.delete(period)
    audit.record(viewer, "removed where it stood", agency, before=before, reason=reason)


def _require_days(from_on: date, to_on: date | None) -> None:
    today = clock.today()
    if from_on > today:
        raise Refused("The first day must be today or earlier", "from_on")
    if to_on is not None and to_on < from_on:
        raise Refused("The last day must not be before the first", "to_on")
    if to_on is not None and to_on > today:
        raise Refused("The last day must be today or earlier. Leave it empty if it is still there", "to_on")


def _require_place(
    agency: Agency, parent: Agency, days: tuple[date, date | None], others: Mapping[int, list[Stood]]
) -> None:
    """Refused where `agency` cannot stand below `parent` on all `days`; `others` are the periods that stay."""
    if runs_into(days, ((stood.from_on, stood.to_on) for stood in others.get(agency.id, []))):
        raise Refused("It stood somewhere else on some of these days. Correct that first, or choose others", "from_on")
    if days[1] is None and stands_below_on(agency.id, parent.id, parents_on(others, clock.today())):
        raise Refused(f"{parent.name} stands below {agency.name}, so it cannot stand above it as well", "parent")
    last = days[1] or clock.today()
    changing = {stood.from_on for periods in others.values() for stood in periods if days[0] < stood.from_on <= last}
    for day in sorted({days[0], *changing}):
        if stands_below_on(agency.id, parent.id, parents_on(others, day)):
            when = f"{day.day} {day:%B %Y}"
            raise Refused(
                f"{parent.name} stood below {agency.name} on {when}, so it cannot have stood above it", "parent"
            )


def _end_before(period: AgencyParent, from_on: date) -> None:
    """End the present period; one that began on the very day is corrected away, for it never lasted."""
    if from_on == period.from_on:
        db.session.delete(period)
    else:
        period.to_on = from_on - timedelta(days=1)
    db.session.flush()
