"""The pages the board reads, and the files and commands with the same numbers."""

import csv
import io
import re

import pytest

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from tests.reports.world import AFTER, World, small_world
from training.core.database import db
from training.core.viewer import Role
from training.people.models import RoleGrant
from training.planning.years import TrainingYear
from training.reports.tables import AGENCIES, DELIVERED, DELIVERY


@pytest.fixture
def world(app: object, wall_clock: WallClock) -> World:
    wall_clock.set(AFTER)
    return small_world()


@pytest.fixture
def board(client: Client, world: World) -> Client:
    """Somebody who reads reports and has no other role."""
    reader = make_person("Rae", role=Role.VIEWER)
    db.session.commit()
    client.sign_in(reader)
    return client


def sheet(page: Page) -> list[list[str]]:
    """The rows of a downloaded file, header first."""
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(page.body.decode("utf-8-sig"))))


def test_the_agency_report_says_what_it_counts_and_shows_it(board: Client) -> None:
    page = board.get("/reports/agencies?year=2023-24")
    assert page.h1 == "Attendance by agency, 2023-24"
    assert "between Saturday 1 April 2023 and Sunday 31 March 2024" in page
    assert page.words(".muster-figure__number") == ["5", "71%", "3 of 5", "4", "1 of 6"]
    assert [row for row in page.rows() if len(row) > 1] == [
        ["Northside Trust", "3", "5", "60%", "Far behind", "10", "0", "1"],
        ["Eastside Academy", "0", "not offered yet", "–", "Not offered yet", "8", "0", "0"],
        ["Southside School", "1", "2", "50%", "Not judged", "4", "1", "0"],
        ["Agency to be confirmed", "1", "–", "–", "No target", "–", "1", "0"],
    ]
    assert page.words("tfoot tr") == ["All 5 7 71% Behind 22 2 1"]
    assert page.words(".muster-report__group") == ["Health", "Education & schools", "Sector not known yet"]
    assert "1 session ran and has a register that is not closed." in page
    assert "No target and no booking: Westside Nursery." in page


def test_a_colour_is_a_word_with_a_shape(board: Client) -> None:
    page = board.get("/reports/agencies?year=2023-24")
    assert page.words("tbody .muster-tag--problem") == ["Far behind"]
    assert page.words("tfoot .muster-tag--waiting") == ["Behind"]


def test_the_delivery_report_shows_courses_by_mode_and_the_years(board: Client) -> None:
    page = board.get("/reports/delivery?year=2023-24")
    courses, years = page.select("table")
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in courses.select("tbody tr")
    ]
    assert rows == [
        ["Alpha", "Face to face", "1", "0", "2", "2", "Not judged", "10", "5", "4", "2", "1", "1"],
        ["beta", "Virtual", "1", "1", "–", "–", "Not planned", "40", "3", "1", "0", "0", "0"],
        ["Gamma", "Hybrid", "0", "0", "5", "5", "Far behind", "0", "0", "0", "0", "0", "0"],
    ]
    assert page.words("tfoot tr") == ["All courses 2 1 7 7 Far behind 50 8 5 2 1 1"]
    assert [row.get_text(" ").split() for row in years.select("tbody tr")] == [
        ["2023-24", "2", "5", "2.5"],
        ["2024-25", "1", "2", "2.0"],
    ]


def test_filters_stay_in_the_address_of_the_file(board: Client) -> None:
    page = board.get("/reports/agencies?year=2023-24")
    page = board.submit(page, {"A row for each": "sector", "Course": "alpha"})
    assert "Only: Alpha." in page
    file = board.click(page, "Download as CSV")
    assert file.headers["Content-Disposition"] == 'attachment; filename="agencies-2023-24.csv"'
    assert [row[:5] for row in sheet(file)] == [
        ["agency", "sector", "target", "expected", "attendances"],
        ["Health", "Health", "10", "5", "2"],
        ["Education & schools", "Education & schools", "4", "2", "1"],
        ["Agency to be confirmed", "", "", "", "1"],
    ]


