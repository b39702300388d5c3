"""Reading agencies from a file: all or nothing, twice as once, and every fault by its row."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_person
from tests.pages import Client
from training.agencies.importing import IMPORT, import_agencies
from training.agencies.models import Agency, Sector
from training.agencies.queries import find_by_code, ids_below, parents_of
from training.agencies.reading import MOST_BYTES, MOST_ROWS, read_agencies
from training.cli import main
from training.core.database import db
from training.core.tasks import Task, TaskRefused, TaskState, run_next
from training.core.viewer import COMMAND, Role
from training.people.accounts import viewer_for

HEAD = b"code,agency,sector\n"
GOOD = """code,agency,parent,sector,sub_sector,placeholder,forum_2023_24,note,source
SC,Sandby Council,,Local authority,Corporate,no,yes,safeguarding partner,a.txt
SCEH,Sandby Early Help,Sandby Council,Local authority,Early help,no,no,,b.txt
PS,Primary schools,Sandby Council,Education,Primary,yes,no,,

RX,Sandby Hospital,,Health,,,Y,"beds, and wards",
"""


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(TaskRefused) as refused:
        read_agencies(content)
    return refused.value.problems


def test_a_good_file_makes_the_tree(app: Flask) -> None:
    done = import_agencies(COMMAND, GOOD.encode())
    assert done == [
        "Agencies read: 4. Added: 4. Changed: 0. As they were: 0.",
        "Sectors added: Local authority, Education, Health. Check the reporting group of each.",
    ]
    council, schools, hospital = (find_by_code(COMMAND, code) for code in ("SC", "PS", "RX"))
    assert council is not None
    assert schools is not None
    assert hospital is not None
    assert len(ids_below(council.id)) == 3
    assert (schools.is_group, schools.on_forum, council.on_forum, hospital.on_forum) == (True, False, True, True)
    assert hospital.note == "beds, and wards"


def test_twice_is_once(app: Flask) -> None:
    import_agencies(COMMAND, GOOD.encode())
    db.session.commit()
    assert import_agencies(COMMAND, GOOD.encode()) == ["Agencies read: 4. Added: 0. Changed: 0. As they were: 4."]
    assert db.session.query(Agency).count() == 4
    assert db.session.query(Sector).count() == 3


def test_a_known_code_is_changed_and_what_the_file_leaves_out_stays(app: Flask) -> None:
    import_agencies(COMMAND, GOOD.encode())
    done = import_agencies(COMMAND, b"Code;Agency;Sector\nsceh;Early Help and Hubs;Local authority\n")
    assert done == ["Agencies read: 1. Added: 0. Changed: 1. As they were: 0."]
    changed = find_by_code(COMMAND, "SCEH")
    assert changed is not None
    assert (changed.name, changed.sub_sector) == ("Early Help and Hubs", "Early help")
    assert [period.name for period in parents_of(COMMAND, changed)] == ["Sandby Council"]


def test_two_may_change_places_in_the_tree(app: Flask) -> None:
    head = "code,agency,parent,sector\n"
    import_agencies(COMMAND, f"{head}A,Alpha,,S\nB,Beta,Alpha,S\n".encode())
    import_agencies(COMMAND, f"{head}A,Alpha,Beta,S\nB,Beta,,S\n".encode())
    above = find_by_code(COMMAND, "B")
    assert above is not None
    assert len(ids_below(above.id)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_survive_how_the_file_was_saved(app: Flask, encoding: str) -> None:
    import_agencies(
        COMMAND, "code,agency,sector\nÉ1,x,y\n".replace("É1", "E1").replace("x", "Café Zoë").encode(encoding)
    )
    found = find_by_code(COMMAND, "E1")
    assert found is not None
    assert found.name == "Café Zoë"


def test_faults_are_listed_in_the_order_of_the_rows() -> None:
    rows = "A,Name,,S,\nB,,,S,\na,Other,,S,\nC,Third,,S,perhaps\n"
    assert [problem[:5] for problem in problems_of(f"code,agency,parent,sector,placeholder\n{rows}".encode())] == [
        "Row 3", "Row 4", "Row 5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Name,,S,", "Row 2: “code” is empty."),
        ("A B,Name,,S,", "Row 2: A code has up to 40 letters, figures, hyphens and dots, no spaces."),
        ("A,,,S,", "Row 2: “agency” is empty."),
        ("A,Name,,,", "Row 2: “sector” is empty."),
        ("A,Name,,S,perhaps", "Row 2: “placeholder” must be yes or no, not “perhaps”."),
        (f"A,{'n' * 201},,S,", "Row 2: “agency” has 201 characters, at most 200 are kept."),
        ("A,Name,,S,,,,", "Row 2: there are 8 cells and 5 in the first row; look for a missing quotation mark."),
        ("A,Name,,S,\na,Other,,S,", "Row 3 has the same code as row 2."),
        ("A,Name,,S,\nB,NAME,,S,", "Row 3 has the same name as row 2."),
    ],
)
def test_each_fault_is_named_by_its_row(row: str, problem: str) -> None:
    assert problems_of(f"code,agency,parent,sector,placeholder\n{row}\n".encode()) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty."),
        (b"code,agency,sector\n", "The file has a header and no rows."),
        (b"code,agency\nA,B\n", "There is no column “sector”. The first row has “code”, “agency”."),
        (b"code,agency,sector,Code\nA,B,C,D\n", "There are two columns “Code”."),
        (b"PK\x03\x04xl/workbook", "This is an Excel workbook. Save it as “CSV UTF-8” and use that file."),
        (
            "code,agency\n".encode("utf-16"),
            "This is not a CSV file in UTF-8. Save it as “CSV UTF-8” and use that file.",
        ),
        (b"\x81\x8d\x8f", "This is not a text file. Save the table as “CSV UTF-8” and use that file."),
        (b"x" * (MOST_BYTES + 1), "The file is too large. At most 1,000 kilobytes can be read."),
        (
            b"code,agency,sector\n" + b"a,b,c\n" * (MOST_ROWS + 1),
            "The file has 2,001 rows. At most 2,000 can be read at once.",
        ),
    ],
)
def test_a_file_that_is_none_says_what_was_found(content: bytes, problem: str) -> None:
    assert problems_of(content) == [problem]


def test_a_quotation_mark_in_the_wrong_place_is_refused() -> None:
    assert "cannot be read as a table" in problems_of(b'code,agency,sector\n"a"b,c,d\n')[0]


def rows_or_problems(content: bytes) -> list[Any]:
    try:
        return list(read_agencies(content))
    except TaskRefused as refused:
        return refused.problems


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: HEAD + text.encode("utf-8", "ignore")))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = rows_or_problems(content)
    assert found
    for row_or_problem in found:
        if isinstance(row_or_problem, str):
            assert row_or_problem.endswith(".")
        else:
            assert row_or_problem.code
            assert row_or_problem.name
            assert row_or_problem.sector


def test_nothing_is_kept_of_a_file_with_a_fault(app: Flask) -> None:
    import_agencies(COMMAND, GOOD.encode())
    db.session.commit()
    text = GOOD.replace("Sandby Early Help,Sandby Council", "Renamed,Nowhere").replace("RX,", "RY,")
    with pytest.raises(TaskRefused) as refused:
        import_agencies(COMMAND, text.encode())
    assert refused.value.problems == [
        "Row 3: no agency is called “Nowhere”, in this file or here.",
        "Row 6: “Sandby Hospital” is already here with the code RX.",
    ]
    assert not db.session.new
    assert not db.session.dirty


def test_a_circle_is_refused_also_with_agencies_that_are_here(app: Flask) -> None:
    head = "code,agency,parent,sector\n"
    import_agencies(COMMAND, f"{head}A,Alpha,,S\nB,Beta,Alpha,S\n".encode())
    with pytest.raises(TaskRefused) as refused:
        import_agencies(COMMAND, f"{head}A,Alpha,Beta,S\n".encode())
    assert refused.value.problems == ["These agencies stand above each other in a circle: “Alpha” (row 2), “Beta”."]


def test_the_command_ends_with_the_rows(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_ENV", "testing")
    monkeypatch.setenv("MUSTER_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    file = tmp_path / "agencies.csv"
    file.write_text(GOOD)
    db.session.rollback()
    good = CliRunner().invoke(main, ["import", "agencies", str(file)])
    assert good.exit_code == 0, good.output
    assert "Added: 4" in good.output
    file.write_text("code,agency,sector\nA,,S\n")
    bad = CliRunner().invoke(main, ["import", "agencies", str(file)])
    assert bad.exit_code == 1
    assert "Row 2: “agency” is empty." in bad.output


def test_the_desk_reads_a_file_in_the_background(app: Flask, client: Client) -> None:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get("/desk/agencies/import")
    refused = client.submit(page, {"file": (BytesIO(b"x"), "agencies.docx")}, status=400)
    assert refused.errors == ["The selected file must be a .csv file"]
    led = client.submit(page, {"file": (BytesIO(GOOD.encode()), "agencies.csv")})
    task = db.session.scalars(db.select(Task)).one()
    assert led.location == f"/desk/tasks/{task.ref}"
    assert task.input == {"content": b64encode(GOOD.encode()).decode()}
    db.session.rollback()
    assert run_next(viewer_for)
    task = db.session.scalars(db.select(Task)).one()
    assert (task.kind, task.state) == (IMPORT.name, TaskState.DONE)
    assert task.messages[0] == "Agencies read: 4. Added: 4. Changed: 0. As they were: 0."
