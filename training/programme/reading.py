"""Understands the rows of a file of sessions: what each says by itself, and what is wrong with it.

One row is one session. Its first day stands in columns of its own, further days in one cell, so that a row can be
sorted, copied and taken out without tearing a session apart.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from training.catalogue.models import MODE_LABELS, Mode
from training.core import clock
from training.core.columns import folded
from training.core.spreadsheets import Column, SheetRow, read_day
from training.core.working_days import bank_holidays, working_days_before
from training.schedule.forms import CLOSING_HOUR, OPENING_HOUR
from training.schedule.models import ListOrder
from training.schedule.rules import MOST_PARTS, PartTimes, link_problem, needs_link, needs_venue, parts_problems
from training.web.readings import ReadingError, read_clock, read_number

COLUMNS = (
    Column("reference", ("reference",), example=""),
    Column("course", ("course",), required=True, example="EXAMPLE (delete this row)"),
    Column("date", ("date",), required=True, is_day=True, example="12 January 2027"),
    Column("start", ("start", "starts"), required=True, example="9:30am"),
    Column("end", ("end", "ends"), required=True, example="4pm"),
    Column("further_days", ("further days",), most=1000, example="19 January 2027; 26 January 2027 1pm to 4pm"),
    Column("mode", ("mode",), example="Face to face"),
    Column("venue", ("venue",), example="Sandby Town Hall"),
    Column("link", ("online link",), most=1000, example=""),
    Column("places", ("places", "capacity"), example="20"),
    Column("online_places", ("places online",), example=""),
    Column("lead", ("lead trainer",), example="Naomi Example"),
    Column("co_trainer", ("co-trainer",), example="Omar Example"),
    Column("opens", ("booking opens",), example="1 December 2026 9am"),
    Column("closes", ("booking closes",), example="3 working days before"),
    Column("applications", ("applications close",), example=""),
    Column("list_order", ("waiting list",), example="time of asking"),
    Column("notes", ("before they come", "notes"), most=4000, example="Bring a pen."),
)
Kind = TypeVar("Kind")
EARLIEST = time(6)
MODES = {
    **{folded(label): mode for mode, label in MODE_LABELS.items()},
    **{mode.value: mode for mode in Mode},
    "online": Mode.VIRTUAL,
    "in person": Mode.FACE_TO_FACE,
}
ORDER_WORDS = {ListOrder.ASKING: "time of asking", ListOrder.FAIRNESS: "fairness first"}
ORDERS = {words: order for order, words in ORDER_WORDS.items()} | {order.value: order for order in ListOrder}
_SECONDS = re.compile(r"(\d{1,2}:\d{2}):00", re.ASCII)
_DAY_AND_MORE = re.compile(r"(?P<day>\d{4}-\d{1,2}-\d{1,2}|.*?\b\d{4})[ ,]+(?P<more>\S.*)", re.ASCII)
_SPAN = re.compile(r"(?P<starts>.+?) ?(?:to|-|–) ?(?P<ends>.+)")
_BEFORE = re.compile(r"(?P<days>\d{1,2}) working days? before", re.ASCII)


@dataclass
class ProgrammeRow:
    """One session as the file has it; what is empty there is None or empty here."""

    number: int
    reference: str
    course: str
    parts: list[PartTimes] = field(default_factory=list[PartTimes])
    mode: Mode | None = None
    venue: str = ""
    link: str = ""
    places: int | None = None
    online_places: int | None = None
    trainers: tuple[str, str] = ("", "")
    """Lead and co-trainer."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    applications_close_at: datetime | None = None
    list_order: ListOrder = ListOrder.ASKING
    notes: str = ""


def understood(rows: Sequence[SheetRow]) -> tuple[list[ProgrammeRow], dict[int, list[str]]]:
    """What each row says, and by its number what is wrong with it."""
    problems: dict[int, list[str]] = {row.number: list(row.problems) for row in rows}
    return [_Reader(row, problems[row.number]).read() for row in rows], problems