def test_the_files_hold_the_numbers_of_the_pages(board: Client) -> None:
    header, *rows = sheet(board.get("/reports/agencies.csv?year=2023-24"))
    assert tuple(header) == AGENCIES
    page = board.get("/reports/agencies?year=2023-24")
    shown = {row[0]: (row[1], row[6], row[7]) for row in page.rows() if len(row) > 1}
    assert {row[0]: (row[4], row[5], row[6]) for row in rows} == shown
    header, *rows = sheet(board.get("/reports/delivery.csv?year=2023-24"))
    assert tuple(header) == DELIVERY
    assert [row[:4] for row in rows] == [
        ["Alpha", "face-to-face", "1", "4"],
        ["beta", "virtual", "1", "1"],
        ["Gamma", "hybrid", "0", "0"],
    ]
    assert tuple(header[:4]) == DELIVERED


@pytest.mark.parametrize(
    "address", ["/reports/agencies", "/reports/delivery", "/reports/agencies.csv", "/reports/delivery.csv"]
)
@pytest.mark.parametrize(
    ("wrong", "heading", "known"),
    [
        ("year=1999-00", "There is no year “1999-00”", "2023-24"),
        ("year=soon", "There is no year “soon”", "2024-25"),
        ("year=2023-24&course=nothing", "There is no course “nothing”", "alpha"),
        ("year=2023-24&mode=post", "There is no mode “post”", "virtual"),
    ],
)
def test_what_is_not_known_is_answered_with_what_is(
    board: Client, address: str, wrong: str, heading: str, known: str
) -> None:
    page = board.get(f"{address}?{wrong}", status=404)
    assert page.h1 == heading
    page = board.click(page, known)
    assert page.status == 200


def test_a_year_without_figures_leads_to_the_others(client: Client, world: World, wall_clock: WallClock) -> None:
    wall_clock.set("2031-05-01 09:00")
    board, reader = client, make_person("Rae", role=Role.VIEWER)
    db.session.commit()
    board.sign_in(reader)
    for report in ("agencies", "delivery"):
        page = board.get(f"/reports/{report}")
        assert "2031-32" in page.h1
        page = board.click(page, "2023-24")
        assert page.h1.endswith("2023-24")


def test_charts_are_named_described_and_without_inline_styles(board: Client) -> None:
    for report, count in (("agencies", 1), ("delivery", 4)):
        page = board.get(f"/reports/{report}?year=2023-24")
        drawings = page.select("svg[role=img]")
        assert len(drawings) == count
        for drawing in drawings:
            assert drawing.title is not None
            assert drawing.title.get_text()
            assert drawing.desc is not None
            assert drawing.desc.get_text()
        assert not re.search(r"<[^>]+ style=", page.body.decode())


def test_a_lead_opens_the_agency_report_and_no_other(client: Client, world: World) -> None:
    lead = make_person("Lea")
    db.session.add(
        RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency_id=world.south, from_on=TrainingYear(2020).first_day)
    )
    db.session.commit()
    client.sign_in(lead)
    page = client.get("/reports/agencies?year=2023-24")
    assert [row[:2] for row in page.rows() if len(row) > 1] == [["Southside School", "1"]]
    assert "register that is not closed" not in page
    assert [row[0] for row in sheet(client.get("/reports/agencies.csv?year=2023-24"))] == ["agency", "Southside School"]
    client.get("/reports/delivery", status=403)
    client.get("/reports/delivery.csv", status=403)


def test_a_learner_opens_no_report(client: Client, world: World) -> None:
    learner = make_person("Len")
    db.session.commit()
    client.sign_in(learner)
    for address in ("agencies", "agencies.csv", "delivery", "delivery.csv"):
        client.get(f"/reports/{address}", status=403)
