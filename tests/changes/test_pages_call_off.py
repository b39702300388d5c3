"""The page on which the desk calls a session off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.bookings.links_in_mail import link_in
from tests.changes.sessions import DAY, forget_letters, kinds, letters, make_room, to
from tests.conftest import WallClock
from tests.factories import make_assignment, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.operations import book_place
from training.bookings.queries_session import goes_first_for
from training.changes.operations_call_off import call_off_session
from training.changes.operations_capacity import change_capacity
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.schedule.models import AssignmentState, SessionStatus

CONTINUE, OFF = "Continue to who will be told", "Call the session off"


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


def test_calling_off_asks_for_the_reason_and_says_who_is_told_what(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben", "Cleo", trainer="Tess")
    ref = room.session.ref
    page = client.get(f"/desk/sessions/{ref}/call-off")
    assert "It cannot be undone." in page
    assert client.submit(page, {}, button=CONTINUE, status=400).errors == ["Enter the reason"]
    shown = client.submit(page, {"reason": "Snow"}, button=CONTINUE, status=200)
    assert "2 people booked" in shown
    assert "1 person on the waiting list" in shown
    assert "1 person teaching" in shown
    assert "Called off: Course" in shown
    assert "Reason: Snow" in shown
    assert (room.session.status, letters()) == (SessionStatus.PUBLISHED, [])
    changed = client.submit(shown, {"reason": "Ice"}, button=OFF, status=200)
    assert "Reason: Ice" in changed
    done = client.submit(changed, button=OFF, follow=True)
    assert done.flashes == ["The session is called off. We are writing to 3 people."]
    assert "This session was called off." in done
    assert set(db.session.scalars(select(Booking.state))) == {BookingState.CANCELLED}
    assert not any(db.session.scalars(select(Booking.is_late)))
    assert sorted(kinds()) == ["bookings.called-off"] * 4 + ["changes.venue-released"]
    assert "Only a published session" in client.get(f"/desk/sessions/{ref}/call-off")


def test_trainers_hear_of_it_only_where_they_said_yes(client: Client, officer: Person) -> None:
    course_session = make_session()
    make_assignment(course_session, make_person("Tess"), state=AssignmentState.ASKED)
    db.session.commit()
    page = client.get(f"/desk/sessions/{course_session.ref}/call-off")
    shown = client.submit(page, {"reason": "Snow"}, button=CONTINUE, status=200)
    assert "There is nobody to write to." in shown
    done = client.submit(shown, button=OFF, follow=True)
    assert done.flashes == ["The session is called off. Nobody had booked."]


def test_people_are_brought_to_another_date_in_order(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben", "Cleo", capacity=2)
    course = room.session.course
    other = make_session(course, on=DAY + timedelta(days=14), capacity=2)
    db.session.commit()
    waits = book_place(COMMAND, other.id, make_person("Dee").id, declared=True).id
    db.session.commit()
    page = client.get(f"/desk/sessions/{room.session.ref}/call-off")
    assert client.submit(page, {"reason": "Snow"}, button=CONTINUE, status=400).errors == [
        "Select what becomes of the people"
    ]
    shown = client.submit(page, {"reason": "Snow", "to": str(other.id)}, button=CONTINUE, status=200)
    assert "1 person booked, with a place on the other date" in shown
    assert "1 person booked, first in line on the other date" in shown
    assert "1 person on the waiting list, first in line on the other date" in shown
    assert "Can you come on Thursday 17 December 2026?" in shown
    forget_letters()
    done = client.submit(shown, button=OFF, follow=True)
    assert done.flashes == [
        "The session is called off. We are writing to 3 people. On the other date 1 person got a place "
        "and 2 wait or applied."
    ]
    moved = db.session.scalars(
        select(Booking).where(Booking.session_id == other.id, Booking.id != waits).order_by(Booking.id)
    ).all()
    assert [one.state for one in moved] == [BookingState.CONFIRMED, BookingState.WAITING, BookingState.WAITING]
    assert [one.goes_first for one in moved] == [True, True, True]
    assert all(one.leaves_freely for one in moved)
    assert [letter.kind for letter in to("Ada")] == ["changes.moved-to-other", "bookings.confirmation"]
    assert [letter.kind for letter in to("Ben")] == ["changes.moved-to-other"]
    cancel, invite = (letter.calendar_method for letter in to("Ada"))
    assert (cancel, invite) == ("CANCEL", "REQUEST")
    link = link_in(to("Ben")[0])
    client.submit(client.get(link), {"answer": "gives-back"}, button="Send my answer")
    assert db.session.get_one(Booking, moved[1].id, populate_existing=True).is_late is False


def test_whoever_is_on_the_other_date_already_is_released(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    other = make_session(room.session.course, on=DAY + timedelta(days=14))
    db.session.commit()
    book_place(COMMAND, other.id, room.booking(0).person_id, declared=True)
    db.session.commit()
    page = client.get(f"/desk/sessions/{room.session.ref}/call-off")
    shown = client.submit(page, {"reason": "Snow", "to": str(other.id)}, button=CONTINUE, status=200)
    assert "1 person booked, released" in shown
    client.submit(shown, button=OFF)
    assert len(db.session.scalars(select(Booking)).all()) == 2


def test_released_people_go_first_when_they_next_ask(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    call_off_session(COMMAND, room.session_id, "Snow")
    later = make_session(room.session.course, capacity=0)
    db.session.commit()
    ada = room.booking(0).person_id
    assert goes_first_for(ada, room.course_id)
    first = book_place(COMMAND, later.id, make_person("Ben").id, declared=True).id
    second = book_place(COMMAND, later.id, ada, declared=True).id
    db.session.commit()
    change_capacity(COMMAND, later.id, 1)
    db.session.commit()
    assert db.session.get_one(Booking, second).state is BookingState.CONFIRMED
    assert db.session.get_one(Booking, first).state is BookingState.WAITING
    assert not goes_first_for(ada, room.course_id)


def test_a_place_held_while_an_address_is_confirmed_ends_unwritten(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    held = room.booking(0)
    held.state, held.held_until = BookingState.HELD, clock.now() + timedelta(minutes=30)
    db.session.commit()
    done = call_off_session(COMMAND, room.session_id, "Snow")
    db.session.commit()
    assert done.ended == 0
    assert kinds() == ["changes.venue-released"]
    assert room.booking(0).state is BookingState.CANCELLED


def test_a_session_that_was_moved_meanwhile_is_looked_at_again(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    page = client.get(f"/desk/sessions/{room.session.ref}/call-off")
    shown = client.submit(page, {"reason": "Snow"}, button=CONTINUE, status=200)
    room.move(7)
    stale = client.submit(shown, button=OFF, status=400)
    assert "Somebody else changed this session" in stale.errors[0]


def test_a_session_that_has_begun_is_not_called_off(client: Client, officer: Person, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    client.sign_in(officer)
    room = make_room("Ada", on=date(2026, 11, 20))
    page = client.get(f"/desk/sessions/{room.session.ref}/call-off")
    shown = client.submit(page, {"reason": "Snow"}, button=CONTINUE, status=200)
    wall_clock.set("2026-11-20 09:30")
    refused = client.submit(shown, button=OFF, status=400)
    assert "has begun" in refused.errors[0]
    assert room.session.status is SessionStatus.PUBLISHED
