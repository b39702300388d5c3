"""Reading agencies from a file: previewed, all or nothing, twice as once, undone as one, and every fault by its row."""

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.factories import make_agency, make_person, number
from tests.pages import Client, Page
from training.accounts.configuring import viewer_for
from training.agencies.importing import import_agencies
from training.agencies.models import Agency, AgencyParent, Sector
from training.agencies.queries import find_by_code, ids_below, parents_of
from training.cli import main
from training.core.batches import Batch, BatchState
from training.core.database import db
from training.core.tasks import Task, TaskRefused, run_next
from training.core.viewer import COMMAND, Role
from training.web.workbooks import workbook

GOOD = """code,agency,parent,sector,sub_sector,placeholder,forum_2023_24,note,source
SC,Sandby Council,,Local authority,Corporate,no,yes,safeguarding partner,a.txt
SCEH,Sandby Early Help,Sandby Council,Local authority,Early help,no,no,,b.txt
PS,Primary schools,sc,Education,Primary,yes,no,,

RX,Sandby Hospital,,Health,,,Y,"beds, and wards",
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(TaskRefused) as refused:
        import_agencies(COMMAND, text.encode())
    db.session.rollback()
    return refused.value.problems


def test_a_good_file_makes_the_tree(app: Flask) -> None:
    done = import_agencies(COMMAND, GOOD.encode())
    assert done[0] == "Rows read: 4. Added: 4. Changed: 0. Left: 0. As they were: 0."
    assert done[1] == "The column “source” is not known here and was left out."
    council, schools, hospital = (find_by_code(COMMAND, code) for code in ("SC", "PS", "RX"))
    assert council is not None
    assert schools is not None
    assert hospital is not None
    assert len(ids_below(council.id)) == 3
    assert (schools.is_group, schools.on_forum, council.on_forum, hospital.on_forum) == (True, False, True, True)
    assert hospital.note == "beds, and wards"
    assert {sector.name for sector in db.session.scalars(db.select(Sector))} == {
        "Local authority", "Education", "Health",
    }  # fmt: skip


def test_twice_is_once(app: Flask) -> None:
    import_agencies(COMMAND, GOOD.encode())
    db.session.commit()
    again = import_agencies(COMMAND, GOOD.encode())
    assert again[0] == "Rows read: 4. Added: 0. Changed: 0. Left: 0. As they were: 4."
    assert db.session.query(Agency).count() == 4
    assert db.session.query(Sector).count() == 3


def test_a_known_code_is_changed_and_what_the_file_leaves_out_stays(app: Flask) -> None:
    import_agencies(COMMAND, GOOD.encode())
    done = import_agencies(COMMAND, b"Code;Agency;Sector\nsceh;Early Help and Hubs;Local authority\n")
    assert done[0] == "Rows read: 1. Added: 0. Changed: 1. Left: 0. As they were: 0."
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "xlsx"])
def test_names_survive_how_the_file_was_saved(app: Flask, encoding: str) -> None:
    cells = ["E1", "Café Zoë", "y"]
    text = "code\tagency\tsector\n" + "\t".join(cells)
    content = workbook(["code", "agency", "sector"], [cells]) if encoding == "xlsx" else text.encode(encoding)
    import_agencies(COMMAND, content)
    found = find_by_code(COMMAND, "E1")
    assert found is not None
    assert found.name == "Café Zoë"


def test_every_fault_of_every_sort_is_in_one_list(app: Flask) -> None:
    import_agencies(COMMAND, b"code,agency,sector\nRX,Sandby Hospital,Health\n")
    db.session.commit()
    assert problems_of(
        "code,agency,parent,sector,placeholder\n"
        "A,Name,Nowhere,S,\n"
        "A B,,,,perhaps\n"
        "a,NAME,,S,\n"
        "RY,Sandby Hospital,,S,\n"
        "C,Gamma,Delta,S,\n"
        "D,Delta,Gamma,S,\n"
    ) == [
        "Row 2: No agency is called “Nowhere”, in this file or here.",
        "Row 3: “agency” is empty.",
        "Row 3: “sector” is empty.",
        "Row 3: A code has up to 40 letters, figures, hyphens and dots, no spaces.",
        "Row 3: “placeholder” must be yes or no, not “perhaps”.",
        "Row 4: It has the same code as row 2.",
        "Row 4: It has the same name as row 2.",
        "Row 5: “Sandby Hospital” is already here with the code RX.",
        "Row 6: These stand above each other in a circle: “Gamma” (row 6), “Delta” (row 7).",
        "Row 7: These stand above each other in a circle: “Gamma” (row 6), “Delta” (row 7).",
    ]
    assert db.session.query(Agency).count() == 1


def test_a_circle_is_refused_also_with_agencies_that_are_here(app: Flask) -> None:
    head = "code,agency,parent,sector\n"
    import_agencies(COMMAND, f"{head}A,Alpha,,S\nB,Beta,Alpha,S\n".encode())
    db.session.commit()
    assert problems_of(f"{head}A,Alpha,Beta,S\n") == [
        "Row 2: These stand above each other in a circle: “Alpha” (row 2), “Beta”."
    ]


def test_the_command_ends_with_the_rows(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_ENV", "testing")
    monkeypatch.setenv("MUSTER_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    file = tmp_path / "agencies.csv"
    file.write_text(GOOD)
    db.session.rollback()
    check = CliRunner().invoke(main, ["import", "agencies", "--check", str(file)])
    assert check.exit_code == 0, check.output
    assert "Row 2: Added in the sector Local authority." in check.output
    assert db.session.query(Agency).count() == 0
    db.session.rollback()
    good = CliRunner().invoke(main, ["import", "agencies", str(file)])
    assert good.exit_code == 0, good.output
    assert "Added: 4" in good.output
    file.write_text("code,agency,sector\nA,,S\n")
    bad = CliRunner().invoke(main, ["import", "agencies", str(file)])
    assert bad.exit_code == 1
    assert "Row 2: “agency” is empty." in bad.output


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as an officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def brought(desk: Client, content: bytes, name: str = "agencies.csv") -> str:
    """Bring a file and let the worker read it; the address of its preview."""
    address = desk.submit(desk.get("/desk/agencies/import"), {"file": (BytesIO(content), name)}).location
    assert run_next(viewer_for)
    return address


def press(desk: Client, page: Page, button: str) -> Page:
    return desk.submit(page, button=button, follow=True)


def test_the_desk_looks_before_anything_is_changed_then_applies_and_undoes(desk: Client) -> None:
    desk.get("/desk/agencies/import/template/csv")
    desk.get("/desk/agencies/import/template/doc", status=404)
    address = brought(desk, GOOD.encode())
    task = db.session.scalars(db.select(Task)).one()
    assert (task.input, task.leads_to) == ({}, address), "nothing of the bytes is kept, and the task leads on"
    assert "Look at what came of it" in desk.get(f"/desk/tasks/{task.ref}").links
    preview = desk.get(address)
    assert db.session.query(Agency).count() == 0
    assert [row[0] for row in preview.rows()] == ["2", "3", "4", "6"]
    applied = press(desk, preview, "Apply the file")
    assert applied.flashes == ["Applied: 4 rows carried out."]
    assert db.session.query(AgencyParent).count() == 2
    undone = press(desk, desk.click(applied, "Undo this file"), "Undo the file")
    assert undone.flashes == ["Undone: 4 rows taken back."]
    counts = [db.session.query(table).count() for table in (Agency, AgencyParent, Sector)]
    assert counts == [0, 0, 0]


def test_undoing_brings_changes_and_periods_back_as_they_were(desk: Client) -> None:
    head = "code,agency,parent,sector\n"
    import_agencies(COMMAND, f"{head}A,Alpha,,S\nB,Beta,Alpha,S\nC,Gamma,,S\n".encode())
    db.session.commit()
    before = {row.id: (row.parent_id, row.to_on) for row in db.session.scalars(db.select(AgencyParent))}
    address = brought(desk, f"{head}B,Beta and Co,Gamma,T\n".encode())
    press(desk, desk.get(address), "Apply the file")
    db.session.rollback()
    changed = find_by_code(COMMAND, "B")
    assert changed is not None
    assert (changed.name, changed.sector.name) == ("Beta and Co", "T")
    press(desk, desk.get(f"{address}/undo"), "Undo the file")
    db.session.rollback()
    found = find_by_code(COMMAND, "B")
    assert found is not None
    assert (found.name, found.sector.name) == ("Beta", "S")
    assert {row.id: (row.parent_id, row.to_on) for row in db.session.scalars(db.select(AgencyParent))} == before
    assert [sector.name for sector in db.session.scalars(db.select(Sector))] == ["S"]


def test_what_is_built_upon_stays_and_the_rest_can_be_undone(desk: Client) -> None:
    address = brought(desk, b"code,agency,sector\nA,Alpha,S\nB,Beta,S\n")
    press(desk, desk.get(address), "Apply the file")
    alpha = find_by_code(COMMAND, "A")
    assert alpha is not None
    make_person(agency=alpha)
    db.session.commit()
    page = desk.get(f"{address}/undo")
    assert "Row 2: an agency has people who work there since" in page
    assert press(desk, page, "Undo the others").flashes == ["Undone: 1 row taken back. 1 could not be, and stay."]
    assert [agency.code for agency in db.session.scalars(db.select(Agency))] == ["A"]


def test_a_file_of_another_sort_is_refused_in_words(desk: Client) -> None:
    page = desk.get("/desk/agencies/import")
    refused = desk.submit(page, {"file": (BytesIO(b"x"), "agencies.docx")}, status=400)
    assert refused.errors == ["The selected file must be a .csv or .xlsx file"]
    refused = desk.get(brought(desk, b"code,agency\nA,B\n"))
    assert "There is no column “sector”. The first row has “code”, “agency”." in refused
    assert refused.buttons == []


def test_a_row_with_a_problem_keeps_the_whole_list_out(desk: Client) -> None:
    address = brought(desk, b"code,agency,sector\nA,Alpha,S\n=1+1,Beta,S\n")
    page = desk.get(address)
    assert page.buttons == ["Give up: keep nothing"]
    desk.post(f"{address}/apply")
    assert db.session.query(Agency).count() == 0
    listed = desk.get(f"{address}/problems.csv").body.decode("utf-8-sig").splitlines()
    assert listed[1].startswith('3,"A code has up to 40 letters')
    assert ",'=1+1,Beta," in listed[1]
    assert press(desk, page, "Give up: keep nothing").flashes[-1] == "Nothing of the file was kept."
    batch = db.session.scalars(db.select(Batch)).one()
    assert (batch.state, batch.rows) == (BatchState.DISCARDED, [])


def test_a_world_that_moved_on_is_shown_again(desk: Client) -> None:
    address = brought(desk, b"code,agency,sector\nA,Alpha,S\n")
    preview = desk.get(address)
    agency = make_agency("Alpha")
    agency.code = f"X{number()}"
    db.session.commit()
    again = press(desk, preview, "Apply the file")
    assert again.flashes == [
        "Nothing was applied: since you looked, 1 row has come out differently. Look again, then apply."
    ]
    assert "is already here with the code" in again
    assert again.buttons == ["Give up: keep nothing"]
