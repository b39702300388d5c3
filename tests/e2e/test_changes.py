"""A session that is moved and one that is called off: from the officer's button to the entry in a calendar."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.bookings.links_in_mail import latest, link_in
from tests.bookings.test_invites import Entry, has_calendar, send
from tests.changes.sessions import Room
from tests.e2e.visitor import Visitor
from tests.factories import make_course, make_person, make_session
from tests.mailbox import Mailbox
from training.catalogue.models import Mode
from training.changes.ticks import tell_changes
from training.core import clock
from training.core.database import db
from training.core.viewer import Role


@pytest.fixture
def room(visitor: Visitor, mailbox: Mailbox) -> Room:
    """Ada and Ben are booked on a session six weeks from now, and the officer is signed in."""
    session = make_session(make_course(mode=Mode.FACE_TO_FACE), on=clock.today() + timedelta(days=42))
    officer = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    room = Room(session.id, session.course_id)
    for name in ("Ada", "Ben"):
        room.book(name)
    visitor.sign_in(officer)
    return room


def examined(*visitors: Visitor) -> None:
    for one in visitors:
        one.expect_fitting()
        one.expect_accessible()


def test_a_moved_session_moves_in_calendars_and_asks_who_comes(
    visitor: Visitor, phone: Visitor, room: Room, mailbox: Mailbox
) -> None:
    before = {Entry(mail).to: Entry(mail) for mail in send(mailbox) if has_calendar(mail)}
    day = room.session.parts[0].on + timedelta(days=7)
    ref = room.session.ref
    db.session.rollback()
    page = visitor.open(f"/desk/sessions/{ref}/move")
    examined(visitor)
    for name, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"[name=on_1-{name}]", str(value))
    page.get_by_role("button", name="Continue to who will be told").last.click()
    expect(page.get_by_role("heading", name="Check who will be told")).to_be_visible()
    page.get_by_text("What is written to people booked").click()
    expect(page.get_by_text("Giving it back never counts as late.")).to_be_visible()
    examined(visitor)
    page.get_by_role("button", name="Move the session").click()
    expect(page.get_by_role("button", name="Tell them now")).to_be_visible()
    assert (tell_changes(), send(mailbox)) == (0, [])
    page.get_by_role("button", name="Tell them now").click()
    expect(page.get_by_text("2 people of 2 have not said")).to_be_visible()
    link = link_in(latest("changes.date-moved"))
    db.session.rollback()
    after = [Entry(mail) for mail in send(mailbox) if has_calendar(mail)]
    assert len(after) == 2
    for entry in after:
        assert (entry.method, entry.uid, entry.sequence) == ("REQUEST", before[entry.to].uid, 1)
        assert entry.starts_at == before[entry.to].starts_at + timedelta(days=7)
    asked = phone.open(link)
    examined(phone)
    asked.get_by_label("I can come").check()
    asked.get_by_role("button", name="Send my answer").click()
    expect(asked.get_by_text("We are looking forward to seeing you.")).to_be_visible()
    visitor.open(f"/desk/sessions/{ref}/answers")
    examined(visitor)
    expect(page.get_by_role("button", name="Can come")).to_have_count(1)


def test_a_session_called_off_leaves_every_calendar(visitor: Visitor, room: Room, mailbox: Mailbox) -> None:
    before = {Entry(mail).to: Entry(mail) for mail in send(mailbox) if has_calendar(mail)}
    ref = room.session.ref
    db.session.rollback()
    page = visitor.open(f"/desk/sessions/{ref}/call-off")
    examined(visitor)
    page.get_by_label("Reason").fill("The hall is flooded")
    page.get_by_role("button", name="Continue to who will be told").click()
    expect(page.get_by_text("2 people booked")).to_be_visible()
    examined(visitor)
    page.get_by_role("button", name="Call the session off").click()
    expect(page.get_by_text("We are writing to 2 people.")).to_be_visible()
    told = send(mailbox)
    assert all("The hall is flooded" in mail.text for mail in told)
    gone = [Entry(mail) for mail in told if has_calendar(mail)]
    assert {entry.method for entry in gone} == {"CANCEL"}
    assert {entry.uid for entry in gone} == {entry.uid for entry in before.values()}
