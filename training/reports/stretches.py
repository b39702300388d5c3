"""The stretches of a year in which the tree of agencies stayed the same: figures of each are added up by its tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, select

from training.agencies.models import AgencyParent
from training.core import clock
from training.core.database import db
from training.reports.filters import Asked, Level, Reckoning
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class Stretches:
    """The stretches by number, each with a day on which its tree holds; and the column that says which one."""

    days: Mapping[int, date]
    columns: tuple[Any, ...] = ()
    """The number of the stretch that a CourseSession belongs to by its last part; none where there is one stretch."""

    @property
    def last(self) -> int:
        """The number of the last one."""
        return max(self.days)


def stretches_of(asked: Asked) -> Stretches:
    """The stretches of the year asked for; one, today's, unless rows are organisations as they were then."""
    if asked.agencies is Reckoning.NOW:
        return Stretches({0: clock.today()})
    until = min(clock.today(), asked.year.last_day)
    if asked.level is not Level.PARENT:
        return Stretches({0: until})
    first = min(asked.year.first_day, until)
    changed = {
        day
        for from_on, to_on in db.session.execute(select(AgencyParent.from_on, AgencyParent.to_on))
        for day in (from_on, to_on + timedelta(days=1) if to_on else None)
        if day is not None and first < day <= until
    }
    days = dict(enumerate([first, *sorted(changed)]))
    if len(days) == 1:
        return Stretches(days)
    ends = [(CourseSession.ends_at < clock.start_of_day(days[number]), number - 1) for number in days if number]
    # Labelled, so that it is grouped by its name: PostgreSQL takes the same expression twice for two.
    return Stretches(days, (case(*ends, else_=max(days)).label("stretch"),))
