"""The figures of the small world, counted by hand."""

from fractions import Fraction

import pytest

from tests.conftest import WallClock
from tests.factories import make_person, viewer_of
from tests.reports.world import AFTER, World, small_world
from training.catalogue.models import Mode
from training.core.viewer import ANONYMOUS, COMMAND, Grant, Role, Viewer, ViewerKind
from training.planning.rules import Colour
from training.reports.figures import Attendance, Delivery
from training.reports.filters import Asked, Level, UnknownChoice, choices, read_asked
from training.reports.queries_agencies import AgencyReport, agency_report
from training.reports.queries_delivery import DeliveryReport, delivery_report

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def world(app: object, wall_clock: WallClock) -> World:
    wall_clock.set(AFTER)
    return small_world()


def asked(**values: str) -> Asked:
    """What a report is asked for, in 2023-24 unless told otherwise."""
    return read_asked(choices(COMMAND), {"year": "2023-24", **values})


def agencies(viewer: Viewer = COMMAND, **values: str) -> AgencyReport:
    return agency_report(viewer, asked(**values))


def delivery(**values: str) -> DeliveryReport:
    return delivery_report(COMMAND, asked(**values), choices(COMMAND))


def attendances(report: AgencyReport) -> dict[str, int]:
    """Attendances by the name of the row."""
    return {row.name: row.figures.attendance.attendances for row in report.rows}


def test_each_agency_counts_its_own_people(world: World) -> None:
    rows = {row.name: row.figures for row in agencies().rows}
    assert list(rows) == ["Northside Trust", "Eastside Academy", "Southside School", "Agency to be confirmed"]
    north, east, south = rows["Northside Trust"], rows["Eastside Academy"], rows["Southside School"]
    assert north.attendance == Attendance(attended=3, absent=1)
    assert south.attendance == Attendance(excused=1, not_marked=1, walk_ins=1, late_cancellations=1)
    assert rows["Agency to be confirmed"].attendance == Attendance(walk_ins=1)
    assert (north.target, north.expected, north.take_up, north.colour) == (10, 5, 60, Colour.RED)
    assert (south.target, south.expected, south.take_up, south.standing) == (4, 2, 50, "Not judged")
    assert (east.target, east.expected, east.take_up, east.standing) == (8, None, None, "Not offered yet")
    assert rows["Agency to be confirmed"].standing == "No target"
    assert [len(row.people) for row in rows.values()] == [2, 0, 1, 1]


def test_the_sum_counts_everybody_once(world: World) -> None:
    report = agencies()
    assert report.totals.attendance == Attendance(3, 1, 1, 1, 2, 1)
    assert (report.totals.target, report.totals.expected) == (22, Fraction(7))
    assert len(report.totals.people) == 4
    assert report.silent == ["Westside Nursery"]
    assert report.came == 3


def test_a_session_belongs_to_the_year_of_its_last_part(world: World) -> None:
    assert attendances(agencies(year="2024-25")) == {"Northside Trust": 1, "Southside School": 1}
    years = [(str(figures.year), figures.sessions, figures.attendances) for figures in delivery().years]
    assert years == [("2023-24", 2, 5), ("2024-25", 1, 2)]


def test_delivery_has_a_line_for_each_course_and_mode(world: World) -> None:
    report = delivery()
    assert [course.title for course in report.courses] == ["Alpha", "beta", "Gamma"]
    alpha, beta, gamma = report.courses
    assert alpha.modes[0].delivery == Delivery(delivered=1, places_offered=10, places_filled=5)
    assert alpha.modes[0].attendance == Attendance(2, 1, 1, 1, 2, 1)
    assert beta.modes[0].delivery == Delivery(1, 1, 40, 3, 2)
    assert beta.modes[0].attendance == Attendance(attended=1)
    assert (alpha.plan.planned, alpha.plan.expected, alpha.plan.delivered) == (2, 2, 1)
    assert (beta.plan.planned, beta.plan.standing) == (None, "Not planned")
    assert (gamma.plan.delivered, gamma.plan.expected, gamma.plan.colour) == (0, 5, Colour.RED)
    assert report.delivery == Delivery(2, 1, 50, 8, 2)
    assert (report.plan.planned, report.plan.delivered, report.plan.colour) == (7, 2, Colour.RED)
    assert report.people == 4


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("parent", {"Northside Trust": 4, "Eastside Academy": 0, "Agency to be confirmed": 1}),
        ("sector", {"Health": 3, "Education & schools": 1, "Agency to be confirmed": 1}),
        ("reporting-group", {"Statutory partners": 3, "Everybody else": 1, "Agency to be confirmed": 1}),
    ],
)
def test_levels_add_up_agencies(world: World, level: str, expected: dict[str, int]) -> None:
    report = agencies(level=level)
    assert attendances(report) == expected
    assert report.totals == agencies().totals


