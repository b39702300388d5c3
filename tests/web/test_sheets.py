"""CSV that a spreadsheet shows as it is, and never reckons with."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.web.sheets import csv_download, csv_text, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+44 151", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_reckon_with_is_made_safe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_text(("name", "count"), [("Ann", -3), ("=A1", None), ("O’Neil, Bo", 2.5)]) == (
        'name,count\r\nAnn,-3\r\n\'=A1,\r\n"O’Neil, Bo",2.5\r\n'
    )


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2)
    )
)
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(("one", "two"), rows), newline="")))
    assert read == [["one", "two"], *([str(safe_cell(cell)) for cell in row] for row in rows)]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in read for cell in row)


def test_a_download_has_a_name_and_a_byte_order_mark() -> None:
    response = csv_download("agencies-2023-24.csv", ("name",), [("Café",)])
    assert response.get_data() == b"\xef\xbb\xbfname\r\nCaf\xc3\xa9\r\n"
    assert response.headers["Content-Disposition"] == 'attachment; filename="agencies-2023-24.csv"'
    assert response.mimetype == "text/csv"
