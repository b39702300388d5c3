"""Deeds on the days on which the schools of the area are closed."""

from datetime import date

from sqlalchemy import select

from training.core import audit
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import SchoolHoliday

LONGEST_DAYS = 92
"""Longer than any school holiday: a year was mistyped."""


def add_holiday(viewer: Viewer, name: str, from_on: date, to_on: date) -> SchoolHoliday:
    """Keep days on which schools are closed; refused where the days run backwards or are kept already."""
    holiday = SchoolHoliday(name=_checked(name, from_on, to_on, None), from_on=from_on, to_on=to_on)
    db.session.add(holiday)
    after = {"name": holiday.name, "from_on": from_on, "to_on": to_on}
    audit.record(viewer, "added the school holiday", holiday, after=after)
    db.session.flush()
    return holiday


def change_holiday(viewer: Viewer, holiday_id: int, name: str, from_on: date, to_on: date) -> SchoolHoliday:
    """Put right a name or the days."""
    holiday = lock_row(SchoolHoliday, holiday_id)
    wanted = {"name": _checked(name, from_on, to_on, holiday_id), "from_on": from_on, "to_on": to_on}
    before, after = audit.changes(holiday, wanted)
    if after:
        audit.record(viewer, "changed the school holiday", holiday, before=before, after=after)
        db.session.flush()
    return holiday


def remove_holiday(viewer: Viewer, holiday_id: int) -> None:
    """Keep these days no longer: nothing stands on them but warnings."""
    holiday = lock_row(SchoolHoliday, holiday_id)
    before = {"name": holiday.name, "from_on": holiday.from_on, "to_on": holiday.to_on}
    audit.record(viewer, "removed the school holiday", holiday, before=before)
    db.session.delete(holiday)
    db.session.flush()


def overlapping(viewer: Viewer, holiday: SchoolHoliday) -> list[SchoolHoliday]:  # noqa: ARG001 - schools say it openly
    """Other holidays that share days with this one, in order."""
    return list(
        db.session.scalars(
            select(SchoolHoliday)
            .where(SchoolHoliday.id != holiday.id)
            .where(SchoolHoliday.from_on <= holiday.to_on, SchoolHoliday.to_on >= holiday.from_on)
            .order_by(SchoolHoliday.from_on, SchoolHoliday.id)
        )
    )


def _checked(name: str, from_on: date, to_on: date, mine: int | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter what the holiday is called", "name")
    if to_on < from_on:
        raise Refused("The last day must be on or after the first day", "to_on")
    if (to_on - from_on).days >= LONGEST_DAYS:
        raise Refused(f"A school holiday has at most {LONGEST_DAYS} days. Check the year", "to_on")
    same = select(SchoolHoliday.id).where(
        SchoolHoliday.name == name, SchoolHoliday.from_on == from_on, SchoolHoliday.to_on == to_on
    )
    if mine is not None:
        same = same.where(SchoolHoliday.id != mine)
    if db.session.scalar(same.limit(1)) is not None:
        raise Refused("This holiday is kept already", "name")
    return name
