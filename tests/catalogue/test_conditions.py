"""What comes before a course, what it counts as, and who must do it: said at the desk, read by everybody."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.conditions import make_group
from tests.bookings.race import run_at_once
from tests.factories import make_course, make_person
from tests.pages import Client
from training.catalogue.models import Course, CoursePrerequisite, CourseStatus, Requirement
from training.catalogue.operations_conditions import (
    RequirementDetails,
    add_before,
    add_equivalent,
    add_requirement,
    change_requirement,
    remove_requirement,
    take_before,
    take_equivalent,
)
from training.catalogue.queries_conditions import conditions_of, requirements_of
from training.catalogue.rules import is_asked_of, way_back
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role

DETAILS = RequirementDetails(
    workforce_group_id=None, job_role="Social worker", every_months=36, source="WT 2026", from_on=date(2026, 1, 1)
)


def details(**changes: Any) -> RequirementDetails:
    return RequirementDetails(**{**DETAILS.__dict__, **changes})


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def deeds() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, []),
        ({2: {3}, 3: {4}}, []),
        ({2: {1}}, [2, 1]),
        ({2: {3}, 3: {5, 4}, 4: {1}, 5: {2}}, [2, 3, 4, 1]),
        ({2: {3, 4}, 3: {2}}, []),
    ],
)
def test_the_way_back_names_the_courses_of_a_circle(before: dict[int, set[int]], expected: list[int]) -> None:
    assert way_back(1, 2, before) == expected
    assert way_back(1, 1, before) == [1]


@pytest.mark.parametrize(
    ("group", "role", "asked"),
    [
        (None, "Social worker", True),
        (None, "SOCIAL  worker", True),
        (None, "Midwife", False),
        (1, "", True),
        (2, "", False),
        (1, "Social worker", True),
        (1, "Midwife", False),
        (2, "Social worker", False),
    ],
)
def test_a_requirement_is_for_the_group_and_the_role_it_names(group: int | None, role: str, asked: bool) -> None:
    assert is_asked_of(group, role, 1, "Social worker") is asked
    assert is_asked_of(group, role, None, "Social worker") is (asked and group is None)


def test_what_comes_before_is_added_once_and_taken_away(app: Flask) -> None:
    one, two = make_course("One"), make_course("Two")
    add_before(COMMAND, two.id, one.id)
    add_before(COMMAND, two.id, one.id)
    assert [first.title for first, _ in conditions_of(COMMAND, two.id).before] == ["One"]
    take_before(COMMAND, two.id, one.id)
    take_before(COMMAND, two.id, one.id)
    assert conditions_of(COMMAND, two.id).before == []
    assert deeds() == ["said what comes before the course", "took away what comes before the course"]


def test_a_circle_is_refused_in_words(app: Flask) -> None:
    one, two, three = make_course("One"), make_course("Two"), make_course("Three")
    add_before(COMMAND, two.id, one.id)
    add_before(COMMAND, three.id, two.id)
    sentence = (
        "Nobody could begin: “One” would need “Three”, which needs “Two”, which needs “One”. Choose another course"
    )
    with pytest.raises(Refused) as refused:
        add_before(COMMAND, one.id, three.id)
    assert refused.value.sentence == sentence
    with pytest.raises(Refused, match="“One” would need “One”"):
        add_before(COMMAND, one.id, one.id)


def _add(course_id: int, first_id: int) -> None:
    add_before(COMMAND, course_id, first_id)


def test_two_people_who_add_half_a_circle_each_do_not_close_it(app: Flask) -> None:
    one, two = make_course().id, make_course().id
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_add, one, two)], [partial(_add, two, one)]])
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    assert sum(bool(outcome.refused) for outcome in outcomes) == 1
    assert len(db.session.scalars(select(CoursePrerequisite)).all()) == 1


def test_equivalents_may_stand_for_each_other_but_not_for_themselves(app: Flask) -> None:
    one, two = make_course("One"), make_course("Two")
    add_equivalent(COMMAND, one.id, two.id)
    add_equivalent(COMMAND, two.id, one.id)
    add_equivalent(COMMAND, one.id, two.id)
    found = conditions_of(COMMAND, one.id)
    assert ([each.title for each in found.counts_as], [each.title for each in found.accepted]) == (["Two"], ["Two"])
    with pytest.raises(Refused, match="counts as itself"):
        add_equivalent(COMMAND, one.id, one.id)
    take_equivalent(COMMAND, one.id, two.id)
    take_equivalent(COMMAND, one.id, two.id)
    assert conditions_of(COMMAND, one.id).counts_as == []


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"job_role": "  "}, "Choose a workforce group, or enter a job role", "workforce_group"),
        ({"source": " "}, "Enter where it is written", "source"),
        ({"every_months": 0}, "The months must be between 1 and 120", "every_months"),
        ({"every_months": 121}, "The months must be between 1 and 120", "every_months"),
        ({"to_on": date(2025, 12, 31)}, "The last day must not be before the first", "to_on"),
    ],
)
def test_a_requirement_says_whom_how_often_where_and_when(
    app: Flask, changes: dict[str, Any], sentence: str, field: str
) -> None:
    course = make_course()
    with pytest.raises(Refused) as refused:
        add_requirement(COMMAND, course.id, details(**changes))
    assert (refused.value.sentence, refused.value.field) == (sentence, field)
    assert requirements_of(COMMAND, course.id) == []


def test_the_same_is_not_asked_twice_at_the_same_time(app: Flask) -> None:
    course = make_course()
    first = add_requirement(COMMAND, course.id, details(to_on=date(2026, 12, 31)))
    with pytest.raises(Refused, match="asked already"):
        add_requirement(COMMAND, course.id, details(job_role="social WORKER", from_on=date(2026, 12, 31)))
    add_requirement(COMMAND, course.id, details(from_on=date(2027, 1, 1)))
    add_requirement(COMMAND, course.id, details(source="Section 11 audit 2025"))
    change_requirement(COMMAND, first.id, details(to_on=date(2026, 12, 1)))
    with pytest.raises(Refused, match="asked already"):
        change_requirement(COMMAND, first.id, details(to_on=None))


def test_a_requirement_is_changed_and_taken_away_and_both_are_noted(app: Flask) -> None:
    course = make_course()
    requirement = add_requirement(COMMAND, course.id, DETAILS)
    change_requirement(COMMAND, requirement.id, DETAILS)
    change_requirement(COMMAND, requirement.id, details(every_months=None))
    db.session.commit()
    remove_requirement(COMMAND, requirement.id)
    remove_requirement(COMMAND, requirement.id)
    with pytest.raises(LookupError):
        change_requirement(COMMAND, requirement.id, DETAILS)
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.deed for entry in entries] == [
        "said who must do the course",
        "changed who must do the course",
        "took away who must do the course",
    ]
    assert entries[1].values is not None
    assert entries[1].values.before["every_months"] == 36
    assert entries[1].values.after["every_months"] is None


def test_the_desk_chooses_what_comes_before_and_everybody_reads_it(desk: Client) -> None:
    first, course = make_course("Level 1", slug="level-1"), make_course("Level 2", slug="level-2")
    other = make_course("Elsewhere")
    hidden = make_course("Draft", status=CourseStatus.DRAFT)
    add_equivalent(COMMAND, other.id, first.id)
    db.session.commit()
    add_equivalent(COMMAND, hidden.id, first.id)
    db.session.commit()
    page = desk.get("/desk/courses/level-2/before")
    assert "Level 2" not in page.words("option")
    assert desk.submit(page, button="Add", status=400).errors == ["Select a course"]
    assert desk.submit(page, {"course": hidden.code}, status=400).errors == ["“Draft” is a draft. Make it live first"]
    shown = desk.submit(page, {"course": first.code}, follow=True)
    assert shown.flashes == ["“Level 1” comes before this course now."]
    assert "Level 1 or Draft or Elsewhere" in shown
    desk.post("/desk/courses/level-1/before", {"course": course.code}, status=400)
    public = desk.get("/courses/level-2")
    assert "Before you come You should have done this first: Level 1 or" in public
    assert public.links["Level 1"] == "/courses/level-1"
    desk.sign_out()
    assert "Draft" not in desk.get("/courses/level-2")


def test_the_desk_takes_away_what_comes_before(desk: Client) -> None:
    first, course = make_course("Level 1"), make_course("Level 2", slug="level-2")
    add_before(COMMAND, course.id, first.id)
    db.session.commit()
    page = desk.get("/desk/courses/level-2/before")
    after = desk.submit(page, button="Take away Level 1", follow=True)
    assert after.flashes == ["“Level 1” no longer comes before this course."]
    assert "Nothing yet." in after
    assert "Before you come" not in desk.get("/courses/level-2")
    desk.post("/desk/courses/level-2/before/UNKNOWN/delete", status=404)


def test_the_desk_says_what_a_course_counts_as(desk: Client) -> None:
    first, course = make_course("Level 1", slug="level-1"), make_course("Level 2", slug="level-2")
    db.session.commit()
    page = desk.get("/desk/courses/level-2/counts-as")
    shown = desk.submit(page, {"course": first.code}, follow=True)
    assert "It is accepted in place of Level 1." in shown
    assert "In its place Level 2 is accepted." in desk.get("/desk/courses/level-1")
    assert "After it you count as having done Level 1 too." in desk.get("/courses/level-2")
    assert "Whoever has done Level 2 counts as having done this course." in desk.get("/courses/level-1")
    page = desk.get("/desk/courses/level-2/counts-as")
    after = desk.submit(page, button="Take away Level 1", follow=True)
    assert "It counts as itself only." in after
    assert "Counts as" not in desk.get(f"/courses/{course.slug}").words("h2")


def test_the_desk_says_who_must_do_a_course(desk: Client) -> None:
    group = make_group(2, "Targeted services")
    make_course("Level 2", slug="level-2")
    db.session.commit()
    page = desk.get("/desk/courses/level-2/requirements/new")
    assert desk.submit(page, status=400).errors == [
        "Select how often",
        "Enter where it is written",
        "Enter the first day",
    ]
    typed = {
        "often": "every", "source": "Working Together 2026",
        "from_on-day": "1", "from_on-month": "4", "from_on-year": "2026",
    }  # fmt: skip
    assert desk.submit(page, typed, status=400).errors == ["Enter the months between"]
    wrong = desk.submit(page, typed | {"every_months": "36"}, status=400)
    assert wrong.errors == ["Choose a workforce group, or enter a job role"]
    assert wrong.one("[name=source]")["value"] == "Working Together 2026"
    shown = desk.submit(page, typed | {"every_months": "36", "workforce_group": str(group.id)}, follow=True)
    assert "Targeted services: every 36 months Working Together 2026" in shown
    public = desk.get("/courses/level-2")
    assert "Who must do this Targeted services: every 36 months Working Together 2026" in public


def requirement_on_page(desk: Client) -> tuple[Course, Requirement]:
    course = make_course("Level 2", slug="level-2")
    requirement = add_requirement(COMMAND, course.id, DETAILS)
    db.session.commit()
    return course, requirement


def test_a_requirement_ends_on_a_day_and_then_is_for_nobody(desk: Client) -> None:
    _, requirement = requirement_on_page(desk)
    address = f"/desk/courses/level-2/requirements/{requirement.id}"
    page, late = desk.get(address), desk.get(address)
    typed = {"often": "once", "from_on-year": "2025", "to_on-day": "1", "to_on-month": "9", "to_on-year": "2025"}
    shown = desk.submit(page, typed, button="Save", follow=True)
    assert "Social worker: once WT 2026, until Monday 1 September 2025: this has ended" in shown
    assert "Who must do this" not in desk.get("/courses/level-2")
    stale = desk.submit(late, {"source": "WT 2018"}, button="Save", status=400)
    assert "Somebody else changed this requirement" in stale.errors[0]


def test_a_requirement_that_was_a_mistake_is_taken_away(desk: Client) -> None:
    _, requirement = requirement_on_page(desk)
    other = make_course(slug="level-3")
    db.session.commit()
    desk.get(f"/desk/courses/level-3/requirements/{requirement.id}", status=404)
    desk.post(f"/desk/courses/{other.slug}/requirements/{requirement.id}/delete", follow=True, status=200)
    page = desk.get(f"/desk/courses/level-2/requirements/{requirement.id}")
    after = desk.submit(page, button="Take this requirement away", follow=True)
    assert after.flashes == ["The requirement is taken away."]
    assert "Nobody has to." in after
