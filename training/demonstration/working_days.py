"""Days on which training is held: no weekends, no bank holidays, and few in the summer holidays."""

from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(on: date) -> bool:
    """Whether offices in England are open."""
    return on.weekday() < 5 and on not in _bank_holidays(on.year)


def is_training_day(on: date) -> bool:
    """A working day outside August and the days around Christmas and New Year."""
    around_christmas = (on.month == 12 and on.day > 19) or (on.month == 1 and on.day < 5)
    return is_working_day(on) and on.month != 8 and not around_christmas


def training_days(first: date, last: date) -> list[date]:
    """All training days from `first` to `last`, both included."""
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [day for day in days if is_training_day(day)]


def working_day_before(day: date, count: int = 1) -> date:
    """The working day that lies `count` working days before `day`."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
