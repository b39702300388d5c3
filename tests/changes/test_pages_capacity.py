"""The page on which the desk changes the number of places."""

import pytest

from tests.changes.sessions import letters, make_room, to
from tests.conftest import WallClock
from tests.factories import make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState, Way
from training.bookings.operations import book_place, cancel_booking
from training.catalogue.models import Mode
from training.changes.operations_capacity import change_capacity
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Person


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


def test_more_places_go_to_the_waiting_list_at_once(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben", "Cleo")
    page = client.get(f"/desk/sessions/{room.session.ref}/capacity")
    assert "2 places are taken and 1 person waits" in page
    for typed, error in (
        ("", "Enter the number of places"),
        ("x", "The number of places must be a whole number"),
        ("-3", "The number of places must be between"),
    ):
        failed = client.submit(page, {"capacity": typed}, button="Save", status=400)
        assert failed.errors[0].startswith(error)
    done = client.submit(page, {"capacity": "5"}, button="Save", follow=True)
    assert done.flashes == ["The session has 5 places now. 1 place went to the waiting list."]


def test_fewer_than_taken_says_who_moves_to_the_waiting_list(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben", "Cleo", trainer="Tess", capacity=3)
    page = client.get(f"/desk/sessions/{room.session.ref}/capacity")
    assert not page.select("[name=who]")
    asked = client.submit(page, {"capacity": "1"}, button="Save", status=400)
    assert asked.errors == [
        "The number of places must be 3 or more: 3 places are taken. "
        "To have fewer, choose below who moves to the waiting list: 2 people"
    ]
    ids = [str(key) for key in room.booking_ids]
    assert [box["value"] for box in asked.select("[name=who]")] == ids
    assert [box["value"] for box in asked.select("[name=who][checked]")] == ids[1:]
    assert client.submit(asked, button="Save", status=400).errors == [
        "Enter why there are fewer places. Whoever moves to the waiting list will read it"
    ]
    smaller = {"reason": "A smaller room"}
    few = client.submit(asked, smaller | {"who": [ids[0]]}, button="Save", status=400)
    assert few.errors == ["Choose 1 more person: 2 places are taken"]
    many = client.submit(asked, smaller | {"who": ids}, button="Save", status=400)
    assert many.errors == ["Choose 1 person fewer: there is a place for them"]
    assert room.session.capacity == 3
    done = client.submit(asked, smaller | {"who": [ids[0], ids[2]]}, button="Save", follow=True)
    assert done.flashes == ["The session has 1 place now. 2 people moved to the waiting list and were told."]
    states = [room.booking(number).state for number in range(3)]
    assert states == [BookingState.WAITING, BookingState.CONFIRMED, BookingState.WAITING]
    assert [(one.kind, one.calendar_method) for one in letters()] == [("changes.left-over", "CANCEL")] * 2
    assert "A smaller room" in to("Ada")[0].body_text
    assert "You are on the waiting list, and go before everybody" in to("Ada")[0].body_text
    room.book("Dee")
    change_capacity(COMMAND, room.session_id, 2)
    db.session.commit()
    assert room.booking(0).state is BookingState.CONFIRMED
    assert room.booking(3).state is BookingState.WAITING


def test_the_same_box_ticked_twice_or_for_somebody_who_left_is_refused(client: Client, officer: Person) -> None:
    room = make_room("Ada", "Ben")
    asked = client.submit(
        client.get(f"/desk/sessions/{room.session.ref}/capacity"), {"capacity": "1"}, button="Save", status=400
    )
    cancel_booking(COMMAND, room.booking_ids[1])
    db.session.commit()
    gone = client.submit(asked, {"reason": "Small"}, button="Save", status=400)
    assert gone.errors
    assert room.session.capacity == 2
    assert room.booking(0).state is BookingState.CONFIRMED


def test_places_online_of_a_hybrid_session_are_kept_apart(client: Client, officer: Person) -> None:
    course = make_course(mode=Mode.HYBRID)
    session = make_session(course, capacity=1, online_capacity=1, online_link="https://meet.example/a")
    people = [make_person().id for _ in range(3)]
    db.session.commit()
    ways = (Way.ONLINE, Way.ONLINE, Way.IN_PERSON)
    keys = [
        book_place(COMMAND, session.id, person, declared=True, way=way).id
        for person, way in zip(people, ways, strict=True)
    ]
    db.session.commit()
    url = f"/desk/sessions/{session.ref}/capacity"
    fewer = client.submit(client.get(url), {"online_capacity": "0"}, button="Save", status=400)
    assert "1 place are taken" in fewer.errors[0] or "1 place is taken" in fewer.errors[0]
    done = client.submit(client.get(url), {"online_capacity": "2"}, button="Save", follow=True)
    assert done.flashes == ["The session has 3 places now. 1 place went to the waiting list."]
    db.session.expire_all()
    assert [db.session.get_one(Booking, key).state for key in keys] == [BookingState.CONFIRMED] * 3


def test_two_officers_at_once_see_both_numbers(client: Client, officer: Person) -> None:
    room = make_room("Ada")
    url = f"/desk/sessions/{room.session.ref}/capacity"
    mine, theirs = client.get(url), client.get(url)
    client.submit(theirs, {"capacity": "4"}, button="Save")
    both = client.submit(mine, {"capacity": "6"}, button="Save", status=400)
    assert both.rows() == [["Number of places", "4", "6"]]
    client.submit(both, button="Save")
    assert room.session.capacity == 6


def test_a_session_that_has_begun_keeps_its_places(client: Client, officer: Person, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    client.sign_in(officer)
    room = make_room("Ada")
    page = client.get(f"/desk/sessions/{room.session.ref}/capacity")
    wall_clock.set("2026-12-03 09:30")
    refused = client.submit(page, {"capacity": "9"}, button="Save", status=400)
    assert "has begun" in refused.errors[0]
