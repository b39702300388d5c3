"""Many drafts at once: published now or at a set time with the same checks, and when booking opens and closes."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_session
from tests.pages import Client, Page
from tests.programme.world import World, sessions_here
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND
from training.programme.operations_publishing import publish_at, publish_together
from training.programme.ticks import publish_due
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.operations import publish_session

DRAFTS = "/desk/programme/drafts"
FORM = "main form[method=post]"
FIRST, SECOND = date(2027, 1, 12), date(2027, 1, 19)
MONDAY_NINE = {"publish_on-day": "23", "publish_on-month": "11", "publish_on-year": "2026"}


def draft(world: World, on: date, **columns: Any) -> str:
    """The reference of a draft that lacks nothing, unless `columns` say so."""
    wanted: dict[str, Any] = {"venue": world.hall, "status": SessionStatus.DRAFT, "published_at": None, **columns}
    reference = make_session(world.course, on=on, **wanted).ref
    db.session.commit()
    return reference


def states() -> list[SessionStatus]:
    return [session.status for session in sessions_here()]


def chosen(desk: Client, *references: str) -> Page:
    return desk.submit(desk.get(DRAFTS), {"session": list(references)}, button="Publish those ticked")


def timed(desk: Client, *references: str) -> Page:
    """The page on which booking times are set, as the other button of the list leads to it."""
    (button,) = [each for each in desk.get(DRAFTS).select("button") if "booking opens" in each.text]
    return desk.get(f"{button['formaction']}?{urlencode([('session', each) for each in references])}")


def deeds() -> list[str]:
    found = select(AuditEntry.deed).where(AuditEntry.subject_kind == CourseSession.__tablename__)
    return list(db.session.scalars(found.order_by(AuditEntry.id)))


def test_those_ticked_are_published_after_a_look_and_the_others_say_what_they_lack(desk: Client, world: World) -> None:
    ready, lacking = draft(world, FIRST), draft(world, SECOND, venue=None)
    draft(world, date(2027, 1, 26))
    listed = desk.get(DRAFTS)
    assert "3 drafts, soonest first; 2 ready to be published." in listed
    assert "Choose a venue." in listed
    page = chosen(desk, ready, lacking)
    assert page.h1 == "Publish 2 drafts"
    assert "1 of 2 can be published as they are." in page
    assert states() == [SessionStatus.DRAFT] * 3
    done = desk.submit(page, {"when": "now"}, form=FORM, follow=True)
    assert done.flashes == [
        "1 session published. People find them in the programme.",
        f"Left as it was: Working together ({lacking}). Choose a venue.",
    ]
    assert states() == [SessionStatus.PUBLISHED, SessionStatus.DRAFT, SessionStatus.DRAFT]
    desk.sign_out()
    assert "Working together" in desk.get("/courses?view=month&month=2027-01")


def test_all_that_are_ready_are_chosen_at_once(desk: Client, world: World) -> None:
    draft(world, FIRST)
    draft(world, SECOND, venue=None)
    page = desk.click(desk.get(DRAFTS), "Publish all that are ready")
    assert page.h1 == "Publish 1 draft"
    desk.submit(page, {"when": "now"}, form=FORM)
    assert states() == [SessionStatus.PUBLISHED, SessionStatus.DRAFT]


def test_where_none_is_ready_the_page_says_so(desk: Client, world: World) -> None:
    page = chosen(desk, draft(world, FIRST, venue=None))
    page = desk.submit(page, {"when": "now"}, form=FORM, status=400)
    assert page.errors == ["None of these can be published yet. What is missing stands beside each"]
    assert "Choose a venue." in page


def test_nothing_ticked_leads_back_with_words(desk: Client, world: World) -> None:
    reference = draft(world, FIRST)
    page = desk.get("/desk/programme/publish", follow=True)
    assert page.flashes == ["Choose at least one session."]
    page = chosen(desk, reference)
    publish_session(COMMAND, sessions_here()[0].id)
    db.session.commit()
    after = desk.submit(page, {"when": "now"}, form=FORM, follow=True)
    assert "None of the chosen sessions is a draft any more." in after.flashes[0]


def test_a_set_time_is_kept_shown_and_taken_back(desk: Client, world: World) -> None:
    reference = draft(world, FIRST)
    done = desk.submit(chosen(desk, reference), {"when": "set-time", **MONDAY_NINE}, form=FORM, follow=True)
    assert done.flashes == ["1 session will be published on Monday 23 November 2026 at 9am."]
    assert sessions_here()[0].publish_at == clock.instant(date(2026, 11, 23), time(9))
    assert "23 Nov 2026, 9am" in desk.get(DRAFTS)
    page = chosen(desk, reference)
    assert "Set to be published on Monday 23 November 2026 at 9am." in page
    done = desk.submit(page, {"when": "not-by-itself"}, form=FORM, follow=True)
    assert done.flashes == ["1 session will not be published by themselves."]
    assert sessions_here()[0].publish_at is None
    assert deeds() == ["set when the draft is published", "took back when the draft is published"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, ["Select when they are published"]),
        ({"when": "set-time"}, ["Enter the day to publish them"]),
        ({"when": "set-time", **MONDAY_NINE, "publish_on-day": "20"}, ["Enter a time in the future"]),
        (
            {"when": "set-time", **MONDAY_NINE, "publish_time": "soon"},
            ["Enter the time to publish them like 9:30am or 2pm"],
        ),
    ],
)  # fmt: skip
def test_bad_input_is_said_by_the_field(desk: Client, world: World, answers: dict[str, str], words: list[str]) -> None:
    page = desk.submit(chosen(desk, draft(world, FIRST)), answers, form=FORM, status=400)
    assert page.errors == words
    assert sessions_here()[0].publish_at is None


def test_a_session_that_starts_before_the_set_time_is_left(desk: Client, world: World) -> None:
    soon, later = draft(world, date(2026, 12, 1)), draft(world, FIRST)
    answers = {"when": "set-time", "publish_on-day": "2", "publish_on-month": "12", "publish_on-year": "2026"}
    done = desk.submit(chosen(desk, soon, later), answers, form=FORM, follow=True)
    assert done.flashes[1] == f"Left as it was: Working together ({soon}). Enter a time before the session starts."
    assert [session.publish_at is None for session in sessions_here()] == [True, False]


def at_nine(world: World, wall_clock: WallClock) -> datetime:
    """Two drafts to be published on Monday at nine, one of them without a venue; the moment."""
    moment = clock.instant(date(2026, 11, 23), time(9))
    draft(world, FIRST)
    draft(world, SECOND, venue=None)
    publish_at(COMMAND, [session.id for session in sessions_here()], moment)
    db.session.commit()
    assert wall_clock
    return moment


def test_the_worker_publishes_at_the_set_time_by_the_same_checks(
    desk: Client, world: World, wall_clock: WallClock
) -> None:
    at_nine(world, wall_clock)
    wall_clock.set("2026-11-23 08:59")
    assert publish_due() == 0
    wall_clock.set("2026-11-23 09:00")
    assert publish_due() == 1
    assert publish_due() == 0
    first, second = sessions_here()
    assert (first.status, first.publish_at, first.published_at) == (SessionStatus.PUBLISHED, None, clock.now())
    assert second.status is SessionStatus.DRAFT
    said = db.session.scalars(select(AuditEntry.reason).where(AuditEntry.deed == "could not publish the session")).all()
    assert said == ["Choose a venue."], "the log says it once"
    shown = desk.get("/desk")
    assert "Not published at their set time" in shown
    assert "Choose a venue" in shown


def test_what_was_missing_and_is_put_right_is_published_with_the_next_round(
    desk: Client, world: World, wall_clock: WallClock
) -> None:
    at_nine(world, wall_clock)
    wall_clock.set("2026-11-23 10:00")
    assert publish_due() == 1
    second = sessions_here()[1]
    page = desk.get(f"/desk/sessions/{second.ref}/edit")
    desk.submit(page, {"venue": str(world.hall_id)}, form="main form")
    assert publish_due() == 1
    assert states() == [SessionStatus.PUBLISHED] * 2
    assert "Not published at their set time" not in desk.get("/desk")


def test_a_draft_discarded_or_taken_back_meanwhile_is_no_matter(
    desk: Client, world: World, wall_clock: WallClock
) -> None:
    assert desk
    at_nine(world, wall_clock)
    first, second = sessions_here()
    db.session.delete(first)
    second.publish_at = None
    db.session.commit()
    wall_clock.set("2026-11-23 10:00")
    assert publish_due() == 0


def test_a_published_session_among_the_chosen_is_left_alone(app: Flask, desk: Client, world: World) -> None:
    assert app
    assert desk
    draft(world, FIRST)
    draft(world, SECOND)
    keys = [session.id for session in sessions_here()]
    publish_session(COMMAND, keys[0])
    db.session.commit()
    assert publish_together(COMMAND, keys).done == [sessions_here()[1].ref]
    publish_session(COMMAND, keys[1])
    db.session.commit()
    with pytest.raises(Refused, match="None of these is a draft any more"):
        publish_together(COMMAND, keys)


def test_booking_opens_and_closes_for_many_at_once(desk: Client, world: World) -> None:
    references = draft(world, FIRST), draft(world, date(2027, 1, 4))
    page = timed(desk, *references)
    answers = {
        "opens_on-day": "1", "opens_on-month": "12", "opens_on-year": "2026", "closes_days": "3", "closes_time": "noon",
    }  # fmt: skip
    done = desk.submit(page, answers, form=FORM, follow=True)
    assert done.flashes == ["Booking opens and closes as you set for 2 sessions."]
    earlier, later = sessions_here()
    assert {each.booking_opens_at for each in (earlier, later)} == {clock.instant(date(2026, 12, 1), time(9))}
    # Three working days before Monday 4 January: New Year's Day and the weekend do not count.
    assert earlier.booking_closes_at == clock.instant(date(2026, 12, 29), time(12))
    assert later.booking_closes_at == clock.instant(date(2027, 1, 7), time(12))


def test_what_is_left_empty_stays_and_what_does_not_fit_is_left(desk: Client, world: World) -> None:
    opens = clock.instant(date(2027, 1, 8), time(9))
    kept = draft(world, FIRST, booking_opens_at=opens)
    fits = draft(world, SECOND, booking_opens_at=opens)
    page = timed(desk, kept, fits)
    done = desk.submit(page, {"closes_days": "5"}, form=FORM, follow=True)
    assert done.flashes == [
        "Booking opens and closes as you set for 1 session.",
        f"Left as it was: Working together ({kept}). Booking must close after it opens.",
    ]
    first, second = sessions_here()
    assert (first.booking_closes_at, second.booking_opens_at) == (None, opens)
    assert second.booking_closes_at == clock.instant(SECOND - timedelta(days=7), time(17))


def test_the_day_itself_closes_at_the_start_at_the_latest(desk: Client, world: World) -> None:
    page = timed(desk, draft(world, FIRST))
    desk.submit(page, {"closes_days": "0"}, form=FORM)
    (session,) = sessions_here()
    assert session.booking_closes_at == session.starts_at


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, ["Enter when booking opens, when it closes, or both"]),
        ({"closes_days": "many"}, ["How many working days before booking closes must be a whole number, like 20"]),
        ({"opens_time": "9am"}, ["Enter the day booking opens"]),
        ({"closes_time": "9am"}, ["Enter how many working days before booking closes"]),
    ],
)
def test_bad_booking_times_are_said_by_the_field(
    desk: Client, world: World, answers: dict[str, str], words: list[str]
) -> None:
    page = timed(desk, draft(world, FIRST))
    assert desk.submit(page, answers, form=FORM, status=400).errors == words
