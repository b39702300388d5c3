"""Tables as CSV: safe to open in a spreadsheet, the same for downloads and for the command line."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

Cell = str | int | float | None
BYTE_ORDER_MARK = "\ufeff"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Cell) -> str | int | float:
    """`value` as it may stand in a sheet: text that a spreadsheet would reckon with gets a leading apostrophe.

    Numbers stay numbers, and None is an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, line_end: str = "\r\n") -> str:
    """A header and rows as CSV with safe cells; lines end as RFC 4180 says unless told otherwise."""
    written = io.StringIO(newline="")
    sheet = csv.writer(written, lineterminator=line_end)
    sheet.writerow([safe_cell(name) for name in header])
    sheet.writerows([safe_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The same as an answer that a browser saves as `name`, which is ASCII and ends in `.csv`.

    It begins with a byte order mark: without one Excel reads accents and dashes as something else. What
    programs read from the command line has none.
    """
    response = Response(BYTE_ORDER_MARK + csv_text(header, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
