"""Headcounts: said by the agency's lead or the desk, by day, all groups at once."""

from datetime import date
from functools import partial

import pytest
from flask import Flask

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, viewer_of
from tests.pages import Client
from training.agencies.models import Agency
from training.agencies.operations_tree import set_parent
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.headcounts import count_staff, counts_of
from training.people.models import Person, RoleGrant
from training.people.models_workforce import Headcount, WorkforceGroup

DAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")


@pytest.fixture
def groups(app: Flask) -> list[int]:
    made = [WorkforceGroup(number=number, name=f"Group {number}", examples="") for number in (1, 2, 3)]
    db.session.add_all(made)
    db.session.flush()
    return [group.id for group in made]


def lead(agency: Agency) -> Person:
    person = make_person("Lea")
    db.session.add(RoleGrant(person=person, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2024, 1, 1)))
    db.session.flush()
    return person


def said(agency: int, on: date, staff: dict[int, int | None]) -> bool:
    db.session.flush()
    return count_staff(COMMAND, agency, on, staff)


def test_a_day_is_said_once_and_put_right(groups: list[int]) -> None:
    agency = make_agency().id
    one, two, three = groups
    assert said(agency, DAY, {one: 10, two: None, three: 0})
    assert not said(agency, DAY, {one: 10, two: None, three: 0})
    assert said(agency, date(2025, 12, 1), {one: 8, two: 4, three: None})
    assert said(agency, DAY, {one: 12, two: 5, three: None})
    assert [(count.counted_on, dict(count.staff), count.total) for count in counts_of(COMMAND, agency)] == [
        (DAY, {one: 12, two: 5}, 17), (date(2025, 12, 1), {one: 8, two: 4}, 12)
    ]  # fmt: skip
    assert db.session.query(AuditEntry).filter_by(deed="counted the staff of").count() == 3
    with pytest.raises(Refused, match="today or earlier"):
        count_staff(COMMAND, agency, date(2026, 12, 4), {one: 1})
    with pytest.raises(Refused, match="at least one"):
        count_staff(COMMAND, agency, DAY, {one: None})


def test_it_is_for_the_lead_and_the_desk_alone(groups: list[int]) -> None:
    agency = make_agency().id
    count_staff(COMMAND, agency, DAY, {groups[0]: 10})
    stranger = viewer_of(make_person(), Role.VIEWER)
    assert counts_of(stranger, agency) == []
    with pytest.raises(LookupError):
        count_staff(stranger, agency, DAY, {groups[0]: 11})


def _count(agency: int, group: int, staff: int) -> bool:
    return count_staff(COMMAND, agency, DAY, {group: staff})


def test_two_who_count_the_same_day_at_once_leave_one_number(app: Flask, groups: list[int]) -> None:
    agency, group = make_agency().id, groups[0]
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_count, agency, group, staff)] for staff in (5, 6, 7)])
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert db.session.query(Headcount).count() == 1


def test_the_desk_counts_on_the_agencys_page(client: Client, groups: list[int]) -> None:
    code = make_agency("Sandby Hospital").code
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/agencies/{code}")
    assert "Not counted yet." in page
    form = client.click(page, "Count the staff")
    wrong = client.submit(form, {"1. Group 1": "many"}, status=400)
    assert len(wrong.errors) == 1
    assert client.submit(form, status=400).errors == ["Enter the number of people of at least one workforce group"]
    shown = client.submit(form, {"1. Group 1": "1,200", "3. Group 3": "0"}, follow=True)
    assert shown.rows() == [["3 Dec 2026", "1,200", "–", "0", "1,200"]]
    page = client.get(f"/desk/agencies/{code}")
    assert "1,200 people on Thursday 3 December 2026: group 1: 1,200, group 3: 0." in page


def test_a_lead_counts_for_theirs_and_no_other(client: Client, groups: list[int]) -> None:
    trust, school, other = make_agency("Trust"), make_agency("School"), make_agency("Other")
    codes = trust.code, school.code, other.code
    leader = lead(trust)
    db.session.commit()
    client.sign_in(leader)
    assert client.get("/agency/headcounts", status=302).location == f"/agency/headcounts/{codes[0]}"
    set_parent(COMMAND, db.session.merge(school), db.session.merge(trust), date(2026, 1, 1))
    db.session.commit()
    page = client.get("/agency/headcounts")
    assert page.rows() == [["School", "Not yet"], ["Trust", "Not yet"]]
    shown = client.submit(client.click(page, "School"), {"1. Group 1": "40"}, follow=True)
    assert shown.rows() == [["3 Dec 2026", "40", "–", "–", "40"]]
    assert client.get("/agency/headcounts").rows()[0] == ["School", "3 Dec 2026"]
    client.get(f"/agency/headcounts/{codes[2]}", status=404)
    client.get(f"/desk/agencies/{codes[1]}/headcounts", status=403)
