"""The terms by which a programme is planned: every day lies in one, and three make a training year.

Summer is April to August, autumn September to December, spring January to March: whole months, whatever the schools of
the area do, so that a term never straddles two training years. Days on which schools are closed are kept apart.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from training.core import clock


class Season(StrEnum):
    """Which of the three terms of a calendar year, in their order."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"


FIRST_MONTHS = {Season.SPRING: 1, Season.SUMMER: 4, Season.AUTUMN: 9}
SEASONS = tuple(Season)
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Term:
    """A term of a calendar year; written `2027-spring` in addresses."""

    year: int
    season: Season

    @classmethod
    def of(cls, day: date) -> "Term":
        """The term in which `day` lies."""
        season = next(each for each in reversed(SEASONS) if FIRST_MONTHS[each] <= day.month)
        return cls(day.year, season)

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read `2027-spring`; ValueError for anything else."""
        year, _, season = text.partition("-")
        if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
            raise ValueError(f"a term is written like 2027-spring, not {text!r}")
        return cls(int(year), Season(season))

    def __str__(self) -> str:
        return f"{self.year}-{self.season.value}"

    @property
    def name(self) -> str:
        """As people call it: "Spring term 2027"."""
        return f"{self.season.value.capitalize()} term {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, FIRST_MONTHS[self.season], 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.later(1).first - timedelta(days=1)

    @property
    def months(self) -> list[date]:
        """The first days of its months."""
        following = self.later(1).first
        count = (following.year - self.year) * 12 + following.month - self.first.month
        return [clock.months_later(self.first, step) for step in range(count)]

    def later(self, terms: int) -> "Term":
        """The term that many terms later; earlier where below nought."""
        year, place = divmod(self.year * len(SEASONS) + SEASONS.index(self.season) + terms, len(SEASONS))
        return Term(year, SEASONS[place])
