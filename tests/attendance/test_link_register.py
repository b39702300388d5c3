"""A guest trainer takes the register behind their link: the same pages, and not one more."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.attendance.rooms import DAY, make_room
from tests.bookings.links_in_mail import latest, link_in
from tests.conftest import WallClock
from tests.factories import make_assignment, make_booking, make_person, make_session
from tests.guards.test_access_matrix import LEFT_OUT, address_of
from tests.pages import Client
from training.attendance.models import Mark, Presence, Register, WalkIn
from training.attendance.ticks import send_registers
from training.bookings.agreements import MANAGER
from training.bookings.models_needs import BookingNeed
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.links import create_link
from training.core.outbox import OutboxMessage
from training.core.tokens import SpentFormToken
from training.core.viewer import COMMAND, Role, ViewerKind
from training.schedule.links import TEACHING
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment, TrainerPart
from training.schedule.operations_trainers import withdraw_trainer
from training.web.access import rule_of


class Guest:
    """A guest trainer of a two-day session, and the path of their link."""

    def __init__(self, part: TrainerPart = TrainerPart.CO_TRAINER) -> None:
        room = make_room(days=2)
        guest = make_person("Gwen", "Guest", role=Role.TRAINER)
        assignment = make_assignment(room.course_session, guest, part)
        db.session.flush()
        self.room, self.assignment_id, self.person_id = room, assignment.id, guest.id
        fresh = create_link(TEACHING, assignment.id)
        self.token = fresh.secrets[0]
        self.address = f"/link/{self.token}"
        db.session.commit()


@pytest.fixture
def guest(app: Flask, wall_clock: WallClock) -> Guest:
    """On the morning of the first day."""
    wall_clock.set("2026-12-03 09:45")
    return Guest()


def test_the_whole_register_is_taken_by_link(client: Client, guest: Guest, wall_clock: WallClock) -> None:
    page = client.get(f"{guest.address}/register/1")
    assert page.links["Back to the session"] == guest.address
    [first, *_] = guest.room.bookings
    page = client.submit(
        page, {f"mark-{first.ref}": "attended", "walk_in_name": "Wanda Walker"}, button="Save", follow=True
    )
    assert page.url == f"{guest.address}/register/1"
    assert "Wanda Walker is on the register" in page.flashes[0]
    page = client.submit(page, button="Mark the rest as attended", follow=True)
    assert db.session.scalars(select(Mark.presence)).all() == [Presence.ATTENDED] * 4
    assert set(db.session.scalars(select(Mark.marked_by_id))) == {guest.person_id}
    assert db.session.scalars(select(WalkIn.added_by_id)).all() == [guest.person_id]
    page = client.submit(page, button="Save and close the register", follow=True)
    assert page.url == f"{guest.address}/register/1/close"
    page = client.submit(page, button="Close the register", follow=True)
    assert "This register is closed." in page
    assert "Open it again" not in page.links
    assert f"{guest.address}/register/2" in page.links.values()
    wall_clock.set("2026-12-04 16:00")
    client.submit(client.get(f"{guest.address}/register/2"), button="Mark the rest as attended")
    client.submit(client.get(f"{guest.address}/register/2/close"), button="Close the register")
    session = db.session.get_one(CourseSession, guest.room.session_id, populate_existing=True)
    assert session.status is SessionStatus.FINISHED
    assert "Register of" in client.get(guest.address)


def test_opening_the_pages_changes_nothing(client: Client, guest: Guest) -> None:
    for _ in range(2):
        for below in ("", "/register/1", "/register/2", "/register/1/close", "/needs"):
            client.get(guest.address + below)
    for table in (Mark, Register, AuditEntry):
        assert db.session.scalars(select(table)).all() == []


def test_no_other_page_opens_with_the_link(app: Flask, client: Client, guest: Guest) -> None:
    client.get(f"{guest.address}/register/1")
    opened = 0
    for address in app.url_map.iter_rules():
        rule = rule_of(app, address.endpoint)
        if address.endpoint in LEFT_OUT or rule is None or not rule.needs_sign_in:
            continue
        for method in sorted((address.methods or set()) & {"GET", "POST"}):
            page = client.ask(method, address_of(address.rule))
            assert page.status == 302, f"{method} {address.rule}"
            assert page.location.startswith("/sign-in"), f"{method} {address.rule}"
            opened += 1
    assert opened > 50
    session = guest.room.course_session
    for page in (f"/sessions/{session.ref}/register/1", f"/sessions/{session.ref}/needs", "/teaching"):
        assert client.ask("GET", page).status == 302


def test_the_link_opens_its_own_session_alone(client: Client, guest: Guest) -> None:
    other = make_session(on=DAY)
    stranger = make_booking(other, make_person("Olga", "Other"))
    make_assignment(other, make_person(role=Role.TRAINER))
    db.session.commit()
    assert "Olga Other" not in client.get(f"{guest.address}/register/1")
    client.get(f"{guest.address}/register/3", status=404)
    page = client.get(f"{guest.address}/register/1")
    ref = stranger.ref
    client.post(
        f"{guest.address}/register/1",
        {"deed": "save", f"mark-{ref}": "absent", f"was-{ref}": "/0/0"},
        status=302,
    )
    assert db.session.scalars(select(Mark)).all() == []
    assert page.h1.startswith("Register")


def test_a_link_of_another_kind_opens_no_register(client: Client, guest: Guest) -> None:
    other = create_link(MANAGER, guest.assignment_id).secrets[0]
    db.session.commit()
    for below in ("register/1", "register/1/close", "needs"):
        client.get(f"/link/{other}/{below}", status=404)
        client.get(f"/link/nothing/{below}", status=404)


@pytest.mark.parametrize("state", [AssignmentState.ASKED, AssignmentState.DECLINED, AssignmentState.WITHDRAWN])
def test_without_a_yes_nothing_opens(client: Client, guest: Guest, state: AssignmentState) -> None:
    db.session.get_one(TrainerAssignment, guest.assignment_id).state = state
    db.session.commit()
    for below in ("register/1", "register/1/close", "needs"):
        client.get(f"{guest.address}/{below}", status=404)
    client.post(f"{guest.address}/register/1", {"deed": "add", "walk_in_name": "Eve"}, status=404)
    assert db.session.scalars(select(WalkIn)).all() == []


@pytest.mark.parametrize("part", [TrainerPart.SHADOW, TrainerPart.OBSERVER])
def test_a_guest_who_only_watches_opens_nothing(
    app: Flask, client: Client, wall_clock: WallClock, part: TrainerPart
) -> None:
    wall_clock.set("2026-12-03 09:45")
    guest = Guest(part)
    assert "Register of" not in client.get(guest.address)
    for below in ("register/1", "register/1/close", "needs"):
        client.get(f"{guest.address}/{below}", status=404)


def test_taken_off_between_opening_and_sending(client: Client, guest: Guest) -> None:
    page = client.get(f"{guest.address}/register/1")
    withdraw_trainer(COMMAND, guest.assignment_id)
    db.session.commit()
    client.submit(page, button="Mark the rest as attended", status=404)
    assert db.session.scalars(select(Mark)).all() == []


def test_the_guest_shows_needs_and_that_is_noted(client: Client, guest: Guest) -> None:
    booking = guest.room.bookings[0]
    db.session.add(BookingNeed(booking=booking, support="A loop, secretword"))
    db.session.commit()
    page = client.get(f"{guest.address}/register/1")
    assert "1 person told us what they need: 1 not yet met." in page
    page = client.get(f"{guest.address}/needs")
    assert "secretword" not in page
    closed = page
    page = client.submit(closed, button="Show needs", status=200)
    assert "A loop, secretword" in page
    assert "Mark as met" not in page
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "looked at access needs"))
    assert (entry.actor_kind, entry.actor_id) == (ViewerKind.LINK, guest.person_id)
    again = client.submit(closed, button="Show needs")
    assert again.location == f"{guest.address}/needs"


def test_the_token_of_the_link_is_kept_nowhere(client: Client, guest: Guest) -> None:
    client.submit(client.get(f"{guest.address}/register/1"), button="Mark the rest as attended")
    kept = db.session.scalars(select(SpentFormToken.location)).all()
    assert kept
    assert not [location for location in kept if guest.token in location]


def test_a_form_sent_twice_is_led_to_its_own_page(client: Client, guest: Guest) -> None:
    page = client.get(f"{guest.address}/register/1")
    client.submit(page, {"walk_in_name": "Wanda Walker"}, button="Save")
    again = client.submit(page, {"walk_in_name": "Wanda Walker"}, button="Save")
    assert again.location == f"{guest.address}/register/1"
    assert len(db.session.scalars(select(WalkIn)).all()) == 1


def test_the_way_to_the_register_is_sent_when_it_opens(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 07:25")
    guest = Guest()
    account = guest.room.trainer
    client.sign_in(account)
    client.sign_out()
    address, ref = account.address, guest.room.course_session.ref
    assert send_registers() == 0
    wall_clock.set("2026-12-03 07:31")
    assert send_registers() == 2
    assert send_registers() == 0
    messages = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    texts = {message.recipient_address: message.body_text for message in messages}
    assert f"/sessions/{ref}/register/1" in texts[str(address)]
    assert "/link/" not in texts[str(address)]
    assert latest("attendance.register-open").not_after is not None
    by_link = next(message for message in messages if message.person_id == guest.person_id)
    assert client.get(link_in(by_link)).h1.startswith("You teach: ")
    wall_clock.set("2026-12-04 07:31")
    assert send_registers() == 2
