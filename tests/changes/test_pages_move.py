"""The page on which the desk moves a session."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from tests.bookings.test_pages_my import booked
from tests.changes.sessions import DAY, letters, make_room
from tests.conftest import WallClock
from tests.factories import make_assignment, make_course, make_person, make_session, make_venue
from tests.pages import Client, Page
from training.bookings.models import Booking, Way
from training.bookings.models_changes import SessionChange
from training.bookings.operations import book_place
from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.schedule.models import AssignmentState, SessionStatus

MOVE = "Move the session"
CONTINUE = "Continue to who will be told"


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


def on(day: date, number: int = 1) -> dict[str, str]:
    """What is typed for the day of a part."""
    return {f"on_{number}-day": str(day.day), f"on_{number}-month": str(day.month), f"on_{number}-year": str(day.year)}


def previewed(client: Client, ref: str, answers: dict[str, str]) -> Page:
    """The page that says who will be told what."""
    page = client.submit(client.get(f"/desk/sessions/{ref}/move"), answers, button=CONTINUE, status=200)
    assert page.h1 == "Check who will be told"
    return page


def test_who_is_told_what_stands_before_the_button(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben", "Cleo", trainer="Tess")
    silent = make_person("Eve", address=None)
    course_session = room.session
    course_session.capacity = 3
    db.session.commit()
    booked(course_session, silent)
    make_assignment(course_session, make_person("Tom"), state=AssignmentState.ASKED)
    db.session.commit()
    before = letters()
    page = previewed(client, course_session.ref, on(DAY + timedelta(days=7)))
    assert "When: was Thursday 3 December 2026, 9:30am to 4pm; is now Thursday 10 December 2026" in page
    assert "3 people booked" in page
    assert "1 person on the waiting list" in page
    assert "1 of them without an email address" in page
    assert "1 person teaching" in page
    assert "The venue" in page
    assert "Changed: our session at Hall" in page
    assert "1 trainer who has not answered is asked again, with the new dates." in page
    assert "Say that you can come, ask for another date, or give your place back, here:" in page
    assert "[link]" in page
    assert "They are told in 15 minutes." in page
    db.session.expire_all()
    assert letters() == before
    assert course_session.parts[0].on == DAY
    assert db.session.scalars(select(SessionChange)).all() == []
    done = client.submit(page, button=MOVE, follow=True)
    assert "The session is changed. People will be told at" in done.flashes[0]
    assert "Changed. People will be told at" in done
    told = client.submit(done, button="Tell them now", follow=True)
    assert told.flashes == ["We are writing to 6 people."]
    assert "Tell them now" not in told.buttons


def test_what_was_not_shown_is_shown_first(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    page = previewed(client, room.session.ref, on(DAY + timedelta(days=7)))
    other = client.submit(page, on(DAY + timedelta(days=8)), button=MOVE, status=200)
    assert other.h1 == "Check who will be told"
    assert "Friday 11 December 2026" in other
    assert room.session.parts[0].on == DAY
    client.submit(other, button=MOVE, follow=True)
    assert room.session.parts[0].on == DAY + timedelta(days=8)


def test_a_form_sent_twice_moves_once(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    page = previewed(client, room.session.ref, on(DAY + timedelta(days=7)))
    for _ in range(2):
        assert client.submit(page, button=MOVE).status == 302
    changes = db.session.scalars(select(SessionChange)).all()
    assert len(changes) == 1
    assert len(changes[0].was["steps"]) == 1


def test_to_tell_nobody_needs_a_reason(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    page = previewed(client, room.session.ref, on(DAY + timedelta(days=7)))
    again = client.submit(page, {"silent": "yes"}, button=MOVE, status=400)
    assert again.errors == ["Enter why nobody is told"]
    assert again.h1 == "Check who will be told"
    done = client.submit(again, {"silent": "yes", "silent_reason": "I rang her"}, button=MOVE, follow=True)
    assert done.flashes == ["The session is changed. Nobody is told. Noted: I rang her."]
    assert letters() == []


def test_a_day_is_added_and_taken_out_again(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    page = client.get(f"/desk/sessions/{room.session.ref}/move")
    page = client.submit(page, button="Add another day", status=200)
    day = on(DAY + timedelta(days=1), 2) | {"starts_2": "9am", "ends_2": "noon"}
    page = client.submit(page, day, button=CONTINUE, status=200)
    assert "Day 2 is new: Friday 4 December 2026, 9am to 12 noon" in page or "Day 2 is new" in page
    client.submit(page, button=MOVE)
    assert len(room.session.parts) == 2


def test_moving_keeps_what_was_typed_and_refuses_what_cannot_be(client: Client, officer: Person) -> None:
    venue = make_venue("New hall")
    course_session = make_session(days=2)
    booked(course_session, make_person())
    page = client.get(f"/desk/sessions/{course_session.ref}/move")
    unchanged = client.submit(page, {}, button=CONTINUE, status=400)
    assert unchanged.errors == ["Nothing was changed. Enter a new date, time, place or link"]
    wrong = client.submit(page, {"ends_1": "8am", "on_2-month": "13"}, button=CONTINUE, status=400)
    assert "The date of day 2 must be a real date" in wrong.errors
    assert wrong.one("[name=ends_1]")["value"] == "8am"
    ends_early = client.submit(page, {"ends_1": "8am"}, button=CONTINUE, status=400)
    assert ends_early.errors == ["Enter an end time after the start time"]
    assert "Select" in client.submit(page, {"venue": ""}, button=CONTINUE, status=400).errors[0]
    past = client.submit(page, {"on_1-year": "2020"}, button=CONTINUE, status=400)
    assert past.errors == ["Choose a date in the future"]
    shown = client.submit(page, {"venue": str(venue.id)}, button=CONTINUE, status=200)
    assert "The session is changed." in client.submit(shown, button=MOVE, follow=True).flashes[0]


def test_two_officers_at_once_see_both_versions(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    mine = client.get(f"/desk/sessions/{room.session.ref}/move")
    theirs = previewed(client, room.session.ref, {"starts_1": "10am"})
    client.submit(theirs, button=MOVE)
    both = client.submit(mine, {"starts_1": "11am"}, button=CONTINUE, status=400)
    assert both.rows() == [["Starts", "10am", "11am"]]
    client.submit(client.submit(both, button=CONTINUE, status=200), button=MOVE)
    assert room.session.parts[0].starts == time(11)


def test_a_session_that_has_begun_or_is_called_off_is_not_moved(
    client: Client, officer: Person, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    client.sign_in(officer)
    room = make_room("Ada")
    page = previewed(client, room.session.ref, {"starts_1": "10am"})
    wall_clock.set("2026-12-03 09:31")
    refused = client.submit(page, button=MOVE, status=400)
    assert "has begun" in refused.errors[0]
    assert "This session has begun, so it can no longer be moved or called off." in refused
    off = make_session(status=SessionStatus.CALLED_OFF, called_off_at=clock.now(), called_off_reason="Snow.")
    db.session.commit()
    assert "Only a published session can be moved" in client.get(f"/desk/sessions/{off.ref}/move")


def test_a_hybrid_session_that_becomes_one_way_keeps_everybody(client: Client, officer: Person) -> None:
    course = make_course(mode=Mode.HYBRID)
    course_session = make_session(course, capacity=1, online_capacity=1, online_link="https://meet.example/a")
    ada, ben = make_person("Ada"), make_person("Ben")
    db.session.commit()
    for person, way in ((ada, Way.IN_PERSON), (ben, Way.ONLINE)):
        book_place(COMMAND, course_session.id, person.id, declared=True, way=way)
    db.session.commit()
    page = previewed(client, course_session.ref, {"mode": Mode.VIRTUAL.value})
    client.submit(page, button=MOVE)
    db.session.expire_all()
    assert (course_session.capacity, course_session.online_capacity) == (2, None)
    assert set(db.session.scalars(select(Booking.way))) == {None}
