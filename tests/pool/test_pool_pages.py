"""The training pool at the desk: who may teach what, since when, observed when; and what trainers see of themselves."""

from datetime import date, timedelta

import pytest

from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_course, make_person, make_session
from tests.pages import Client
from tests.pool.asking import make_trainer
from training.catalogue.models import CourseEdition, OutcomeStatement
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.pool.operations_courses import allow_to_teach
from training.schedule.models import AssignmentState, TrainerCourse


@pytest.fixture
def desk(client: Client, wall_clock: WallClock) -> Client:
    wall_clock.set("2026-11-02 10:00")
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def names(rows: list[list[str]]) -> list[str]:
    return [row[0].split()[0] for row in rows]


def day(name: str, on: date | None) -> dict[str, str]:
    parts = (on.day, on.month, on.year) if on else ("", "", "")
    return {f"{name}-{part}": str(value) for part, value in zip(("day", "month", "year"), parts, strict=True)}


def test_the_pool_is_searched_and_filtered(desk: Client) -> None:
    course, council = make_course("Neglect", code="NEG"), make_agency("Council")
    lately, before = make_trainer("Lately", course, council), make_trainer("Before", course)
    make_trainer("Never")
    make_person("Nobody")
    make_assignment(make_session(course, on=date(2026, 10, 1)), lately)
    make_assignment(make_session(course, on=date(2024, 10, 1)), before)
    make_assignment(make_session(course), lately, state=AssignmentState.ASKED)
    db.session.commit()
    page = desk.get("/desk/trainers")
    assert names(page.rows()) == ["Before", "Lately", "Never"]
    [row] = [row for row in page.rows() if row[0].startswith("Lately")]
    assert row[1].startswith("Council")
    assert row[2] == "Neglect"
    assert row[3] == "1 Oct 2026 1 session in all"
    assert row[4] == "1 session"
    filters = {"course=NEG": ["Before", "Lately"], "words=never": ["Never"]}
    filters |= {"taught=this-year": ["Lately"], "taught=longer-ago": ["Before"], "taught=never": ["Never"]}
    filters |= {f"agency={council.id}": ["Lately"]}
    for query, found in filters.items():
        assert names(desk.get(f"/desk/trainers?{query}").rows()) == found, query
    assert desk.get("/desk/trainers?taught=sometimes", 400).errors
    assert "Nobody found" in desk.get("/desk/trainers?words=zzz")


def test_a_course_is_noted_put_right_and_taken_away(desk: Client) -> None:
    course = make_course("Neglect", code="NEG")
    trainer = make_trainer("Ada")
    db.session.commit()
    page = desk.click(desk.get(f"/desk/trainers/{trainer.ref}"), "Note a course")
    wrong = desk.submit(page, {"course": ""} | day("since_on", date(2026, 12, 1)), status=400)
    assert wrong.errors == ["Select a course"]
    wrong = desk.submit(wrong, {"course": "NEG"}, status=400)
    assert wrong.errors == ["The day since when they may teach it must be today or in the past"]
    shown = desk.submit(wrong, day("since_on", date(2025, 3, 1)), follow=True)
    assert shown.flashes == ["Ada Trainer may teach Neglect."]
    assert shown.rows()[0][:3] == ["Neglect", "1 Mar 2025", "Never yet"]
    opened, change = (desk.click(shown, "Change Neglect") for _ in range(2))
    wrong = desk.submit(change, day("observed_on", date(2027, 1, 1)), status=400)
    assert wrong.errors == ["The day they were observed must be today or in the past"]
    shown = desk.submit(wrong, day("observed_on", date(2026, 5, 4)) | {"note": "With a second"}, follow=True)
    assert shown.rows()[0][:3] == ["Neglect With a second", "1 Mar 2025", "4 May 2026"]
    stale = desk.submit(opened, {"note": "Alone"}, status=400)
    assert ["Note", "With a second", "Alone"] in stale.rows()
    gone = desk.submit(desk.click(shown, "Change Neglect"), button="Take this away", follow=True)
    assert "is no longer noted for Neglect" in gone.flashes[0]
    assert "Nothing is noted yet" in gone
    desk.get(f"/desk/trainers/{trainer.ref}/courses/NEG", 404)
    allow_to_teach(COMMAND, trainer.id, course.id, date(2025, 1, 1))
    with pytest.raises(Refused, match="noted already"):
        allow_to_teach(COMMAND, trainer.id, course.id, date(2025, 1, 1))


def test_who_never_taught_has_no_page_and_who_left_the_pool_keeps_theirs(desk: Client) -> None:
    stranger, former = make_person("Sam"), make_person("Fay")
    make_assignment(make_session(on=date(2026, 10, 1)), former)
    db.session.commit()
    desk.get(f"/desk/trainers/{stranger.ref}", 404)
    page = desk.get(f"/desk/trainers/{former.ref}")
    assert "Not in the training pool today" in page
    assert len(page.rows()) == 1


def test_a_trainer_sees_their_own_profile_and_that_a_course_has_changed(desk: Client) -> None:
    course = make_course("Neglect")
    trainer = make_trainer("Ada", course)
    key = trainer.id
    course.edition.outcomes = [OutcomeStatement(position=1, text="Know the signs")]
    make_assignment(make_session(course, on=date(2026, 9, 1)), trainer)
    course.editions.append(CourseEdition(number=2, outcomes=[OutcomeStatement(position=1, text="Act on the signs")]))
    db.session.flush()
    accepted = make_session(course)
    make_assignment(accepted, trainer)
    asked = make_session(course, on=clock.today() + timedelta(days=60))
    make_assignment(asked, trainer, state=AssignmentState.ASKED)
    ref = asked.ref
    db.session.commit()
    desk.sign_in(db.session.get_one(Person, key))
    page = desk.get("/teaching")
    assert page.text.count("since you last taught it, on 1 Sep 2026") == 2
    assert page.rows()[0][0] == "Neglect"
    assert "The course has changed since" in page
    answer = desk.get(f"/teaching/{ref}/answer")
    assert "The course has changed" in answer
    assert "Act on the signs" in answer
    assert "Know the signs" in answer


def test_two_notes_about_one_course_cannot_stand(desk: Client) -> None:
    course = make_course()
    trainer = make_trainer("Ada", course)
    db.session.commit()
    page = desk.get(f"/desk/trainers/{trainer.ref}/courses/new")
    assert course.code not in [option["value"] for option in page.select("select[name=course] option")]
    assert len(db.session.query(TrainerCourse).all()) == 1
