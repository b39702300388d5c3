"""Somebody comes without a booking."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.attendance.rooms import Room, make_room
from tests.attendance.taking import ABSENT, ATTENDED, part_of, take, trainer_of
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_person
from training.attendance.models import WalkIn
from training.attendance.operations_walk_ins import add_walk_in
from training.attendance.queries import attendees_of
from training.bookings.models import BookingState
from training.catalogue.models import Mode
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND


def test_walk_ins_are_on_the_register_and_attended(room: Room) -> None:
    added = add_walk_in(trainer_of(room), part_of(room), "  Wim   Walker ", job_role="Nurse")
    db.session.commit()
    assert added.warning == ""
    last = attendees_of(COMMAND, part_of(room))[-1]
    assert (last.name, last.job_role, last.is_walk_in, last.state) == ("Wim Walker", "Nurse", True, ATTENDED)


def test_walk_ins_with_a_known_address_are_matched_to_the_person_and_their_job(room: Room) -> None:
    known = make_person("Kim", "Known", address="kim@school.example", agency=make_agency("Hill School"))
    walk_in = add_walk_in(trainer_of(room), part_of(room), "Kim", " Kim@School.example ").walk_in
    assert walk_in.person_id == known.id
    assert walk_in.agency is not None
    assert (walk_in.agency.name, walk_in.job_role) == ("Hill School", "Social worker")


def test_no_address_that_is_typed_tells_a_trainer_where_somebody_works(room: Room) -> None:
    make_person("Kim", "Known", address="kim@school.example", agency=make_agency("Hill School"))
    for address in ("kim@school.example", "nobody@school.example"):
        add_walk_in(trainer_of(room), part_of(room), address[:3], address)
    known, unknown = attendees_of(trainer_of(room), part_of(room))[-2:]
    assert (known.agency, known.job_role) == (unknown.agency, unknown.job_role) == ("", "")
    assert attendees_of(COMMAND, part_of(room))[-2].agency == "Hill School"


def test_people_who_are_booked_are_to_be_marked_in_the_list_instead(room: Room) -> None:
    booked = room.bookings[0].person
    with pytest.raises(Refused, match=r"Ada Learner00 is booked on this session\. Mark them in the list instead"):
        add_walk_in(trainer_of(room), part_of(room), "Ada", booked.address or "")


def test_people_who_were_only_waiting_may_come_in(room: Room) -> None:
    waiting = make_person()
    make_booking(room.course_session, waiting, state=BookingState.WAITING, waiting_since=room.bookings[0].asked_at)
    added = add_walk_in(trainer_of(room), part_of(room), waiting.name, waiting.address or "")
    assert added.walk_in.person_id == waiting.id


def test_walk_ins_are_never_added_twice(room: Room) -> None:
    add_walk_in(trainer_of(room), part_of(room), "Wim Walker")
    add_walk_in(trainer_of(room), part_of(room), "Vera Walker", "vera@people.example")
    with pytest.raises(Refused, match="on this register already"):
        add_walk_in(trainer_of(room), part_of(room), "wim walker")
    with pytest.raises(Refused, match="on this register already, with this address"):
        add_walk_in(trainer_of(room), part_of(room), "V. Walker", "Vera@people.example")


def test_walk_ins_beyond_the_places_are_warned_of_and_let_in(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(2, capacity=2)
    take(room, [ABSENT])
    assert add_walk_in(trainer_of(room), part_of(room), "First").warning == ""
    second = add_walk_in(trainer_of(room), part_of(room), "Second")
    assert second.warning == "There are now 3 people for 2 places. Check that the room is safe."
    assert len(db.session.scalars(select(WalkIn)).all()) == 2


def test_places_online_count_before_anybody_is_warned(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(2, capacity=2, online_capacity=1, mode=Mode.HYBRID)
    assert add_walk_in(trainer_of(room), part_of(room), "First").warning == ""
    second = add_walk_in(trainer_of(room), part_of(room), "Second")
    assert second.warning == "There are now 4 people for 3 places. Check that the room is safe."


def test_walk_ins_need_a_name_and_an_agency_that_exists(room: Room) -> None:
    with pytest.raises(Refused, match="Enter the name"):
        add_walk_in(trainer_of(room), part_of(room), "  ")
    with pytest.raises(Refused, match="agency from the list"):
        add_walk_in(trainer_of(room), part_of(room), "Wim", agency_id=99_999)
