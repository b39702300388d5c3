"""Reads an uploaded table, CSV or Excel, into rows of text; what cannot be read is refused in words, never run."""

import csv
import io
import logging
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from training.core.columns import folded
from training.core.mailboxes import one_line

MOST_BYTES = 4_000_000
MOST_UNPACKED = 40_000_000
"""Of an Excel workbook, whose parts are compressed; ten thousand rows of twelve columns are about eight million."""
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_CELL = 4_000
MOST_PROBLEMS = 50
SAVE_AS = "Save the table as “CSV UTF-8” or as an Excel workbook (.xlsx) and use that file"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[ ./-]+(\d{1,2}|[a-z]{3,9})\.?[ ./,-]+(\d{4})", re.ASCII | re.IGNORECASE)
logger = logging.getLogger(__name__)


class SheetRefused(Exception):
    """The file cannot be read; `problems` are the sentences to show."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Column:
    """A column that a kind of file may have: its name in code and the headings it is known by, the first to be shown.

    `most` is how many characters are kept of a cell.
    """

    name: str
    headings: tuple[str, ...]
    required: bool = False
    most: int = 200
    is_day: bool = False
    may_go_on: bool = False
    """Whether a heading may go on after these words, such as with a year."""
    example: str = ""

    @property
    def heading(self) -> str:
        return self.headings[0]


@dataclass(frozen=True)
class SheetRow:
    """A row of the file: the number a spreadsheet shows beside it, and its cells by column; no key where the file has
    no such column.
    """

    number: int
    cells: dict[str, str]
    problems: tuple[str, ...] = ()
    is_lacking: bool = False
    """Whether it stands for something that the file does not have; numbered on after the last row."""

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass
class Sheet:
    """What was read: its rows, and the headings that nothing is known about."""

    rows: list[SheetRow]
    unknown: list[str] = field(default_factory=list[str])

    @property
    def notes(self) -> list[str]:
        """What was left out, in words."""
        return [f"The column “{heading}” is not known here and was left out." for heading in self.unknown]


def read_sheet(content: bytes, columns: Iterable[Column], most_rows: int) -> Sheet:
    """The rows below the first row's headings; SheetRefused where the bytes are no table, too large, or lack a column.

    Empty rows are left out. A cell that is too long or no day where one belongs is a problem of its row.
    """
    if len(content) > MOST_BYTES:
        raise SheetRefused([f"The file is too large. At most {MOST_BYTES // 1_000_000} megabytes can be read."])
    if not content.strip():
        raise SheetRefused(["The file is empty."])
    lines = _workbook(content, most_rows) if content.startswith(b"PK") else _text_table(_text(content))
    table = [(number, cells) for number, cells in lines if any(cells)]
    if not table:
        raise SheetRefused(["The file is empty."])
    places, unknown = _places(table[0][1], tuple(columns))
    if len(table) - 1 > most_rows:
        raise SheetRefused([f"The file has {len(table) - 1:,} rows. At most {most_rows:,} can be read at once."])
    if len(table) == 1:
        raise SheetRefused(["The file has a row of headings and nothing below it."])
    return Sheet([_row(number, cells, len(table[0][1]), places) for number, cells in table[1:]], unknown)


def read_day(text: str) -> date | None:
    """The day written as 2026-04-01, 1/4/2026, 1.4.2026 or 1 April 2026 (day before month); None for anything else."""
    typed = " ".join(text.split())
    found = _ISO_DAY.fullmatch(typed)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        found = _DAY.fullmatch(typed)
        if not found:
            return None
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    if not 1900 <= year <= 2199:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    start = text[:3].lower()
    return MONTHS.index(start) + 1 if start in MONTHS else 0


def _text(content: bytes) -> str:
    """The file as text: UTF-8, with or without its mark, else as Excel for Windows saves it."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused([f"This is an old Excel workbook, or one with a password. {SAVE_AS}."])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise SheetRefused([f"This is not a table that can be read. {SAVE_AS}."])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused([f"This is not a text file. {SAVE_AS}."])


def _text_table(text: str) -> list[tuple[int, list[str]]]:
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise SheetRefused([f"The file cannot be read as a table: {error}."]) from error
    return [(number, [one_line(cell) for cell in cells]) for number, cells in enumerate(rows, 1)]


