"""Working days where the partnership is: Monday to Friday without the bank holidays of England."""

from collections.abc import Container
from datetime import date, timedelta
from functools import cache

from holidays import HolidayBase, country_holidays

SATURDAY = 5


@cache
def bank_holidays() -> HolidayBase:
    """The bank holidays of England with their names, of any year asked about."""
    return country_holidays("GB", subdiv="ENG")


def bank_holiday_on(day: date) -> str:
    """What the bank holiday on `day` is called; empty where there is none."""
    return str(bank_holidays().get(day) or "").removesuffix(" (observed)")


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY


def working_days_before(day: date, days: int, holidays: Container[date]) -> date:
    """The day that lies `days` working days before `day`; `day` itself for none."""
    while days > 0:
        day -= timedelta(days=1)
        if not is_weekend(day) and day not in holidays:
            days -= 1
    return day


def working_days_after(day: date, days: int, holidays: Container[date]) -> date:
    """The day that lies `days` working days after `day`; `day` itself for none."""
    while days > 0:
        day += timedelta(days=1)
        if not is_weekend(day) and day not in holidays:
            days -= 1
    return day
