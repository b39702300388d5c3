"""A past term is rolled forward: same week, same day of the week, around holidays; drafted together, undone as one."""

from datetime import date, time
from urllib.parse import urlencode

import pytest

from tests.factories import make_assignment, make_booking, make_course, make_session
from tests.pages import Client, Page
from tests.programme.world import TABLE, World, make_holiday, sessions_here
from training.catalogue.models import CourseStatus
from training.core.database import db
from training.core.viewer import COMMAND
from training.programme.rolling import suggestions, weeks_between
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerPart
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes

PAGE = "/desk/programme/roll-forward"
LOAD = "Load them as drafts"
START = {"start-day": "4", "start-month": "1", "start-year": "2027"}


def held(world: World, on: date, **columns: object) -> CourseSession:
    """A session of the past."""
    session = make_session(world.course, on=on, venue=world.hall, status=SessionStatus.FINISHED, **columns)  # type: ignore[arg-type]
    make_assignment(session, world.naomi)
    make_assignment(session, world.omar, TrainerPart.CO_TRAINER)
    return session


def preview(desk: Client, term: str = "2026-spring", **more: str) -> Page:
    return desk.get(f"{PAGE}?{urlencode({'term': term, **START, **more})}")


def looks(page: Page) -> list[str]:
    return [row[4] for row in page.rows(TABLE)]


def days(page: Page) -> list[str]:
    return [str(field["value"]) for field in page.select("input[name^=on_]")]


def test_weeks_are_whole_whatever_day_the_terms_begin_on() -> None:
    assert weeks_between(date(2026, 1, 1), date(2027, 1, 4)).days == 53 * 7
    assert weeks_between(date(2026, 9, 1), date(2027, 9, 3)).days == 52 * 7


def test_the_officer_rolls_a_term_forward_chooses_edits_and_undoes_it(desk: Client, world: World) -> None:
    make_booking(held(world, date(2026, 1, 13), days=2))
    held(world, date(2026, 2, 3))
    make_session(world.course, on=date(2026, 2, 10), status=SessionStatus.DRAFT, published_at=None)
    db.session.commit()
    page = preview(desk, trainers="yes")
    assert "2 sessions, 53 weeks later. Nothing is drafted yet." in page
    assert days(page) == ["19 January 2027", "9 February 2027"]
    assert "January 2027" in page.words("h3")
    again = desk.submit(page, {"on_2": "10 February 2027"}, button="Look again", status=200)
    assert days(again) == ["19 January 2027", "10 February 2027"]
    assert len(sessions_here()) == 3
    done = desk.submit(again, button=LOAD, follow=True)
    assert "2 drafts are in the programme." in done.flashes[0]
    drafts = [each for each in sessions_here() if each.starts_at.year == 2027]
    assert [times_of(each) for each in drafts] == [
        [PartTimes(date(2027, 1, 19), time(9, 30), time(16)), PartTimes(date(2027, 1, 20), time(9, 30), time(16))],
        [PartTimes(date(2027, 2, 10), time(9, 30), time(16))],
    ]
    assert {each.status for each in drafts} == {SessionStatus.DRAFT}
    assert [(each.person_id, each.state) for each in drafts[0].trainers] == [
        (world.naomi_id, AssignmentState.ASKED), (world.omar_id, AssignmentState.ASKED),
    ]  # fmt: skip
    assert "Rolled forward: Spring term 2026" in done.h1
    undone = desk.submit(desk.click(done, "Undo this file"), button="Undo the file", follow=True)
    assert "Undone: 2 rows taken back." in undone.flashes[0]
    assert len(sessions_here()) == 3


