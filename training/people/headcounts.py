"""How many people of each workforce group an agency has, as it said on a day: asked, noted, and shown by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from training.agencies.models import Agency
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models_workforce import Headcount, WorkforceGroup
from training.people.queries import lead_agencies


@dataclass(frozen=True)
class Count:
    """What an agency said on one day: staff by the key of the workforce group."""

    counted_on: date
    staff: Mapping[int, int]

    @property
    def total(self) -> int:
        """All groups together."""
        return sum(self.staff.values())


def may_count(viewer: Viewer, agency_id: int) -> bool:
    """Whether `viewer` may say how many people the agency has: the desk, and its lead."""
    return viewer.works_at_desk or agency_id in lead_agencies(viewer)


def counts_of(viewer: Viewer, agency_id: int) -> list[Count]:
    """What the agency said, the latest day first; nothing where that is not for `viewer`. One query at the desk."""
    if not may_count(viewer, agency_id):
        return []
    found: dict[date, dict[int, int]] = {}
    rows = db.session.execute(
        select(Headcount.counted_on, Headcount.workforce_group_id, Headcount.staff)
        .where(Headcount.agency_id == agency_id)
        .order_by(Headcount.counted_on.desc(), Headcount.workforce_group_id)
    )
    for counted_on, group_id, staff in rows:
        found.setdefault(counted_on, {})[group_id] = staff
    return [Count(day, staff) for day, staff in found.items()]


def agencies_to_count(viewer: Viewer) -> list[tuple[str, str, date | None]]:
    """Code, name and the last day of counting of each agency that `viewer` leads and that has not ended."""
    latest = (
        select(Headcount.agency_id, func.max(Headcount.counted_on).label("latest"))
        .group_by(Headcount.agency_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Agency.code, Agency.name, latest.c.latest)
        .outerjoin(latest, latest.c.agency_id == Agency.id)
        .where(Agency.id.in_(lead_agencies(viewer)), Agency.ended_on.is_(None))
        .order_by(Agency.sort_key, Agency.id)
    )
    return [(code, name, day) for code, name, day in rows]


def count_staff(viewer: Viewer, agency_id: int, counted_on: date, staff: Mapping[int, int | None]) -> bool:
    """Note how many people of each workforce group (by key) the agency had on a day; says whether anything changed.

    A group left open (None) is not known on that day. What was said for the same day before is put right. Refused for
    a day in the future, where nothing is said, and with LookupError where that is not for `viewer`.
    """
    if not may_count(viewer, agency_id):
        raise LookupError("no agency of theirs")
    if counted_on > clock.today():
        raise Refused("The day must be today or earlier", "counted_on")
    if all(number is None for number in staff.values()):
        raise Refused("Enter the number of people of at least one workforce group")
    agency = lock_row(Agency, agency_id)
    rows = {
        row.workforce_group_id: row
        for row in db.session.scalars(
            select(Headcount).where(Headcount.agency_id == agency_id, Headcount.counted_on == counted_on)
        )
    }
    numbers = {group.id: f"group {group.number}" for group in db.session.scalars(select(WorkforceGroup))}
    before: dict[str, int | None] = {}
    after: dict[str, int | None] = {}
    for group_id, number in staff.items():
        row = rows.get(group_id)
        if (row.staff if row else None) == number:
            continue
        before[numbers[group_id]], after[numbers[group_id]] = row.staff if row else None, number
        _write(agency_id, group_id, counted_on, number, row)
    if after:
        day = {"counted_on": counted_on}
        audit.record(viewer, "counted the staff of", agency, before=before, after={**day, **after})
    return bool(after)


def _write(agency_id: int, group_id: int, counted_on: date, number: int | None, row: Headcount | None) -> None:
    if row is None and number is not None:
        db.session.add(Headcount(agency_id=agency_id, workforce_group_id=group_id, counted_on=counted_on, staff=number))
    elif row is not None and number is None:
        db.session.delete(row)
    elif row is not None and number is not None:
        row.staff = number
