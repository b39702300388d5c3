"""The desk's pages of courses and priorities."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import make_course, make_person
from tests.pages import Client
from training.catalogue.models import Agreement, Course, CourseStatus
from training.catalogue.operations import set_outcomes, use_edition
from training.core.database import db
from training.core.viewer import COMMAND, Role

ANSWERS: dict[str, Any] = {
    "title": "Neglect", "code": "NEG", "kind": "course", "summary": "Seeing it early.", "hours": "2.5",
    "outcomes": "I can tell neglect\nI know whom to ring",
}  # fmt: skip


@pytest.fixture
def desk(client: Client) -> Client:
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def test_the_officer_adds_a_course_and_makes_it_live(desk: Client) -> None:
    page = desk.click(desk.get("/desk/courses"), "Add a course")
    shown = desk.submit(page, ANSWERS, follow=True)
    assert "“Neglect” is added as a draft" in shown.flashes[0]
    live = desk.submit(shown, button="Make this course live", follow=True)
    assert "This course is live." in live
    assert "I know whom to ring" in live
    desk.sign_out()
    assert "I know whom to ring" in desk.get("/courses/neglect")


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(desk: Client) -> None:
    page = desk.get("/desk/courses/new")
    again = desk.submit(page, {**ANSWERS, "title": "", "hours": "six", "capacity": "0"}, status=400)
    assert again.errors == [
        "Enter the title",
        "The hours of learning must be a number, like 6 or 2.5",
        "The usual number of places must be between 1 and 2,000",
    ]
    assert again.one("#hours")["value"] == "six"
    assert "I know whom to ring" in again.one("#outcomes").get_text()
    assert db.session.scalars(select(Course)).all() == []


def test_a_code_that_is_taken_is_refused_by_its_field(desk: Client) -> None:
    make_course("Other", code="NEG")
    db.session.commit()
    again = desk.submit(desk.get("/desk/courses/new"), ANSWERS, status=400)
    assert again.errors == ["Another course has this code: Other"]
    assert again.words("#code-error") == ["Error: Another course has this code: Other"]


def test_two_people_who_change_a_course_see_both_versions(desk: Client) -> None:
    course = make_course("Neglect", code="NEG")
    db.session.commit()
    address = f"/desk/courses/{course.slug}/edit"
    opened_first, opened_second = desk.get(address), desk.get(address)
    desk.submit(opened_second, {"summary": "By the colleague.", "hours": "3"})
    both = desk.submit(opened_first, {"summary": "By me."}, status=400)
    assert both.errors == ["Somebody else changed this course after you opened it. Compare both below, then save again"]
    assert both.rows() == [["Summary", "By the colleague.", "By me."], ["Hours of learning", "3", "0"]]
    desk.submit(both)
    assert db.session.get_one(Course, course.id).summary == "By me."


def test_a_course_may_have_a_rule_of_agreement_of_its_own_or_leave_it_to_the_agency(desk: Client) -> None:
    course = make_course("Neglect", code="NEG", agreement=Agreement.ASKED)
    db.session.commit()
    page = desk.get(f"/desk/courses/{course.slug}/edit")
    assert page.one("[name=agreement][checked]")["value"] == "asked"
    shown = desk.submit(page, {"agreement": "standard"}, follow=True)
    assert "As the agency of whoever books, or the partnership, has it" in shown
    assert db.session.get_one(Course, course.id).agreement is None
    page = desk.get(f"/desk/courses/{course.slug}/edit")
    assert page.one("[name=agreement][checked]")["value"] == "standard"
    desk.submit(page, {"agreement": "none"}, follow=True)
    assert db.session.get_one(Course, course.id).agreement is Agreement.NONE


def test_a_change_of_used_outcomes_is_announced_as_a_new_edition(desk: Client) -> None:
    course = make_course("Neglect", code="NEG")
    set_outcomes(COMMAND, course.id, ["I can see it"])
    use_edition(course)
    db.session.commit()
    page = desk.get(f"/desk/courses/{course.slug}/edit")
    assert "a new edition begins" in page
    shown = desk.submit(page, {"outcomes": "I can see it early"}, follow=True)
    assert shown.flashes == ["The course is changed. Edition 2 begins: sessions published from now on use it."]


def test_a_course_that_lacks_something_says_what_and_cannot_go_live(desk: Client) -> None:
    course = make_course(status=CourseStatus.DRAFT)
    db.session.commit()
    assert "it needs at least one outcome" in desk.get(f"/desk/courses/{course.slug}")
    refused = desk.post(f"/desk/courses/{course.slug}/live", status=409)
    assert "it needs at least one outcome" in refused


def test_a_course_is_retired_and_leaves_the_programme(desk: Client) -> None:
    course = make_course("Neglect")
    db.session.commit()
    shown = desk.submit(desk.get(f"/desk/courses/{course.slug}"), button="Retire this course", follow=True)
    assert "This course is retired." in shown
    assert "Neglect" not in desk.get("/courses?view=courses")
    assert "no longer offered" in desk.get(f"/courses/{course.slug}")


def test_the_list_is_searched_and_filtered_by_address(desk: Client) -> None:
    make_course("Neglect")
    make_course("Private fostering", status=CourseStatus.RETIRED)
    db.session.commit()
    assert "2 courses, A to Z" in desk.get("/desk/courses")
    assert [row[0] for row in desk.get("/desk/courses?status=retired").rows()] == ["Private fostering"]
    assert [row[0] for row in desk.get("/desk/courses?words=NEGL").rows()] == ["Neglect"]
    assert "No course matches" in desk.get("/desk/courses?words=zebra")
    assert desk.get("/desk/courses?status=lively", status=400).errors == ["Select status"]


def test_the_officer_keeps_priorities(desk: Client) -> None:
    page = desk.get("/desk/priorities/new")
    wrong = desk.submit(page, {"name": "Neglect"}, status=400)
    assert wrong.errors == ["Enter the first day"]
    listed = desk.submit(wrong, {"from_on-day": "1", "from_on-month": "4", "from_on-year": "2026"}, follow=True)
    assert listed.rows() == [["Neglect", "1 Apr 2026", "Stands"]]
    change = desk.click(listed, "Neglect")
    backwards = desk.submit(change, {"to_on-day": "1", "to_on-month": "4", "to_on-year": "2020"}, status=400)
    assert backwards.errors == ["The last day must not be before the first"]


def test_the_catalogue_is_for_the_desk(client: Client) -> None:
    person = make_person()
    db.session.commit()
    assert client.get("/desk/courses", status=302).location.startswith("/sign-in")
    client.sign_in(person)
    client.get("/desk/courses", status=403)
