"""When the day moves, everybody with a place says whether they come: by link, signed in, or on the telephone."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.changes.sessions import Room, kinds, letters, make_room
from tests.conftest import WallClock
from tests.factories import make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import cancel_booking
from training.bookings.queries_session import change_standing
from training.catalogue.models import Course
from training.changes.operations_coming import give_back, say_coming
from training.changes.operations_telling import tell_now
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind
from training.people.models import Person

ANSWER = "Send my answer"


@pytest.fixture
def room(app: Flask, wall_clock: WallClock) -> Room:
    """Ada and Ben have a place, Cleo waits; the session was moved to Thursday 10 December, and they were told."""
    wall_clock.set("2026-11-02 10:00")
    room = make_room("Ada", "Ben", "Cleo")
    wall_clock.forward(minutes=1)
    room.move(7)
    tell_now(COMMAND, room.session_id)
    db.session.commit()
    return room


def link_of(room: Room, number: int = 1) -> str:
    """The link in the letter to Ben, or to whom is asked about."""
    about = f"booking:{room.booking_ids[number]}"
    return link_in(next(one for one in letters() if one.kind == "changes.date-moved" and one.about == about))


def other_date(room: Room, capacity: int = 5) -> str:
    """Another session of the course; returns its reference."""
    course = db.session.get_one(Course, room.course_id)
    ref = make_session(course, on=date(2027, 1, 14), capacity=capacity).ref
    db.session.commit()
    return ref


def test_opening_the_link_does_nothing_and_nothing_is_chosen(client: Client, room: Room) -> None:
    page = client.get(link_of(room))
    for _ in range(2):
        page = client.get(link_of(room))
        assert page.h1 == "Can you come on the new date?"
        assert "This page is for Ben" in page
        assert not page.select("input[type=radio][checked]")
    assert room.booking(1).coming_said_at is None
    assert client.submit(page, button=ANSWER, status=400).errors == ["Select whether you can come"]


def test_i_can_come_is_noted_and_can_be_taken_back(client: Client, room: Room) -> None:
    page = client.submit(client.get(link_of(room)), {"answer": "comes"}, button=ANSWER, follow=True)
    assert page.flashes == ["Thank you. We are looking forward to seeing you."]
    assert "You said that you can come." in page
    assert room.booking(1).coming_said_at == clock.now()
    standing = change_standing(COMMAND, room.session_id)
    assert standing is not None
    assert (standing.asked, standing.unanswered) == (2, 1)
    page = client.submit(page, {"answer": "gives-back"}, button=ANSWER, follow=True)
    assert page.flashes == ["Your place is given back."]
    assert "This booking has ended already. Nothing was changed." in page
    assert not page.select("form input[type=radio]")


def test_giving_it_back_is_never_late_and_the_next_person_gets_the_place(
    client: Client, room: Room, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-09 20:00")
    client.submit(client.get(link_of(room)), {"answer": "gives-back"}, button=ANSWER)
    ended = room.booking(1)
    assert (ended.state, ended.cancelled_by, ended.is_late) == (BookingState.CANCELLED, CancelledBy.PERSON, False)
    assert room.booking(2).state in (BookingState.OFFERED, BookingState.CONFIRMED)
    cancel_booking(COMMAND, room.booking_ids[0])
    db.session.commit()
    assert room.booking(0).is_late is False


def test_who_said_yes_and_cancels_afterwards_is_late_like_anybody(room: Room, wall_clock: WallClock) -> None:
    say_coming(COMMAND, room.booking_ids[0])
    wall_clock.set("2026-12-09 20:00")
    cancel_booking(COMMAND, room.booking_ids[0])
    db.session.commit()
    assert room.booking(0).is_late is True


def test_move_me_gives_the_place_on_another_date(client: Client, room: Room) -> None:
    ref = other_date(room)
    page = client.get(link_of(room))
    assert "Move me to Thursday 14 January 2027, 9:30am to 4pm" in page
    page = client.submit(page, {"answer": f"to:{ref}"}, button=ANSWER, follow=True)
    assert page.flashes == ["You are moved to Thursday 14 January 2027. A message about it is on its way."]
    former = room.booking(1)
    assert (former.cancelled_by, former.is_late) == (CancelledBy.MOVED, False)
    new = db.session.scalars(select(Booking).where(Booking.moves_from_id == former.id)).one()
    assert new.state is BookingState.CONFIRMED


def test_where_the_other_date_is_full_the_present_place_is_kept(client: Client, room: Room) -> None:
    ref = other_date(room, capacity=0)
    page = client.submit(client.get(link_of(room)), {"answer": f"to:{ref}"}, button=ANSWER, follow=True)
    assert "keep your present place until then" in page.flashes[0]
    assert room.booking(1).state is BookingState.CONFIRMED


def test_without_another_date_the_page_says_what_to_do(client: Client, room: Room) -> None:
    assert "There is no other date to move to yet." in client.get(link_of(room))


def test_the_short_code_opens_the_same_page(client: Client, room: Room) -> None:
    page = client.submit(client.get("/link"), {"code": code_in(latest("changes.date-moved"))}, follow=True)
    assert page.h1 == "Can you come on the new date?"


def test_a_page_opened_before_the_session_moved_again_accepts_no_day_unseen(
    client: Client, room: Room, wall_clock: WallClock
) -> None:
    page = client.get(link_of(room))
    wall_clock.forward(minutes=1)
    room.move(1)
    again = client.submit(page, {"answer": "comes"}, button=ANSWER, status=400)
    assert "moved again while your page was open" in again.errors[0]
    assert "Friday 11 December 2026" in again
    client.submit(again, {"answer": "comes"}, button=ANSWER)
    assert room.booking(1).coming_said_at is not None
    wall_clock.forward(minutes=1)
    tell_now(COMMAND, room.session_id)
    db.session.commit()
    assert room.booking(1).leaves_freely, "asked again about the day they have not seen"


@pytest.mark.parametrize("sent", ["", "yesterday", "2026-12-10", "9999-12-31T00:00:00+00:00"])
def test_a_tampered_date_is_one_that_was_not_seen(client: Client, room: Room, sent: str) -> None:
    client.submit(client.get(link_of(room)), {"answer": "comes", "seen_from": sent}, button=ANSWER, status=400)
    assert room.booking(1).coming_said_at is None


def test_signed_in_the_booking_leads_to_the_same_answers(client: Client, room: Room) -> None:
    booking = room.booking(0)
    ref = booking.ref
    client.sign_in(booking.person)
    page = client.click(client.get(f"/my/bookings/{ref}"), "Say whether you can come")
    done = client.submit(page, {"answer": "comes"}, button=ANSWER, follow=True)
    assert done.h1 == "Neglect" or "You are booked." in done
    assert "Say whether you can come" not in done.links
    client.get(f"/my/bookings/{room.booking(1).ref}/coming", status=404)


def test_the_desk_sees_whom_to_ring_and_notes_what_they_say(client: Client, room: Room) -> None:
    room.booking(0).person.telephone = "01632 960 001"
    officer = make_person("Ola", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{room.session.ref}")
    assert "2 people of 2 have not said whether they come on the new date." in page
    page = client.click(page, "Who comes, and whom to ring")
    assert "01632 960 001" in page
    page = client.submit(page, button="Can come on the new date: " + room.booking(0).person.name, follow=True)
    assert page.flashes == [f"Noted: {room.booking(0).person.name} comes."]
    page = client.submit(page, button="Gives it back the place of " + room.booking(1).person.name, follow=True)
    assert room.booking(1).cancelled_by is CancelledBy.OFFICER
    assert room.booking(1).is_late is False
    client.get("/desk/sessions/NO-SUCH/answers", status=404)
    client.post("/desk/bookings/NO-SUCH/comes", {}, status=404)


def test_nobody_answers_for_somebody_else_and_not_what_was_not_asked(room: Room, wall_clock: WallClock) -> None:
    stranger = Viewer(ViewerKind.PERSON, make_person().id)
    link = Viewer(ViewerKind.LINK, link_opens=("booking", room.booking_ids[1]))
    db.session.commit()
    for viewer in (stranger, link):
        for deed in (say_coming, give_back):
            with pytest.raises(LookupError):
                deed(viewer, room.booking_ids[0])
            db.session.rollback()
    with pytest.raises(Refused, match="was not changed"):
        give_back(COMMAND, room.booking_ids[2])
    db.session.rollback()
    wall_clock.set("2026-12-10 09:30")
    with pytest.raises(Refused, match="has begun"):
        say_coming(COMMAND, room.booking_ids[0])


def test_somebody_without_an_address_is_asked_through_whoever_receives_their_messages(
    app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    room = make_room("Ada")
    person = db.session.get_one(Person, room.booking(0).person_id)
    for address in list(person.addresses):
        db.session.delete(address)
    db.session.commit()
    room.move(7)
    tell_now(COMMAND, room.session_id)
    db.session.commit()
    assert "changes.date-moved" in kinds()
    assert "Ada" in latest("changes.date-moved").body_text
