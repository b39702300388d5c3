"""Agencies as they were then and as they are now: the same people under other names, and never one more or less."""

import csv
import io
from datetime import date, timedelta
from random import Random

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from tests.pages import Client
from tests.reports.world import A, N, finished, marked, walked_in
from training.agencies.models import Agency
from training.agencies.operations_tree import set_parent
from training.agencies.tree import below_since
from training.core.database import db
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.people.models import RoleGrant
from training.planning.operations import LineFacts, add_line, open_plan, set_targets
from training.planning.years import TrainingYear
from training.reports.filters import Level, choices, read_asked
from training.reports.queries_agencies import AgencyReport, agency_report

NOW = "2026-12-03 10:00"
YEAR = {"year": "2026-27"}


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set(NOW)


def report(viewer: Viewer = COMMAND, **asked: str) -> AgencyReport:
    return agency_report(viewer, read_asked(choices(viewer), {**YEAR, **asked}))


def came(found: AgencyReport) -> dict[str, int]:
    return {row.name: row.figures.attendance.attendances for row in found.rows}


def ended(agency: Agency, successor: Agency, last_on: date) -> None:
    agency.ended_on, agency.successor = last_on, successor
    db.session.flush()


def test_a_school_counts_for_the_trust_from_the_day_it_joined(app: Flask) -> None:
    council, trust, school = (make_agency(name) for name in ("Council", "Trust", "Sandby School"))
    set_parent(COMMAND, school, council, date(2020, 9, 1))
    set_parent(COMMAND, school, trust, date(2026, 9, 1))
    course, teacher = make_course(), make_person(agency=school)
    for on in (date(2026, 5, 6), date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 7), date(2026, 11, 4)):
        marked(finished(course, on), teacher, A)
    assert came(report(level="parent")) == {"Council": 2, "Trust": 3}
    assert came(report(level="parent", agencies="now")) == {"Trust": 5}
    assert came(report()) == came(report(agencies="now")) == {"Sandby School": 5}


def test_the_figures_and_targets_of_a_merged_agency_are_its_successors_now(app: Flask) -> None:
    old, middle, new = (make_agency(name) for name in ("Abbey School", "Bridge School", "Castle Academy"))
    course = make_course()
    for agency in (old, middle, new):
        marked(finished(course, date(2026, 5, 6)), make_person(agency=agency), A)
    both = make_person(agency=old)
    marked(finished(course, date(2026, 5, 7)), both, A)
    marked(finished(course, date(2026, 9, 7)), both, N)
    line = add_line(
        COMMAND, open_plan(COMMAND, TrainingYear(2026)).id, course.id, LineFacts("", (4, 0, 0, 0), (100, 0, 0, 0))
    )
    set_targets(COMMAND, line.id, {old.id: 10, new.id: 5})
    ended(old, middle, date(2026, 7, 31))
    ended(middle, new, date(2026, 8, 31))
    then, now = report(), report(agencies="now")
    assert came(then) == {"Abbey School": 2, "Bridge School": 1, "Castle Academy": 1}
    assert [(row.name, row.figures.attendance.attendances, row.figures.target) for row in now.rows] == [
        ("Castle Academy", 4, 15)
    ]
    assert now.rows[0].figures.attendance.absent == 1
    assert now.totals == then.totals
    assert now.silent == []


def test_an_agency_that_had_ended_before_is_no_silent_one(app: Flask) -> None:
    gone, here = make_agency("Gone School"), make_agency("Here School")
    gone.ended_on = date(2026, 3, 31)
    assert here.ended_on is None
    db.session.flush()
    assert report().silent == ["Here School"]
    gone.ended_on = date(2026, 4, 1)
    db.session.flush()
    assert report().silent == ["Gone School", "Here School"]
    assert report(agencies="now").silent == ["Here School"]


@pytest.mark.parametrize("seed", range(6))
def test_the_sum_never_changes(app: Flask, seed: int) -> None:
    chance = Random(seed)
    sectors = [make_agency().sector for _ in range(3)]
    agencies = [make_agency(sector=chance.choice(sectors)) for _ in range(9)]
    for place, agency in enumerate(agencies[1:], start=1):
        day = date(2025, 1, 1)
        for _ in range(chance.randrange(4)):
            day += timedelta(days=chance.randrange(1, 250))
            if day <= date(2026, 12, 3):
                set_parent(COMMAND, agency, chance.choice([None, *agencies[:place]]), day)
    course, other = make_course(), make_course()
    people = [make_person(agency=chance.choice([*agencies, None])) for _ in range(12)]
    for _ in range(8):
        session = finished(chance.choice([course, other]), date(2026, 4, 1) + timedelta(days=chance.randrange(240)))
        for person in chance.sample(people, 4):
            marked(session, person, chance.choice([A, A, N]))
        walked_in(session, "Wil Walked", chance.choice([*agencies, None]), A)
    line = add_line(
        COMMAND, open_plan(COMMAND, TrainingYear(2026)).id, course.id, LineFacts("", (3, 3, 0, 0), (70, 50, 0, 0))
    )
    set_targets(COMMAND, line.id, {agency.id: chance.randrange(20) for agency in agencies})
    for place, agency in enumerate(agencies[:-1]):
        if chance.random() < 0.5:
            ended(agency, chance.choice(agencies[place + 1 :]), date(2026, 6, 30))
    sums = {report(level=level, agencies=way).totals for level in Level for way in ("then", "now")}
    assert len(sums) == 1
    assert sums.pop().attendance.attendances >= 8