def test_nobody_is_asked_to_teach_unless_it_is_ticked(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    db.session.commit()
    page = preview(desk)
    assert "Nobody is asked to teach yet." in page
    desk.submit(page, button=LOAD, follow=True)
    assert sessions_here()[-1].trainers == []


def test_a_holiday_shifts_the_suggestion_to_the_next_free_same_weekday(desk: Client, world: World) -> None:
    make_holiday("Half term", date(2027, 2, 15), date(2027, 2, 19))
    held(world, date(2026, 2, 10))
    held(world, date(2026, 3, 20))
    db.session.commit()
    page = preview(desk)
    assert days(page) == ["23 February 2027", "2 April 2027"]
    assert (
        "16 Feb 2027 is in the school holidays: Half term. The next free day of the same name is suggested."
        in looks(page)[0]
    )
    assert "26 Mar 2027 is a bank holiday: Good Friday." in looks(page)[1]


def test_what_is_left_out_is_not_drafted_and_its_day_may_be_anything(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    held(world, date(2026, 2, 3))
    db.session.commit()
    desk.submit(preview(desk), {"take_1": None, "on_1": "some day"}, button=LOAD, follow=True)
    assert [each.starts_at.date() for each in sessions_here()[2:]] == [date(2027, 2, 9)]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"on_1": "soon"}, "Enter the day of Working together like 12 January 2027"),
        ({"on_1": ""}, "Enter the day of Working together"),
        ({"on_1": "3 November 2026"}, "Tuesday 3 November 2026 is in the past."),
        ({"take_1": None}, "Tick at least one session"),
    ],
)
def test_bad_input_is_said_by_the_field_and_nothing_is_drafted(
    desk: Client, world: World, answers: dict[str, str | None], words: str
) -> None:
    held(world, date(2026, 1, 13))
    db.session.commit()
    page = desk.submit(preview(desk), answers, button=LOAD, status=400)
    assert page.errors == [words]
    assert len(sessions_here()) == 1


def test_two_on_the_same_day_are_an_error_of_the_second(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    held(world, date(2026, 1, 20))
    db.session.commit()
    page = desk.submit(preview(desk), {"on_2": "19 January 2027"}, button=LOAD, status=400)
    assert "It is the same course at the same time as row 2." in page.errors[0]
    assert len(sessions_here()) == 2


def test_clashes_with_what_is_planned_are_named_and_stop_nothing(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    other = make_session(make_course("Neglect", code="NEG"), on=date(2027, 1, 19), venue=world.hall)
    db.session.commit()
    page = preview(desk)
    assert f"Town Hall is taken by Neglect ({other.ref}), 19 Jan 2027" in looks(page)[0]
    assert "Look at this" in page.words(".muster-calendar .muster-tag")
    desk.submit(page, button=LOAD, follow=True)
    assert len(sessions_here()) == 3


def test_a_retired_course_is_not_ticked_and_cannot_be_loaded(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    world.course.status = CourseStatus.RETIRED
    db.session.commit()
    page = preview(desk)
    assert not page.one("input[name=take_1]").has_attr("checked")
    assert "is retired. Make it live before you plan it." in looks(page)[0]
    page = desk.submit(page, {"take_1": "yes"}, button=LOAD, status=400)
    assert "is retired" in page.errors[0]


def test_rolling_the_same_term_twice_drafts_nothing_twice(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    db.session.commit()
    desk.submit(preview(desk), button=LOAD, follow=True)
    page = preview(desk)
    assert not page.one("input[name=take_1]").has_attr("checked")
    assert "is here already at this time" in looks(page)[0]
    assert len(sessions_here()) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"term": "", **START}, ["Enter the first day", "Enter the last day"]),
        ({"term": "2026-spring"}, ["Enter the first day of the new term"]),
        ({"term": "2027-winter", **START}, ["Select a term"]),
        ({"term": "2027-spring", **START, "start-month": "12", "start-year": "2026"},
         ["The new term must begin after the one it is taken from"]),
        ({"term": "2026-spring", "start-day": "1", "start-month": "9", "start-year": "2026"},
         ["The new term must begin today or later"]),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_is_said_by_the_field(
    desk: Client, world: World, given: dict[str, str], words: list[str]
) -> None:
    held(world, date(2026, 1, 13))
    db.session.commit()
    assert desk.get(f"{PAGE}?{urlencode(given)}", 400).errors == words


def test_days_of_ones_own_and_an_empty_range(desk: Client, world: World) -> None:
    held(world, date(2026, 1, 13))
    held(world, date(2026, 2, 3))
    db.session.commit()
    own = {"first-day": "1", "first-month": "2", "first-year": "2026", "last-day": "28", "last-month": "2",
           "last-year": "2026"}  # fmt: skip
    assert "1 session, 49 weeks later" in preview(desk, term="", **own)
    assert "No session was published in these days" in preview(desk, term="", **own | {"first-day": "20"})


def test_a_session_that_begins_before_the_days_is_not_taken(desk: Client, world: World) -> None:
    assert desk
    held(world, date(2026, 1, 13), days=3)
    assert suggestions(COMMAND, date(2026, 1, 14), date(2026, 1, 31), date(2027, 1, 4)) == []
