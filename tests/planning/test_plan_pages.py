"""The pages of the plan, as the officer uses them."""

import pytest

from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person
from tests.pages import Client
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.planning.models import PlanLine, TrainingPlan
from training.planning.operations import LineFacts, add_line, open_plan, set_targets
from training.planning.years import TrainingYear


@pytest.fixture
def desk(client: Client, wall_clock: WallClock) -> Client:
    """An officer at the desk in spring."""
    wall_clock.set("2026-05-04 10:00")
    officer = make_person("Olu", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def a_line(title: str = "Neglect") -> PlanLine:
    """A line of the plan of 2026-27."""
    plan = db.session.scalars(db.select(TrainingPlan)).first() or open_plan(COMMAND, TrainingYear(2026))
    line = add_line(
        COMMAND, plan.id, make_course(title, slug=title.lower()).id, LineFacts("", (1, 0, 2, 0), (25, 0, 50, 0))
    )
    db.session.commit()
    return line


def test_a_plan_from_opening_to_agreement(desk: Client) -> None:
    make_course("Neglect", slug="neglect")
    agency = make_agency("Northside Trust")
    db.session.commit()
    page = desk.get("/desk/plan")
    assert "No plan yet" in page
    page = desk.submit(page, {"Year": "2026-27"}, follow=True)
    assert page.h1 == "Training plan 2026-27"
    page = desk.click(page, "Add a course")
    page = desk.submit(
        page, {"course": "neglect", "objective": "Seen early", "sessions_q1": "2", "places_q1": "50"}, follow=True
    )
    assert page.h1.startswith("Targets of Neglect")
    page = desk.submit(page, {"Northside Trust": "12"}, follow=True)
    assert page.flashes == ["The targets of Neglect add up to 12 attendances."]
    assert page.rows("table.muster-plan")[0][-2:] == ["12 1 agency", "Targets of Neglect"]
    page = desk.click(page, "note the date of the meeting")
    page = desk.submit(page, {"agreed_on-day": "18", "agreed_on-month": "3", "agreed_on-year": "2026"}, follow=True)
    assert "Agreed on Wednesday 18 March 2026." in page
    page = desk.get("/desk/plan/2026-27/neglect")
    page = desk.submit(page, {"sessions_q2": "1"}, follow=True)
    assert "Changed since then: 1 change" in page
    assert "Sessions in quarter 2: 0 to 1" in page
    assert desk.get("/desk/plan").rows()[0] == ["2026-27", "Agreed 18 Mar 2026", "1", "3", "50", "12"]
    assert agency.name == "Northside Trust"


def test_a_target_that_cannot_be_read_names_the_agency_and_keeps_what_was_typed(desk: Client) -> None:
    make_agency("Northside Trust")
    make_agency("Southside School")
    a_line()
    page = desk.get("/desk/plan/2026-27/neglect/targets")
    page = desk.submit(page, {"Northside Trust": "a dozen", "Southside School": "7"}, status=400)
    assert page.errors == ["The target of Northside Trust must be a whole number, like 20"]
    assert sorted(field["value"] for field in page.select("input[name^=target-]")) == ["7", "a dozen"]
    page = desk.submit(page, {"Northside Trust": "-3"}, status=400)
    assert page.errors == ["The target of Northside Trust must be between 0 and 9,999"]
    assert db.session.scalars(db.select(PlanLine)).one().targets == []


def test_targets_changed_meanwhile_are_not_overwritten(desk: Client) -> None:
    agency = make_agency("Northside Trust")
    line = a_line()
    opened = desk.get("/desk/plan/2026-27/neglect/targets")
    set_targets(COMMAND, line.id, {agency.id: 5})
    db.session.commit()
    page = desk.submit(opened, {"Northside Trust": "9"}, status=400)
    assert "Somebody else changed this meanwhile" in page.errors[0]
    assert "Saved now: 5" in page
    page = desk.submit(page, {}, follow=True)
    db.session.expire_all()
    assert [target.attendances for target in line.targets] == [9]


def test_a_line_changed_meanwhile_shows_both(desk: Client) -> None:
    a_line()
    one, other = desk.get("/desk/plan/2026-27/neglect"), desk.get("/desk/plan/2026-27/neglect")
    desk.submit(one, {"sessions_q1": "4"})
    page = desk.submit(other, {"sessions_q1": "9"}, status=400)
    assert "Somebody else changed this meanwhile" in page.errors[0]
    assert "Sessions by quarter: 4, 0, 2, 0." in page
    assert page.one("#sessions_q1")["value"] == "9"


def test_a_line_can_be_taken_off(desk: Client) -> None:
    a_line()
    page = desk.click(desk.get("/desk/plan/2026-27/neglect"), "Take it off the plan")
    assert "3 sessions, 75 places" in page
    page = desk.submit(page, follow=True)
    assert "No courses on this plan yet" in page


def test_sessions_must_be_numbers(desk: Client) -> None:
    a_line()
    page = desk.submit(desk.get("/desk/plan/2026-27/neglect"), {"sessions_q3": "some", "places_q4": ""}, status=400)
    assert page.errors == [
        "The number of sessions from October to December must be a whole number, like 20",
        "Enter the number of places from January to March",
    ]


@pytest.mark.parametrize(
    "address", ["/desk/plan/2026-28", "/desk/plan/soon", "/desk/plan/2031-32", "/desk/plan/2026-27/no"]
)
def test_years_and_courses_without_a_plan_are_not_found(desk: Client, address: str) -> None:
    a_line()
    desk.get(address, status=404)


def test_only_the_desk_opens_the_plan(client: Client) -> None:
    client.sign_in(make_person(role=Role.VIEWER))
    client.get("/desk/plan", status=403)