class _Reader:
    """Reads one row and notes what it cannot read."""

    def __init__(self, row: SheetRow, problems: list[str]) -> None:
        self._row, self._problems = row, problems

    def read(self) -> ProgrammeRow:
        row = self._row
        if not row["course"]:
            self._problems.append("“course” is empty.")
        parts = self._parts()
        first = min(parts).on if parts else None
        return ProgrammeRow(
            number=row.number,
            reference=row["reference"],
            course=row["course"],
            parts=parts,
            mode=self._one_of("mode", MODES, "face to face, virtual or hybrid"),
            venue=row["venue"],
            link=self._link(),
            places=self._number("places"),
            online_places=self._number("online_places"),
            trainers=(row["lead"], row["co_trainer"]),
            opens_at=self._moment("opens", OPENING_HOUR, first),
            closes_at=self._moment("closes", CLOSING_HOUR, first),
            applications_close_at=self._moment("applications", CLOSING_HOUR, first),
            list_order=self._one_of("list_order", ORDERS, "time of asking or fairness first") or ListOrder.ASKING,
            notes=row["notes"],
        )

    def _parts(self) -> list[PartTimes]:
        row = self._row
        if not row["date"]:
            self._problems.append("“date” is empty.")
        # A day that could not be read has been told already.
        on = read_day(row["date"])
        starts, ends = self._time("start", row["start"]), self._time("end", row["end"])
        parts = [PartTimes(on, starts, ends)] if on and starts and ends else []
        for text in filter(None, (each.strip() for each in row["further_days"].split(";"))):
            part = self._further(text, starts, ends)
            parts += [part] if part else []
        if len(parts) > MOST_PARTS:
            self._problems.append(f"A session has at most {MOST_PARTS} days.")
        for problem in parts_problems(parts):
            which = f" (day {problem.index + 1})" if len(parts) > 1 else ""
            self._problems.append(f"{problem.sentence}{which}.")
        return parts

    def _further(self, text: str, starts: time | None, ends: time | None) -> PartTimes | None:
        """One of the further days: a day alone has the times of the first."""
        on, more = read_day(text), ""
        if on is None and (found := _DAY_AND_MORE.fullmatch(text)):
            on, more = read_day(found["day"]), found["more"]
        span = _SPAN.fullmatch(more) if more else None
        if on is None or (more and span is None):
            self._problems.append(
                f"“further days” must be days between semicolons, like 19 January 2027 or "
                f"26 January 2027 1pm to 4pm, not “{text[:60]}”."
            )
            return None
        if span:
            starts, ends = self._time("further_days", span["starts"]), self._time("further_days", span["ends"])
        return PartTimes(on, starts, ends) if starts and ends else None

    def _time(self, name: str, text: str) -> time | None:
        heading = _heading(name)
        if not text:
            self._problems.append(f"“{heading}” is empty.")
            return None
        # Excel shows a time to the second.
        found = _SECONDS.fullmatch(text)
        try:
            at = read_clock(found[1] if found else text, "a time")
        except ReadingError as error:
            self._problems.append(f"“{heading}” is not understood: “{text[:40]}”. {error}.")
            return None
        if at < EARLIEST:
            self._problems.append(f"“{heading}” is in the night: “{text[:40]}”. Write 1:30pm if that is meant.")
            return None
        return at

    def _number(self, name: str) -> int | None:
        text = self._row[name]
        if not text:
            return None
        try:
            return read_number(text, f"“{_heading(name)}”", 1, 2000)
        except ReadingError as error:
            self._problems.append(f"{error}.")
            return None

    def _one_of(self, name: str, known: Mapping[str, Kind], words: str) -> Kind | None:
        text = self._row[name]
        if text and folded(text) not in known:
            self._problems.append(f"“{_heading(name)}” must be {words}, not “{text[:40]}”.")
        return known.get(folded(text))

    def _link(self) -> str:
        link = self._row["link"]
        if sentence := link_problem(link):
            self._problems.append(f"“{_heading('link')}” is “{link[:60]}”. {sentence}.")
        return link

    def _moment(self, name: str, otherwise: time, first: date | None) -> datetime | None:
        """A day, with or without a time, or so many working days before the session."""
        text = self._row[name]
        if not text:
            return None
        if before := _BEFORE.fullmatch(text.lower()):
            return (
                clock.instant(working_days_before(first, int(before["days"]), bank_holidays()), otherwise)
                if first
                else None
            )
        on, more = read_day(text), ""
        if on is None and (found := _DAY_AND_MORE.fullmatch(text)):
            on, more = read_day(found["day"]), found["more"]
        if on is None:
            self._problems.append(
                f"“{_heading(name)}” must be a day like 1 December 2026 or 1 December 2026 9am, or "
                f"3 working days before, not “{text[:40]}”."
            )
            return None
        at = self._time(name, more) if more else otherwise
        return clock.instant(on, at) if at else None


def left_out(row: ProgrammeRow, mode: Mode) -> list[str]:
    """What the row gives that a session of this mode does not have, as sentences."""
    found: list[str] = []
    if row.venue and not needs_venue(mode):
        found.append("A virtual session has no venue; it is left out.")
    if row.link and not needs_link(mode):
        found.append("A face to face session has no online link; it is left out.")
    return found


def days_later(parts: Sequence[PartTimes], days: int) -> list[PartTimes]:
    """The same sittings so many days later, at the same times of the clock."""
    return [PartTimes(part.on + timedelta(days=days), part.starts, part.ends) for part in parts]


def _heading(name: str) -> str:
    return next(column.heading for column in COLUMNS if column.name == name)
