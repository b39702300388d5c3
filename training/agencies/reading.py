"""Understands the rows of a file of agencies: what each says, and what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.agencies.rules import clean_code
from training.core.columns import folded
from training.core.refusal import Refused
from training.core.spreadsheets import Column, SheetRow

YES = ("yes", "y", "true", "1")
NO = ("", "no", "n", "false", "0")

COLUMNS = (
    Column("code", ("code",), required=True, example="SC01"),
    Column("agency", ("agency", "name"), required=True, example="Sandby Council"),
    Column("sector", ("sector",), required=True, example="Local authority"),
    Column("parent", ("parent", "below"), example=""),
    Column("sub_sector", ("sub_sector", "kind within the sector"), example="Corporate"),
    Column("placeholder", ("placeholder",), example="no"),
    Column("forum", ("forum",), may_go_on=True, example="yes"),
    Column("note", ("note",), most=4000, example=""),
)


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

    @property
    def key(self) -> str:
        """The code as it is compared."""
        return self.code.lower()


def understood(rows: Sequence[SheetRow]) -> tuple[list[AgencyRow], dict[int, list[str]]]:
    """What each row says, and by its number what is wrong with it."""
    problems: dict[int, list[str]] = {row.number: list(row.problems) for row in rows}
    found = [_understood(row, problems[row.number]) for row in rows]
    _repeated(found, "code", lambda row: row.key, problems)
    _repeated(found, "name", lambda row: folded(row.name), problems)
    return found, problems


def _understood(row: SheetRow, problems: list[str]) -> AgencyRow:
    problems += [f"“{name}” is empty." for name in ("code", "agency", "sector") if not row[name]]
    code = row["code"]
    if code:
        try:
            code = clean_code(code)
        except Refused as refusal:
            problems.append(f"{refusal.sentence}.")
    return AgencyRow(
        line=row.number,
        code=code,
        name=row["agency"],
        sector=row["sector"],
        parent=row.cells.get("parent"),
        sub_sector=row.cells.get("sub_sector"),
        is_group=_answer(row, "placeholder", problems),
        on_forum=_answer(row, "forum", problems),
        note=row.cells.get("note"),
    )


def _answer(row: SheetRow, name: str, problems: list[str]) -> bool | None:
    text = row.cells.get(name)
    if text is None:
        return None
    if text.lower() not in YES + NO:
        problems.append(f"“{name}” must be yes or no, not “{text[:40]}”.")
    return text.lower() in YES


def _repeated(
    rows: list[AgencyRow], what: str, key: Callable[[AgencyRow], str], problems: dict[int, list[str]]
) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(key(row), row.line)
        if key(row) and first != row.line:
            problems[row.line].append(f"It has the same {what} as row {first}.")
