"""The register as a trainer uses it: on a tablet, without JavaScript, sometimes two at once."""

from typing import Any

import pytest

from tests.attendance.rooms import Room, make_room
from tests.conftest import WallClock
from tests.factories import make_assignment, make_person
from tests.pages import Client
from training.attendance.queries import attendees_of
from training.attendance.rules import MarkState
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.schedule.models import CourseSession, SessionStatus, TrainerPart


@pytest.fixture
def room(client: Client, wall_clock: WallClock) -> Room:
    """Three people on a day that has just begun, and their trainer signed in."""
    wall_clock.set("2026-12-03 09:45")
    room = make_room()
    db.session.commit()
    client.sign_in(room.trainer)
    return room


def marks(room: Room) -> list[str]:
    """What the register says, in its order."""
    return [in_short(attendee.state) for attendee in attendees_of(COMMAND, room.course_session.parts[0].id)]


def in_short(state: MarkState) -> str:
    minutes = f" {state.late}/{state.early}" if state.late or state.early else ""
    return (state.presence.value if state.presence else "-") + minutes


def answers(room: Room, *chosen: str) -> dict[str, Any]:
    return {f"mark-{booking.ref}": what for booking, what in zip(room.bookings, chosen, strict=False)}


def test_the_whole_room_is_marked_on_one_page(client: Client, room: Room) -> None:
    page = client.get(room.address)
    assert page.h1 == f"Register: {room.course_session.course.title}"
    assert "Thursday 3 December 2026, 9:30am to 4pm" in page
    assert page.words(".muster-mark__name") == ["Ada Learner00", "Ben Learner01", "Cara Learner02"]
    assert page.words("form .muster-totals li") == ["0 attended", "0 absent", "0 excused", "3 not marked", "of 3"]
    after = client.submit(page, answers(room, "attended", "absent"), button="Save", follow=True)
    assert after.flashes == ["2 marks changed and saved."]
    assert after.words("form .muster-totals li") == ["1 attended", "1 absent", "0 excused", "1 not marked", "of 3"]
    assert marks(room) == ["attended", "absent", "-"]


def test_the_rest_of_the_room_is_marked_with_one_button(client: Client, room: Room) -> None:
    page = client.get(room.address)
    client.submit(page, answers(room, "excused"), button="Mark the rest as attended", follow=True)
    assert marks(room) == ["excused", "attended", "attended"]


def test_minutes_are_kept_and_a_mark_can_be_taken_away(client: Client, room: Room) -> None:
    ref = room.bookings[0].ref
    page = client.get(room.address)
    late = {f"late-{ref}": "15", f"early-{ref}": "10"}
    page = client.submit(page, answers(room, "attended", "absent") | late, button="Save", follow=True)
    assert marks(room) == ["attended 15/10", "absent", "-"]
    assert page.one(f"#late-{ref}").get("value") == "15"
    assert "Marked by Tess Trainer, 3 Dec 2026, 9:45am" in page
    client.submit(page, {f"clear-{room.bookings[1].ref}": "yes"}, button="Save", follow=True)
    assert marks(room) == ["attended 15/10", "-", "-"]


@pytest.mark.parametrize(
    ("mark", "late", "words"),
    [
        ("attended", "ten", "Ada Learner00: minutes late must be a whole number, like 20"),
        ("attended", "-1", "Ada Learner00: minutes late must be between 0 and 390"),
        ("attended", "391", "Ada Learner00: minutes late must be between 0 and 390"),
        ("absent", "5", "Ada Learner00: has minutes but is not marked as attended"),
        (None, "5", "Ada Learner00: has minutes but is not marked as attended"),
    ],
)
def test_minutes_that_cannot_be_are_said_and_nothing_is_lost(
    client: Client, room: Room, mark: str | None, late: str, words: str
) -> None:
    ref = room.bookings[0].ref
    typed = {f"mark-{ref}": mark, f"late-{ref}": late, f"mark-{room.bookings[2].ref}": "excused"}
    page = client.submit(client.get(room.address), typed, button="Save", status=400)
    assert page.errors == [words]
    assert page.one(f"#late-{ref}").get("value") == late
    assert page.one(f"#mark-{room.bookings[2].ref}-excused").has_attr("checked")
    assert marks(room) == ["-", "-", "-"]


def test_two_trainers_mark_one_room(client: Client, room: Room) -> None:
    second = make_person("Una", "Second", role=Role.TRAINER)
    make_assignment(room.course_session, second, TrainerPart.CO_TRAINER)
    db.session.commit()
    other = Client(client.app)
    other.sign_in(second)
    mine, theirs = client.get(room.address), other.get(room.address)
    client.submit(mine, answers(room, "attended", "absent"), button="Save", follow=True)
    answered = {f"mark-{room.bookings[1].ref}": "attended", f"mark-{room.bookings[2].ref}": "excused"}
    after = other.submit(theirs, answered, button="Save and close the register", follow=True)
    assert marks(room) == ["attended", "absent", "excused"]
    assert after.flashes == [
        "1 mark changed and saved.",
        "Ben Learner01 was marked as absent by Tess Trainer at 9:45am, while you chose attended. "
        "The earlier marks stand. Change them below if they are wrong.",
    ]
    again = other.submit(after, {f"mark-{room.bookings[1].ref}": "attended"}, button="Save", follow=True)
    assert again.flashes == ["1 mark changed and saved."]
    assert marks(room) == ["attended", "attended", "excused"]


def test_somebody_walks_in_and_the_marks_made_meanwhile_are_kept(client: Client, room: Room) -> None:
    typed = answers(room, "attended") | {"walk_in_name": "Wim Walker", "walk_in_role": "Health visitor"}
    after = client.submit(client.get(room.address), typed, button="Add to the register", follow=True)
    assert after.flashes == ["Wim Walker is on the register, marked as attended. 1 mark changed and saved."]
    assert marks(room) == ["attended", "-", "-", "attended"]
    assert "Health visitor" not in after, "where a walk-in works is for the desk"


