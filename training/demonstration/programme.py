"""What was run in the published years: which courses, on which days, and how many came in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from training.catalogue.models import Mode
from training.demonstration.courses import InventedCourse
from training.demonstration.ledger import csv_rows, toml_tables
from training.demonstration.working_days import is_training_day, training_days
from training.planning.years import TrainingYear

Courses = dict[str, InventedCourse]


@dataclass(frozen=True)
class PlannedSession:
    """A running of a course: its days, places, and how many will come (None where that is not known yet)."""

    course: InventedCourse
    mode: Mode
    days: tuple[date, ...]
    capacity: int
    attendances: int | None = None


@dataclass(frozen=True)
class Batch:
    """Sessions of one year and mode that share a window of days, a size, and one published total."""

    lines: dict[str, int]
    """Sessions by course code."""
    mode: Mode
    first: date
    last: date
    least: int
    most: int
    """Bounds of the attendances at one session."""
    capacity: int


@dataclass(frozen=True)
class PublishedYear:
    """Batches whose attendances add up to a published total, `total` after `total`."""

    year: TrainingYear
    groups: tuple[tuple[int, tuple[Batch, ...]], ...]


def published_years() -> tuple[PublishedYear, ...]:
    """The four years of which the totals were published."""
    totals = {
        (row["year"], row["part_of_the_programme"]): int(row["attendances"])
        for row in csv_rows("sefton_yearly_totals.csv")
    }
    return (
        _in_2017(totals["2017-18", "all"]),
        _in_2020(totals["2020-21", "all"]),
        _in_2021(totals["2021-22", "Working Together"], totals["2021-22", "all other courses"]),
        _in_2023(totals["2023-24", "all"]),
    )


def _in_2017(total: int) -> PublishedYear:
    year = TrainingYear(2017)
    lines = {
        "WT": 14, "DSL": 8, "DA": 7, "TLT": 6, "CSA": 6, "MH": 5, "NST": 5, "MA": 5, "OS": 3, "PRE": 3, "CS": 2,
        "CC": 2, "PF": 2, "CME": 1, "VB": 1,
    }  # fmt: skip
    whole = Batch(lines, Mode.FACE_TO_FACE, year.first_day, year.last_day, 17, 31, 38)
    return PublishedYear(year, ((total, (whole,)),))


def _in_2020(total: int) -> PublishedYear:
    """Rooms were closed until September and again from January; groups were kept small."""
    year = TrainingYear(2020)
    rooms = Batch(
        {"WT": 3, "DSL": 3, "DA": 1, "CSA": 1}, Mode.FACE_TO_FACE, date(2020, 9, 7), date(2020, 12, 11), 11, 17, 20
    )
    online = {"WT": 10, "DSL": 6, "NST": 4, "MA": 4, "DA": 4, "PCE": 4, "OS": 3, "MH": 3, "VB": 2, "PRE": 2, "PF": 2}
    screens = Batch(online, Mode.VIRTUAL, date(2020, 4, 27), year.last_day, 12, 20, 24)
    return PublishedYear(year, ((total, (rooms, screens)),))


def _in_2021(working_together: int, others: int) -> PublishedYear:
    year = TrainingYear(2021)
    first, last = year.first_day, year.last_day
    online = {
        "NST": 4, "DA": 4, "DSL": 3, "MH": 3, "CS": 3, "CSA": 3, "MA": 3, "PCE": 3, "OS": 2, "NRM": 1, "PF": 1,
        "VB": 1, "LON": 1,
    }  # fmt: skip
    return PublishedYear(
        year,
        (
            (working_together, (Batch({"WT": 13}, Mode.VIRTUAL, first, last, 23, 36, 42),)),
            (
                others,
                (
                    Batch(online, Mode.VIRTUAL, first, last, 16, 30, 36),
                    Batch({"TLT": 3, "DSL": 2}, Mode.FACE_TO_FACE, date(2021, 9, 6), last, 15, 23, 28),
                ),
            ),
        ),
    )


def _in_2023(total: int) -> PublishedYear:
    """The one year whose sessions were published by course and mode."""
    year = TrainingYear(2023)
    modes = {"Face to Face": Mode.FACE_TO_FACE, "Virtual Briefing": Mode.VIRTUAL}
    codes = course_codes()
    lines: dict[Mode, dict[str, int]] = {mode: {} for mode in modes.values()}
    for row in csv_rows("sefton_delivery_2023_24.csv"):
        lines[modes[row["mode"]]][codes[row["course"]]] = int(row["sessions_delivered"])
    rooms = Batch(lines[Mode.FACE_TO_FACE], Mode.FACE_TO_FACE, year.first_day, year.last_day, 16, 27, 30)
    screens = Batch(lines[Mode.VIRTUAL], Mode.VIRTUAL, year.first_day, year.last_day, 18, 41, 50)
    return PublishedYear(year, ((total, (rooms, screens)),))


def course_codes() -> dict[str, str]:
    """The codes of the published course titles."""
    return {entry["title"]: entry["code"] for entry in toml_tables("courses.toml", "course")}


def planned_sessions(published: PublishedYear, courses: Courses, chance: Random) -> list[PlannedSession]:
    """The sessions of a year in the order of their days; their attendances add up to the published totals."""
    sessions: list[PlannedSession] = []
    for total, batches in published.groups:
        group = [(batch, code) for batch in batches for code, count in batch.lines.items() for _ in range(count)]
        numbers = shared_out(total, [(batch.least, batch.most) for batch, _ in group], chance)
        for (batch, code), attendances in zip(group, numbers, strict=True):
            window = training_days(batch.first, batch.last)
            days = choose_days(window, len(courses[code].times(batch.mode)), chance)
            sessions.append(PlannedSession(courses[code], batch.mode, days, batch.capacity, attendances))
    return sorted(sessions, key=lambda session: (session.days, session.course.code))


def shared_out(total: int, bounds: Sequence[tuple[int, int]], chance: Random) -> list[int]:
    """Whole numbers within `bounds` that add up to `total`; raises ValueError where there are none."""
    if not sum(least for least, _ in bounds) <= total <= sum(most for _, most in bounds):
        raise ValueError(f"{total} cannot be shared out within these bounds")
    numbers = [chance.randint(least, most) for least, most in bounds]
    missing = total - sum(numbers)
    while missing:
        step = 1 if missing > 0 else -1
        index = chance.randrange(len(numbers))
        if bounds[index][0] <= numbers[index] + step <= bounds[index][1]:
            numbers[index] += step
            missing -= step
    return numbers


def choose_days(window: list[date], count: int, chance: Random) -> tuple[date, ...]:
    """`count` training days a week or so apart, all within the days of `window`."""
    while True:
        days = [chance.choice(window)]
        while len(days) < count:
            day = days[-1] + timedelta(days=7)
            while not is_training_day(day):
                day += timedelta(days=1)
            days.append(day)
        if days[-1] <= window[-1]:
            return tuple(days)
