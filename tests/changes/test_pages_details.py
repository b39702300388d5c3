"""The desk puts the details of a published session right: what people should know, when booking opens and closes."""

from datetime import date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from tests.bookings.test_pages_my import booked
from tests.conftest import WallClock
from tests.factories import make_person, make_session
from tests.pages import Client
from training.bookings.models import BookingState
from training.bookings.ticks_invites import refresh_invites
from training.changes.ticks import tell_changes
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Role
from training.schedule.models import CourseSession, SessionStatus

DAY = date(2026, 12, 3)


@pytest.fixture
def desk(client: Client, wall_clock: WallClock) -> Client:
    wall_clock.set("2026-11-02 10:00")
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def on(name: str, day: int, month: int = 11, at: str = "") -> dict[str, str]:
    """What is typed to open or close booking on a day of 2026."""
    return {
        f"booking_{name}-day": str(day),
        f"booking_{name}-month": str(month),
        f"booking_{name}-year": "2026",
        f"booking_{name}_time": at,
    }


def local(month: int, day: int, hour: int) -> datetime:
    return clock.instant(date(2026, month, day), time(hour))


def test_new_notes_reach_people_and_their_calendars(desk: Client, wall_clock: WallClock) -> None:
    course_session = make_session(on=DAY, joining_notes="Bring a pen.")
    session_id = course_session.id
    booked(course_session, make_person("Ada", address="ada@people.example"))
    page = desk.click(desk.get(f"/desk/sessions/{course_session.ref}"), "Change details")
    saved = desk.submit(page, {"joining_notes": "Bring a laptop."}, follow=True)
    assert saved.flashes == [
        "The details are saved. People will be told at 10:15am, unless you change it again before."
    ]
    assert "Bring a laptop." in saved
    assert "Changed. People will be told at 10:15am." in saved
    assert (tell_changes(), refresh_invites()) == (0, 0)
    wall_clock.forward(minutes=15)
    assert (tell_changes(), refresh_invites()) == (1, 0)
    mail = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert mail.recipient_address == "ada@people.example"
    assert "What to know before you come is new." in mail.body_text
    assert "Bring a laptop." in mail.body_text
    assert b"SEQUENCE:0" in (mail.calendar or b"")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "changed the details")).one()
    assert entry.subject_id == session_id


def test_a_later_close_lets_in_whoever_waits(desk: Client, wall_clock: WallClock) -> None:
    course_session = make_session(on=DAY, capacity=1, booking_closes_at=local(11, 4, 17))
    first, second = booked(course_session, make_person("Ada"), make_person("Ben"))
    wall_clock.set("2026-11-05 10:00")
    first.state, second.state = BookingState.LAPSED, BookingState.WAITING
    db.session.commit()
    page = desk.get(f"/desk/sessions/{course_session.ref}/details")
    assert page.one("#booking_closes_time")["value"] == "5pm"
    saved = desk.submit(page, on("closes", 20, at="noon"), follow=True)
    assert saved.flashes == ["The details are saved. 1 place went to the waiting list."]
    db.session.expire_all()
    assert course_session.booking_closes_at == local(11, 20, 12)
    assert second.state is BookingState.CONFIRMED
    assert refresh_invites() == 0


def test_without_days_booking_is_open_from_publication_to_the_start(desk: Client) -> None:
    course_session = make_session(on=DAY, booking_opens_at=local(11, 10, 9), booking_closes_at=local(11, 20, 17))
    db.session.commit()
    empty = dict.fromkeys((*on("opens", 1), *on("closes", 1)), "")
    desk.submit(desk.get(f"/desk/sessions/{course_session.ref}/details"), empty)
    db.session.expire_all()
    assert (course_session.booking_opens_at, course_session.booking_closes_at) == (None, None)


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        (on("closes", 31), ["The day booking closes must be a real date"]),
        (on("closes", 4, 12), ["Booking must close by the time the session starts"]),
        (on("opens", 3, 12, "9:30am"), ["Booking must open before the session starts"]),
        (on("opens", 12) | on("closes", 11), ["Booking must close after it opens"]),
        (on("opens", 12, at="soon"), ["Enter the time booking opens like 9:30am or 2pm"]),
        ({"booking_closes_time": "noon"}, ["Enter the day booking closes"]),
    ],
)
def test_what_cannot_be_is_said_by_its_field_and_kept(desk: Client, answers: dict[str, Any], errors: list[str]) -> None:
    course_session = make_session(on=DAY, joining_notes="Bring a pen.")
    db.session.commit()
    page = desk.get(f"/desk/sessions/{course_session.ref}/details")
    again = desk.submit(page, {**answers, "joining_notes": "Bring a laptop."}, status=400)
    assert again.errors == errors
    assert "Bring a laptop." in again.one("#joining_notes").get_text()
    db.session.expire_all()
    kept = db.session.get_one(CourseSession, course_session.id)
    assert (kept.joining_notes, kept.booking_opens_at, kept.booking_closes_at) == ("Bring a pen.", None, None)


def test_two_people_who_change_the_details_see_both_versions(desk: Client) -> None:
    course_session = make_session(on=DAY, joining_notes="Bring a pen.")
    db.session.commit()
    address = f"/desk/sessions/{course_session.ref}/details"
    mine, theirs = desk.get(address), desk.get(address)
    desk.submit(theirs, {"joining_notes": "Bring paper."})
    both = desk.submit(mine, {"joining_notes": "Bring a laptop."}, status=400)
    assert both.rows() == [["Before they come", "Bring paper.", "Bring a laptop."]]
    desk.submit(both)
    db.session.expire_all()
    assert course_session.joining_notes == "Bring a laptop."


def test_a_session_that_has_begun_or_is_called_off_keeps_its_details(desk: Client, wall_clock: WallClock) -> None:
    off = make_session(status=SessionStatus.CALLED_OFF, called_off_at=clock.now(), called_off_reason="Snow.")
    begun = make_session(on=DAY)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{begun.ref}/details")
    assert "Only a published session can be changed here." in desk.get(f"/desk/sessions/{off.ref}/details")
    wall_clock.set("2026-12-03 09:30")
    refused = desk.submit(page, {"joining_notes": "Too late."}, status=400)
    assert "This session has begun" in refused.errors[0]
    assert "Change details" not in desk.get(f"/desk/sessions/{begun.ref}").links