def test_a_walk_in_who_is_booked_is_refused_with_what_was_typed(client: Client, room: Room) -> None:
    typed = answers(room, "attended") | {"walk_in_name": "Ben", "walk_in_address": room.bookings[1].person.address}
    page = client.submit(client.get(room.address), typed, button="Add to the register", status=400)
    assert page.errors == ["Ben Learner01 is booked on this session. Mark them in the list instead"]
    assert page.one("[name=walk_in_name]").get("value") == "Ben"
    assert marks(room) == ["-", "-", "-"]
    empty = client.submit(client.get(room.address), {}, button="Add to the register", status=400)
    assert empty.errors == ["Enter the name of the person who came"]


def test_more_people_than_places_are_a_warning(client: Client, room: Room) -> None:
    room.course_session.capacity = 3
    db.session.commit()
    page = client.get(room.address)
    after = client.submit(page, {"walk_in_name": "Wim"}, button="Add to the register", follow=True)
    assert after.flashes[0] == "There are now 4 people for 3 places. Check that the room is safe."


def test_closing_says_first_what_will_happen(client: Client, room: Room) -> None:
    page = client.get(room.address)
    confirm = client.submit(
        page, answers(room, "attended", "absent"), button="Save and close the register", follow=True
    )
    assert confirm.h1 == "Close the register?"
    assert "1 person is not marked" in confirm
    assert "Cara Learner02. They stay not marked" in confirm
    assert (
        "The session is finished. Everybody who attended at least 80% of every part gets it on their record." in confirm
    )
    session_id = room.course_session.id
    assert db.session.get_one(CourseSession, session_id).status is SessionStatus.PUBLISHED
    after = client.submit(confirm, button="Close the register", follow=True)
    assert after.flashes == ["The register is closed. The session is finished: 1 completion written."]
    assert "Only the learning and development officer can open it again" in after
    assert after.buttons == []
    db.session.expire_all()
    assert db.session.get_one(CourseSession, session_id).status is SessionStatus.FINISHED


def test_a_register_that_is_closed_while_the_form_is_open_keeps_the_form(client: Client, room: Room) -> None:
    page = client.get(room.address)
    client.submit(client.get(f"{room.address}/close"), button="Close the register")
    refused = client.submit(page, answers(room, "attended"), button="Save", status=400)
    assert refused.errors == ["This register is closed. Ask the learning and development officer to open it again"]


def test_closing_what_somebody_closed_meanwhile_stays_on_the_page_and_says_so(client: Client, room: Room) -> None:
    page = client.get(f"{room.address}/close")
    client.submit(client.get(f"{room.address}/close"), button="Close the register")
    refused = client.submit(page, button="Close the register", status=400)
    assert refused.h1 == "Close the register?"
    assert refused.errors == ["This register is closed. Ask the learning and development officer to open it again"]
    assert "Back to the register" in refused.links


def test_the_officer_opens_it_again_with_a_reason(client: Client, room: Room) -> None:
    client.submit(client.get(f"{room.address}/close"), button="Close the register")
    client.get(f"{room.address}/reopen", 403)
    client.sign_in(make_person(role=Role.OFFICER))
    page = client.click(client.get(room.address), "Open it again")
    empty = client.submit(page, {}, status=400)
    assert empty.errors == ["Enter why the register is opened again"]
    after = client.submit(empty, {"reason": "Cara was there"}, follow=True)
    assert after.flashes == ["The register is open again. Close it when it is right."]
    assert "Save" in after.buttons


def test_before_it_opens_the_page_says_when_and_can_be_printed(
    client: Client, room: Room, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-01 12:00")
    client.sign_in(room.trainer)
    page = client.get(room.address)
    assert "This register cannot be taken yet." in page
    assert "It opens on Thursday 3 December 2026 at 7:30am." in page
    assert page.words("table.muster-print-only tbody th")[:3] == ["Ada Learner00", "Ben Learner01", "Cara Learner02"]
    assert page.buttons == []


def test_whose_register_it_is(client: Client, room: Room) -> None:
    foreign = make_room()
    learner = make_person()
    db.session.commit()
    client.get(foreign.address, 404)
    client.post(foreign.address, {"deed": "save"}, 404)
    client.get(f"{foreign.address}/close", 404)
    client.get(room.address.replace("/1", "/2"), 404)
    client.sign_in(learner)
    client.get(room.address, 404)
    client.sign_out()
    assert "/sign-in" in client.get(room.address, 302).location


def test_a_full_room_costs_no_more_queries_than_an_empty_one(
    client: Client, statements: list[str], wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 10:00")
    small, large = make_room(3, capacity=40), make_room(30, capacity=40)
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    client.get(small.address)
    numbers: list[int] = []
    for room in (small, large):
        statements.clear()
        client.get(room.address)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 16


def test_closing_the_first_of_two_parts_leaves_the_session_open(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(2, days=2)
    db.session.commit()
    client.sign_in(room.trainer)
    page = client.get(room.address)
    assert page.words(".muster-chips a") == ["Part 1: 3 Dec 2026", "Part 2: 4 Dec 2026"]
    confirm = client.get(f"{room.address}/close")
    assert "The session stays open: the register of part 2 is not closed yet." in confirm
    after = client.submit(confirm, button="Close the register", follow=True)
    assert after.flashes == ["The register is closed."]
    early = client.get(room.address.replace("/register/1", "/register/2/close"))
    assert "This part starts on Friday 4 December 2026 at 9:30am." in early
    assert early.buttons == []
