"""The partnership's year: 1 April to 31 March, quarters included."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from training.core import clock


@dataclass(frozen=True, order=True)
class TrainingYear:
    """A year from 1 April of `starts` to 31 March of the next; written `2023-24`."""

    starts: int

    @classmethod
    def parse(cls, text: str) -> "TrainingYear":
        """Read `2023-24`; raises ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ValueError(f"a year is written like 2023-24, not {text!r}")
        return cls(int(match[1]))

    @classmethod
    def of(cls, on: date) -> "TrainingYear":
        """The year the day `on` lies in."""
        return cls(on.year if on.month >= 4 else on.year - 1)

    def __str__(self) -> str:
        return f"{self.starts}-{(self.starts + 1) % 100:02d}"

    @property
    def first_day(self) -> date:
        return date(self.starts, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.starts + 1, 3, 31)

    @property
    def begins_at(self) -> datetime:
        """The first moment of the year, in UTC."""
        return clock.start_of_day(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the year, in UTC."""
        return clock.start_of_day(date(self.starts + 1, 4, 1))

    def quarter_starts(self) -> tuple[date, date, date, date]:
        """The first days of the four quarters: 1 April, 1 July, 1 October, 1 January."""
        return (
            self.first_day,
            date(self.starts, 7, 1),
            date(self.starts, 10, 1),
            date(self.starts + 1, 1, 1),
        )
