"""Reads a file of agencies: which rows it holds, or what is wrong with it, row by row."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from training.agencies.rules import clean_code
from training.core.columns import folded
from training.core.mailboxes import one_line
from training.core.refusal import Refused
from training.core.tasks import TaskRefused

MOST_BYTES = 1_000_000
MOST_ROWS = 2_000
REQUIRED = ("code", "agency", "sector")
MOST_PROBLEMS = 50
"""How many problems are listed; the rest is counted."""

YES = ("yes", "y", "true", "1")
NO = ("", "no", "n", "false", "0")


@dataclass(frozen=True)
class AgencyRow:
    """One agency as the file has it; None where the file has no such column."""

    line: int
    code: str
    name: str
    sector: str
    parent: str | None = None
    sub_sector: str | None = None
    is_group: bool | None = None
    on_forum: bool | None = None
    note: str | None = None


def refuse(problems: list[str]) -> None:
    """Raise TaskRefused where there are problems; a long list is cut."""
    if len(problems) > MOST_PROBLEMS:
        rest = len(problems) - MOST_PROBLEMS
        problems = [*problems[:MOST_PROBLEMS], f"There are {rest} more problems of this kind."]
    if problems:
        raise TaskRefused(problems)


def read_agencies(content: bytes) -> list[AgencyRow]:
    """The rows of a CSV file with the columns code, agency and sector, and perhaps parent, sub_sector, placeholder
    (stands for many), forum… and note; others are ignored. Raises TaskRefused with all problems, by row.
    """
    table = _table(_text(content))
    if not table:
        raise TaskRefused(["The file is empty."])
    columns = _columns(table[0][1])
    if len(table) - 1 > MOST_ROWS:
        raise TaskRefused([f"The file has {len(table) - 1:,} rows. At most {MOST_ROWS:,} can be read at once."])
    problems: list[str] = []
    rows: list[AgencyRow] = []
    width = len(table[0][1])
    for number, cells in table[1:]:
        line = _Line(number, cells, columns, problems)
        if len(cells) > width:
            line.wrong(f"there are {len(cells)} cells and {width} in the first row; look for a missing quotation mark")
        else:
            rows.append(line.agency())
    if not rows and not problems:
        problems.append("The file has a header and no rows.")
    problems += _repeated(rows, "code", lambda row: row.code.lower())
    problems += _repeated(rows, "name", lambda row: folded(row.name))
    refuse(sorted(problems, key=_row_of))
    return rows


def _text(content: bytes) -> str:
    """The file as text: UTF-8, with or without its mark, else as Excel for Windows saves it."""
    if len(content) > MOST_BYTES:
        raise TaskRefused([f"The file is too large. At most {MOST_BYTES // 1000:,} kilobytes can be read."])
    if content.startswith(b"PK\x03\x04"):
        raise TaskRefused(["This is an Excel workbook. Save it as “CSV UTF-8” and use that file."])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise TaskRefused(["This is not a CSV file in UTF-8. Save it as “CSV UTF-8” and use that file."])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise TaskRefused(["This is not a text file. Save the table as “CSV UTF-8” and use that file."]) from error


def _table(text: str) -> list[tuple[int, list[str]]]:
    """Rows that are not empty, with the number a spreadsheet shows beside them."""
    header = text.split("\n", 1)[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise TaskRefused([f"The file cannot be read as a table: {error}."]) from error
    cleaned = ((number, [one_line(cell) for cell in cells]) for number, cells in enumerate(rows, 1))
    return [(number, cells) for number, cells in cleaned if any(cells)]


def _columns(header: list[str]) -> dict[str, int]:
    """Where each column stands that is understood."""
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        name = folded(title).replace(" ", "_").replace("-", "_")
        name = "forum" if name.startswith("forum") else name
        if name in found and name in (*REQUIRED, "parent", "forum"):
            raise TaskRefused([f"There are two columns “{title}”."])
        found.setdefault(name, place)
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        shown = ", ".join(f"“{title[:40]}”" for title in header[:12] if title)
        raise TaskRefused([f"There is no column “{name}”. The first row has {shown}." for name in missing])
    return found


@dataclass
class _Line:
    """One row of the file as it is read: its cells by column, and what is wrong with them."""

    number: int
    cells: list[str]
    columns: dict[str, int]
    problems: list[str]

    def wrong(self, what: str) -> None:
        self.problems.append(f"Row {self.number}: {what}.")

    def cell(self, name: str, most: int = 200) -> str | None:
        place = self.columns.get(name)
        if place is None:
            return None
        text = self.cells[place] if place < len(self.cells) else ""
        if len(text) > most:
            self.wrong(f"“{name}” has {len(text):,} characters, at most {most:,} are kept")
        return text

    def needed(self, name: str) -> str:
        text = self.cell(name) or ""
        if not text:
            self.wrong(f"“{name}” is empty")
        return text

    def code(self) -> str:
        text = self.needed("code")
        if text:
            try:
                return clean_code(text)
            except Refused as refusal:
                self.wrong(refusal.sentence)
        return text

    def answer(self, name: str) -> bool | None:
        text = self.cell(name)
        if text is None:
            return None
        if text.lower() not in YES + NO:
            self.wrong(f"“{name}” must be yes or no, not “{text[:40]}”")
        return text.lower() in YES

    def agency(self) -> AgencyRow:
        return AgencyRow(
            line=self.number,
            code=self.code(),
            name=self.needed("agency"),
            sector=self.needed("sector"),
            parent=self.cell("parent"),
            sub_sector=self.cell("sub_sector"),
            is_group=self.answer("placeholder"),
            on_forum=self.answer("forum"),
            note=self.cell("note", 4000),
        )


def _row_of(problem: str) -> int:
    """The row a problem is about; 0 where it is about the file."""
    found = re.match(r"Row (\d+)", problem)
    return int(found[1]) if found else 0


def _repeated(rows: list[AgencyRow], what: str, key: Callable[[AgencyRow], str]) -> list[str]:
    seen: dict[str, int] = {}
    found: list[str] = []
    for row in rows:
        first = seen.setdefault(key(row), row.line)
        if key(row) and first != row.line:
            found.append(f"Row {row.line} has the same {what} as row {first}.")
    return found