def _workbook(content: bytes, most_rows: int) -> list[tuple[int, list[str]]]:
    _require_harmless(content)
    try:
        with warnings.catch_warnings():
            # Of what it leaves out: styles, validations, pictures. None of it is read here.
            warnings.simplefilter("ignore")
            return list(_cells(content, most_rows))
    except SheetRefused:
        raise
    except Exception as error:
        # The library answers a damaged workbook with whatever error it runs into.
        logger.info("an Excel workbook could not be read", exc_info=error)
        raise SheetRefused([f"This Excel workbook is damaged and cannot be read. {SAVE_AS}."]) from error


def _require_harmless(content: bytes) -> None:
    """Refuse what would fill the memory when unpacked, and entities, before anything is unpacked by others."""
    damaged = SheetRefused([f"This Excel workbook is damaged and cannot be read. {SAVE_AS}."])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise SheetRefused(["This Excel workbook holds far more than a list. Copy the list into a new one."])
            if any(part.flag_bits & 0x1 for part in parts):
                raise SheetRefused(["This Excel workbook has a password. Save it without one."])
            if "xl/workbook.xml" not in packed.namelist():
                raise SheetRefused([f"This is not an Excel workbook. {SAVE_AS}."])
            # Whatever they are called: it is the workbook itself that says which of its parts are read.
            if any(_declares(packed.read(part)) for part in parts):
                raise damaged
    except SheetRefused:
        raise
    except Exception as error:
        # Broken compression is told by an error of each method's own (zlib, lzma), which have no common parent.
        raise damaged from error


def _declares(part: bytes) -> bool:
    """Whether the XML declares types or entities, which no spreadsheet writes."""
    plain = part.replace(b"\x00", b"")
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _cells(content: bytes, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise SheetRefused(["The Excel workbook has no sheet."])
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
            # Also where the rows are empty: a sheet may claim a million of them.
            if number > 2 * most_rows + 1_000:
                raise SheetRefused([f"The first sheet goes on for more than {number - 1:,} rows. Keep only the list."])
            yield number, [_as_text(value) for value in cells]
    finally:
        book.close()


def _as_text(value: object) -> str:
    """A cell as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return one_line(str(value))


def _places(header: list[str], columns: tuple[Column, ...]) -> tuple[dict[int, Column], list[str]]:
    known = {_plain(heading): column for column in columns for heading in column.headings}
    places: dict[int, Column] = {}
    unknown: list[str] = []
    problems: list[str] = []
    for place, title in enumerate(header):
        column = known.get(_plain(title)) or next(
            (each for each in columns if each.may_go_on and _goes_on(each, title)), None
        )
        if column is None:
            unknown += [title[:40]] if title else []
        elif column in places.values():
            problems.append(f"There are two columns “{column.heading}”.")
        else:
            places[place] = column
    shown = ", ".join(f"“{title[:40]}”" for title in header[:12] if title)
    problems += [
        f"There is no column “{column.heading}”. The first row has {shown}."
        for column in columns
        if column.required and column not in places.values()
    ]
    if problems:
        raise SheetRefused(problems[:MOST_PROBLEMS])
    return places, unknown


def _goes_on(column: Column, title: str) -> bool:
    return any(_plain(title).startswith(f"{_plain(heading)} ") for heading in column.headings)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[_\-/.:*()]+", " ", folded(heading)).split())


def _row(number: int, cells: list[str], width: int, places: dict[int, Column]) -> SheetRow:
    problems: list[str] = []
    if any(cells[width:]):
        problems.append(
            f"There are {len(cells)} cells and {width} in the first row; look for a missing quotation mark."
        )
    kept: dict[str, str] = {}
    for place, column in places.items():
        text = cells[place] if place < len(cells) else ""
        most = min(column.most, MOST_CELL)
        if len(text) > most:
            problems.append(f"“{column.heading}” has {len(text):,} characters, at most {most:,} are kept.")
        day = read_day(text) if column.is_day and text else None
        if column.is_day and text and day is None:
            problems.append(f"“{column.heading}” must be a day, like 1 April 2026, not “{text[:40]}”.")
        kept[column.name] = day.isoformat() if day else text[:most]
    return SheetRow(number, kept, tuple(problems))