def test_a_colour_is_judged_on_the_sums(world: World) -> None:
    row = next(row for row in agencies(level="parent").rows if row.name == "Northside Trust")
    assert (row.figures.target, row.figures.expected, row.figures.take_up) == (14, 7, 57)
    assert row.figures.colour is Colour.RED


def test_filters_narrow_targets_and_attendances_alike(world: World) -> None:
    online = agencies(mode="virtual")
    assert attendances(online) == {"Northside Trust": 1}
    assert online.totals.target is None
    alpha = agencies(course="alpha")
    assert (alpha.totals.target, alpha.totals.attendance.attendances) == (14, 4)
    schools = agencies(sector="education-schools")
    assert attendances(schools) == {"Eastside Academy": 0, "Southside School": 1}
    assert delivery(mode="virtual").sessions_in(Mode.VIRTUAL) == 1
    assert delivery(mode="virtual").sessions_in(Mode.FACE_TO_FACE) == 0
    assert [course.title for course in delivery(course="AL").courses] == ["Alpha"]


def test_a_lead_reads_their_own_agencies_only(world: World) -> None:
    above, below = (
        Viewer(ViewerKind.PERSON, None, (Grant(Role.AGENCY_LEAD, key),)) for key in (world.north, world.south)
    )
    assert attendances(agencies(above)) == {"Northside Trust": 3, "Southside School": 1}
    report = agencies(below, level="parent")
    assert attendances(report) == {"Southside School": 1}
    assert (report.totals.target, report.is_whole, report.silent) == (4, False, [])
    everything = Viewer(ViewerKind.PERSON, None, (Grant(Role.AGENCY_LEAD, world.south), Grant(Role.VIEWER)))
    assert attendances(agencies(everything)) == attendances(agencies())
    assert agencies(ANONYMOUS).rows == []
    assert agencies(viewer_of(make_person())).rows == []


def test_expected_follows_the_day_in_the_current_year(world: World, wall_clock: WallClock) -> None:
    wall_clock.set("2023-05-31 12:00")
    first = delivery().courses[0].plan
    assert first.expected == Fraction(61, 91)
    wall_clock.set("2023-06-30 23:00")
    assert delivery().courses[0].plan.expected == 1


def test_what_is_not_known_names_what_is(world: World) -> None:
    with pytest.raises(UnknownChoice, match="Known are: 2023-24, 2024-25") as year:
        asked(year="2019-20")
    assert year.value.what == "year"
    with pytest.raises(UnknownChoice, match="health, education-schools"):
        asked(sector="army")
    with pytest.raises(UnknownChoice, match="alpha, beta, gamma"):
        asked(course="board")
    with pytest.raises(UnknownChoice, match="face-to-face, virtual, hybrid"):
        asked(mode="post")
    with pytest.raises(UnknownChoice, match="agency, parent, sector, reporting-group"):
        asked(level="planet")


def test_filters_are_read_by_name_too(world: World) -> None:
    read = asked(sector="Education & Schools", course="Alpha", level="sector", mode="hybrid")
    assert (read.sector and read.sector.name, read.course and read.course.slug) == ("Education & schools", "alpha")
    assert read.level is Level.SECTOR
    assert asked(**read.as_arguments()) == read
