"""Uploaded tables are read into text or refused in words: whatever the bytes, nothing else happens."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from training.core.spreadsheets import MOST_BYTES, Column, Sheet, SheetRefused, read_day, read_sheet
from training.web.workbooks import workbook

COLUMNS = (
    Column("name", ("name",), required=True, most=20),
    Column("start", ("start", "from"), is_day=True),
    Column("forum", ("forum",), may_go_on=True),
)


def read(content: bytes, most: int = 100) -> Sheet:
    return read_sheet(content, COLUMNS, most)


def refused(content: bytes, most: int = 100) -> list[str]:
    with pytest.raises(SheetRefused) as refusal:
        read(content, most)
    return refusal.value.problems


def book(*rows: list[object]) -> bytes:
    """A workbook as a spreadsheet program writes it."""
    written, made = io.BytesIO(), Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    made.save(written)
    return written.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def repacked(content: bytes, name: str, change: bytes) -> bytes:
    """The workbook with `change` put before the part `name`’s root."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    assert name in parts
    head, root = parts[name].split(b"<", 1) if not parts[name].startswith(b"<?xml") else (b"", parts[name][1:])
    declaration, rest = root.split(b">", 1)
    parts[name] = head + b"<" + declaration + b">" + change + rest
    return packed(parts)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_is_read_however_it_was_saved(separator: str, encoding: str) -> None:
    text = f"Name{separator}From\r\n\r\nZoë{separator}1 April 2026\r\n"
    rows = read(text.encode(encoding)).rows
    assert [(row.number, row["name"], row["start"], row["forum"]) for row in rows] == [(3, "Zoë", "2026-04-01", "")]


def test_a_workbook_is_read_as_typed_and_formulas_as_their_value() -> None:
    content = book(
        ["name", "start", "Forum 2026/27"], [47, datetime(2026, 4, 1), True], [None, None, None],  # noqa: DTZ001
        ["=1+1", date(2026, 5, 1), 2.5],
    )  # fmt: skip
    rows = read(content).rows
    assert [(row.number, row["name"], row["start"], row["forum"]) for row in rows] == [
        (2, "47", "2026-04-01", "yes"),
        (4, "", "2026-05-01", "2.5"),
    ]


def test_what_we_write_is_read_back_and_is_no_formula() -> None:
    content = workbook(["name", "start"], [["=SUM(A1)", "2026-04-01"], ["0047", None]])
    assert [row["name"] for row in read(content).rows] == ["=SUM(A1)", "0047"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"name\n", "The file has a row of headings and nothing below it."),
        (b"title,start\nA,B\n", "There is no column “name”. The first row has “title”, “start”."),
        (b"name,Name\nA,B\n", "There are two columns “name”."),
        (b"name\n" + b"a\n" * 101, "The file has 101 rows. At most 100 can be read at once."),
        (b"x" * (MOST_BYTES + 1), "The file is too large. At most 4 megabytes can be read."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Excel workbook, or one with a password. Save the table as"),
        ("name\n".encode("utf-16"), "This is not a table that can be read. Save the table as"),
        (b"\x81\x8d\x8f", "This is not a text file. Save the table as"),
        (b'name,start\n"a"b,c\n', "The file cannot be read as a table"),
        (b"PK\x03\x04broken", "This Excel workbook is damaged and cannot be read."),
        (packed({"word/document.xml": b"<a/>"}), "This is not an Excel workbook."),
        (packed({"xl/workbook.xml": b"0" * 41_000_000}), "This Excel workbook holds far more than a list."),
        (packed({f"xl/{n}.xml": b"" for n in range(201)}), "This Excel workbook holds far more than a list."),
        (packed({"xl/workbook.xml": b"<workbook/>"}), "This Excel workbook is damaged and cannot be read."),
        (
            repacked(book(["name"], ["A"]), "xl/workbook.xml", b'<!DOCTYPE w [<!ENTITY a "aaaa">]>'),
            "This Excel workbook is damaged and cannot be read.",
        ),
    ],
)
def test_what_is_no_list_is_refused_in_words(content: bytes, problem: str) -> None:
    assert refused(content)[0].startswith(problem)


def test_a_sheet_that_claims_a_million_rows_is_not_walked_through() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["A1048576"] = "name", "far away"
    written = io.BytesIO()
    made.save(written)
    assert refused(written.getvalue()) == ["The first sheet goes on for more than 1,200 rows. Keep only the list."]


def test_cells_that_are_wrong_are_problems_of_their_row() -> None:
    rows = read(f"name,start,extra\nA,someday\nB,,,,x\n{'c' * 21},2026-02-30\n".encode())
    assert [row.problems for row in rows.rows] == [
        ("“start” must be a day, like 1 April 2026, not “someday”.",),
        ("There are 5 cells and 3 in the first row; look for a missing quotation mark.",),
        ("“name” has 21 characters, at most 20 are kept.",
         "“start” must be a day, like 1 April 2026, not “2026-02-30”."),
    ]  # fmt: skip
    assert rows.notes == ["The column “extra” is not known here and was left out."]


@pytest.mark.parametrize("text", ["1/4/2026", "01.04.2026", "1 Apr 2026", "1 April 2026", "2026-04-01", "1-4-2026"])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert read_day(text) == date(2026, 4, 1)


def rows_or_problems(content: bytes) -> int | list[str]:
    """How many rows were read, or the sentences that refuse the file; nothing else may come of it."""
    try:
        return len(read(content).rows)
    except SheetRefused as refusal:
        return refusal.problems


@settings(max_examples=150)
@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: b"name,start\n" + text.encode("utf-8", "ignore"))
    | st.binary(max_size=300).map(lambda noise: b"PK\x03\x04" + noise)
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = rows_or_problems(content)
    assert found
    assert isinstance(found, int) or all(problem.endswith(".") for problem in found)


GOOD = book(["name", "start"], ["A", "2026-04-01"])


@settings(max_examples=100)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(place: int, noise: bytes) -> None:
    assert rows_or_problems(GOOD[:place] + noise + GOOD[place + len(noise) :])


CELLS = st.none() | st.text(max_size=30) | st.floats(allow_nan=False, allow_infinity=False) | st.dates().map(str)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=4))
def test_any_cells_are_rows_with_or_without_problems(cells: list[list[str | float | None]]) -> None:
    found = rows_or_problems(workbook(["name", "start", "forum"], cells))
    assert isinstance(found, list) or found <= len(cells)


@pytest.mark.parametrize("called", ["sheet1.XML", "sheet1.data", "sheet1.png"])
def test_entities_are_found_whatever_their_part_is_called(called: str) -> None:
    entity = b'<!DOCTYPE worksheet [<!ENTITY many "many">]>'
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {each.replace("sheet1.xml", called): archive.read(each) for each in archive.namelist()}
    sheet = f"xl/worksheets/{called}"
    parts[sheet] = entity + parts[sheet].replace(b">A<", b">&many;<")
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = parts[name].replace(b"sheet1.xml", called.encode())
    assert "damaged" in refused(packed(parts))[0]
