"""Lays days out as calendars: a month as weeks of days, each with what is on it."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from training.core import clock
from training.core.working_days import SATURDAY, bank_holiday_on
from training.programme.rules import Closure
from training.web.formats import WEEKDAYS

Item = TypeVar("Item")


@dataclass(frozen=True)
class Day(Generic[Item]):
    """A day of a month: what is on it, and why training is seldom held on it."""

    on: date
    items: Sequence[Item]
    notes: Sequence[str]


@dataclass(frozen=True)
class Month(Generic[Item]):
    """A month as a grid: weeks of days, None for days of other months; without the weekend where nothing is on it."""

    first: date
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[Day[Item] | None]]
    days: int
    """On how many days something is."""


def months_of(
    months: Iterable[date], items: Iterable[tuple[date, Item]], closures: Sequence[Closure] = ()
) -> list[Month[Item]]:
    """A calendar for each of these months (by their first days) of what is on which day, in the order given."""
    by_day: dict[date, list[Item]] = defaultdict(list)
    for on, item in items:
        by_day[on].append(item)
    return [_month(first, by_day, closures) for first in months]


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first` to that of `last`."""
    found = [first.replace(day=1)]
    while (following := clock.months_later(found[-1], 1)) <= last:
        found.append(following)
    return found


def _month(first: date, by_day: dict[date, list[Item]], closures: Sequence[Closure]) -> Month[Item]:
    own = [on for on in by_day if (on.year, on.month) == (first.year, first.month)]
    width = len(WEEKDAYS) if any(on.weekday() >= SATURDAY for on in own) else SATURDAY
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        weekdays=WEEKDAYS[:width],
        weeks=[
            [_day(on, by_day, closures) if on.month == first.month else None for on in week[:width]]
            for week in weeks
            if any(on.month == first.month for on in week[:width])
        ],
        days=len(own),
    )


def _day(on: date, by_day: dict[date, list[Item]], closures: Sequence[Closure]) -> Day[Item]:
    bank_holiday = bank_holiday_on(on)
    notes = [bank_holiday] if bank_holiday else []
    notes += [closure.name for closure in closures if closure.first <= on <= closure.last]
    return Day(on, by_day.get(on, []), notes)