def lead_of(agency: Agency) -> Viewer:
    return Viewer(ViewerKind.PERSON, make_person().id, (Grant(Role.AGENCY_LEAD, agency.id),))


def test_a_trusts_lead_reads_a_school_from_the_day_it_joined(app: Flask) -> None:
    trust, school, always = (make_agency(name) for name in ("Trust", "Sandby School", "Abbey School"))
    set_parent(COMMAND, school, trust, date(2026, 9, 1))
    set_parent(COMMAND, always, trust, date(2020, 9, 1))
    course = make_course()
    for agency in (school, always):
        teacher = make_person(agency=agency)
        marked(finished(course, date(2026, 8, 31)), teacher, N)
        marked(finished(course, date(2026, 9, 1)), teacher, A)
        walked_in(finished(course, date(2026, 8, 30)), "Wil Walked", agency, A)
    line = add_line(
        COMMAND, open_plan(COMMAND, TrainingYear(2026)).id, course.id, LineFacts("", (3, 3, 0, 0), (70, 50, 0, 0))
    )
    set_targets(COMMAND, line.id, {school.id: 10, always.id: 6})
    for way in ("then", "now"):
        rows = {row.name: row.figures for row in report(lead_of(trust), agencies=way).rows}
        assert (rows["Sandby School"].attendance.attendances, rows["Sandby School"].attendance.absent) == (1, 0)
        assert (rows["Abbey School"].attendance.attendances, rows["Abbey School"].attendance.absent) == (2, 1)
        assert (rows["Sandby School"].target, rows["Abbey School"].target) == (None, 6)
        own = report(lead_of(school), agencies=way).totals
        assert (own.attendance.attendances, own.attendance.absent, own.target) == (2, 1, 10)


def test_since_when_an_agency_stands_below_another(app: Flask, wall_clock: WallClock) -> None:
    trust, division, other, school = (make_agency(name) for name in ("Trust", "Division", "Other", "School"))
    set_parent(COMMAND, division, trust, date(2026, 12, 3))
    set_parent(COMMAND, other, trust, date(2024, 1, 1))
    set_parent(COMMAND, school, other, date(2025, 1, 1))
    assert below_since(trust.id) == {
        trust.id: None, division.id: None, other.id: date(2024, 1, 1), school.id: date(2025, 1, 1)
    }  # fmt: skip
    wall_clock.set("2026-12-20 10:00")
    set_parent(COMMAND, school, division, date(2026, 12, 10))
    assert below_since(trust.id)[school.id] == date(2025, 1, 1), "it never left the trust"
    assert below_since(division.id)[school.id] == date(2026, 12, 10)
    school.ended_on = date(2026, 12, 15)
    set_parent(COMMAND, school, None, date(2026, 12, 16))
    assert below_since(trust.id)[school.id] == date(2025, 1, 1), "what it was until its end stays readable"
    set_parent(COMMAND, other, None, date(2026, 12, 1))
    assert other.id not in below_since(trust.id)


def test_the_page_the_file_and_the_words_follow_the_address(client: Client, app: Flask) -> None:
    old, new = make_agency("Abbey School"), make_agency("Castle Academy")
    marked(finished(make_course(), date(2026, 5, 6)), make_person(agency=old), A)
    make_booking(make_session(), make_person(agency=new))
    ended(old, new, date(2026, 7, 31))
    reader = make_person(role=Role.VIEWER)
    db.session.add(RoleGrant(person=reader, role=Role.VIEWER, from_on=date(2020, 1, 1)))
    db.session.commit()
    client.sign_in(reader)
    page = client.get("/reports/agencies?year=2026-27")
    assert "as they were on the day of the session" in page
    assert [row[0] for row in page.rows() if len(row) > 1] == ["Abbey School"]
    now = client.submit(page, {"Agencies": "now"})
    assert "agencies=now" in now.url
    assert "one that another took over counts under its successor" in now
    assert [row[0] for row in now.rows() if len(row) > 1] == ["Castle Academy"]
    file = client.click(now, "Download as CSV")
    rows = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["agency", "Castle Academy"]
    wrong = client.get("/reports/agencies?year=2026-27&agencies=soon", status=404)
    assert wrong.h1 == "There is no way to show agencies “soon”"
    assert client.click(wrong, "then").status == 200
