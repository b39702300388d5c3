"""Writes Excel workbooks: templates to fill in and lists to work with; text stays text, whatever it begins with."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from xlsxwriter import Workbook

from training.web.sheets import Cell

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """One more sheet of a workbook: its name, its first row and its rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "List", more: Sequence[Sheet] = ()
) -> bytes:
    """A workbook whose first sheet is the list, with bold first rows; no cell is ever a formula or a link."""
    written = io.BytesIO()
    with Workbook(
        written,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        for each in (Sheet(sheet, header, [*rows]), *more):
            _add_sheet(book, each)
    return written.getvalue()


def _add_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    bold, plain = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
    # As text, so that a staff number keeps its leading noughts when somebody types it in.
    page.set_column(0, max(0, len(sheet.header) - 1), 22, plain)
    page.freeze_panes(1, 0)
    for place, name in enumerate(sheet.header):
        page.write_string(0, place, name, bold)
    for number, row in enumerate(sheet.rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, (int, float)):
                page.write_number(number, place, cell)
            elif cell:
                page.write_string(number, place, cell)


def workbook_download(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "List", more: Sequence[Sheet] = ()
) -> Response:
    """The same as an answer that a browser saves as `name`, which is ASCII and ends in `.xlsx`."""
    response = Response(workbook(header, rows, sheet=sheet, more=more), mimetype=MIMETYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
