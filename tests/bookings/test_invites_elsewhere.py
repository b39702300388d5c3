"""Invites from real bookings, read by others: ical.js in New York, and whoever examines what a mail may hold.

What is said about a time in the text of the mail, in the calendar, on the page and in the feed is one and the same, on
both sides of both changes of the clocks and on the days of the change themselves.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.bookings.test_invite_decisions import booked, calendar_part, moved, octets, send
from tests.calendars.reading import entries_in, new_address
from tests.conftest import WallClock
from tests.core.ical_js import moment, read_all_with_ical_js, read_with_ical_js
from tests.core.itip import complaints
from tests.factories import make_assignment, make_course, make_person, make_session, make_venue
from tests.mailbox import Delivery, Mailbox
from tests.pages import Client
from training.bookings.models import Booking
from training.bookings.operations import book_place, cancel_booking
from training.bookings.ticks_trainers import invite_trainers
from training.changes.operations_call_off import call_off_session
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Person
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes
from training.web.formats import day, time_range

LONDON = ZoneInfo("Europe/London")
CLOCKS = (date(2026, 10, 24), date(2027, 3, 27))
"""The Saturdays before the clocks go back and forward: with the two days that follow, both sides and the day itself."""


@dataclass
class Read:
    """One calendar part as ical.js understands it."""

    method: str
    entry: dict[str, Any]

    @property
    def starts_at(self) -> datetime:
        return moment(self.entry["start"]["instant"])

    @property
    def ends_at(self) -> datetime:
        return moment(self.entry["end"]["instant"])


def read(deliveries: list[Delivery]) -> list[Read]:
    """The calendar parts of these mails, in order; whoever examines them finds nothing wrong."""
    parts = [octets(each) for each in deliveries if calendar_part(each) is not None]
    for part in parts:
        assert complaints(part) == []
    understood = read_all_with_ical_js(parts)
    assert all(len(each["events"]) == 1 for each in understood)
    return [Read(each["method"], each["events"][0]) for each in understood]


def test_a_booking_from_its_invitation_to_its_end(app: Flask, mailbox: Mailbox, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    session_id, booking_id, address = booked()
    moved(session_id, venue_id=make_venue("Library").id)
    part = times_of(db.session.get_one(CourseSession, session_id))[0]
    db.session.rollback()
    moved(session_id, [PartTimes(part.on + timedelta(days=210), time(10), time(15, 30))])
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    request, text_only, new_time, end = read(send(mailbox))
    assert [each.method for each in (request, text_only, new_time, end)] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [each.entry["sequence"] for each in (request, text_only, new_time, end)] == [0, 0, 1, 2]
    assert [each.entry["status"] for each in (text_only, end)] == ["CONFIRMED", "CANCELLED"]
    assert text_only.starts_at == request.starts_at
    assert text_only.entry["location"].startswith("Library")
    summer = datetime(2027, 7, 1, 9, tzinfo=UTC)
    assert (new_time.starts_at, new_time.ends_at) == (summer, summer + timedelta(hours=5, minutes=30))
    assert end.starts_at == new_time.starts_at
    stamps = [moment(each.entry["stamp"]["instant"]) for each in (request, text_only, new_time, end)]
    assert stamps == sorted(set(stamps))
    for each in (request, text_only, new_time, end):
        assert each.entry["uid"] == request.entry["uid"]
        assert [one["address"] for one in each.entry["attendees"]] == [f"mailto:{address}"]
        assert [one["address"] for one in each.entry["organisers"]] == ["mailto:training@partnership.example"]
        assert each.entry["counter"] == "TRUE"
        assert each.entry["start"]["zone"] == "Europe/London"
        assert each.entry["start"]["withRules"]


def test_a_day_of_three_that_falls_away_and_the_session_that_is_called_off(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    session_id, _, _ = booked(days=3)
    session = db.session.get_one(CourseSession, session_id)
    trainer = make_person("Tess")
    make_assignment(session, trainer)
    db.session.commit()
    invite_trainers()
    first = read(send(mailbox))
    assert len(first) == 6, "three days for the learner and three for the trainer"
    assert {each.method for each in first} == {"REQUEST"}
    kept = times_of(db.session.get_one(CourseSession, session_id))[:2]
    db.session.rollback()
    moved(session_id, kept)
    fallen = [each for each in read(send(mailbox)) if each.method == "CANCEL"]
    gone = {each.entry["uid"] for each in first if each.entry["summary"].endswith("day 3 of 3)")}
    assert {each.entry["uid"] for each in fallen} == gone
    call_off_session(COMMAND, session_id, "Snow")
    db.session.commit()
    ended = read(send(mailbox))
    assert {each.method for each in ended} == {"CANCEL"}
    assert {each.entry["uid"] for each in ended} == {each.entry["uid"] for each in first} - gone


@pytest.mark.parametrize("saturday", CLOCKS, ids=["clocks go back", "clocks go forward"])
def test_mail_calendar_page_and_feed_agree_around_the_change_of_the_clocks(
    app: Flask, mailbox: Mailbox, client: Client, wall_clock: WallClock, saturday: date
) -> None:
    wall_clock.set(f"{saturday - timedelta(days=30)} 10:00")
    person = make_person()
    session = make_session(make_course("Neglect"), on=saturday, days=3)
    parts, session_ref = times_of(session), session.ref
    booking = book_place(COMMAND, session.id, person.id, declared=True)
    db.session.commit()
    booking_ref, person_id = booking.ref, person.id
    confirmation, *days = send(mailbox)
    feed = client.get(new_address(client, db.session.get_one(Person, person_id))).body
    page, public = client.get(f"/my/bookings/{booking_ref}"), client.get(f"/sessions/{session_ref}")
    in_feed = read_with_ical_js(feed)["events"]
    by_vobject = entries_in(feed.decode())
    for part, mail, entry, told, other in zip(parts, days, read(days), in_feed, by_vobject, strict=True):
        said = f"{day(part.on)}, {time_range(part.starts, part.ends)}"
        meant = datetime.combine(part.on, part.starts, LONDON).astimezone(UTC)
        assert said.endswith("9:30am to 4pm")
        for text in (" ".join(confirmation.text.split()), " ".join(mail.text.split()), page.text, public.text):
            assert said in text
        assert (entry.starts_at, moment(told["start"]["instant"])) == (meant, meant)
        assert other.dtstart.value.astimezone(UTC) == meant
        assert entry.ends_at - entry.starts_at == timedelta(hours=6, minutes=30)
        assert told["uid"] == entry.entry["uid"]


@pytest.mark.parametrize("saturday", CLOCKS, ids=["clocks go back", "clocks go forward"])
def test_a_session_that_is_moved_across_the_change_keeps_its_hours_on_the_wall(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock, saturday: date
) -> None:
    wall_clock.set(f"{saturday - timedelta(days=30)} 10:00")
    session_id, booking_id, _ = booked(on=saturday)
    part = times_of(db.session.get_one(CourseSession, session_id))[0]
    db.session.rollback()
    moved(session_id, [PartTimes(part.on + timedelta(days=2), part.starts, part.ends)])
    before, after = read(send(mailbox))
    assert abs(after.starts_at - before.starts_at - timedelta(days=2)) == timedelta(hours=1)
    for each in (before, after):
        assert each.starts_at.astimezone(LONDON).time() == time(9, 30)
    assert db.session.get_one(Booking, booking_id).course_session.starts_at == after.starts_at


@pytest.mark.parametrize("sunday", [saturday + timedelta(days=1) for saturday in CLOCKS])
def test_a_night_across_the_change_lasts_as_long_as_it_does(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock, sunday: date
) -> None:
    """From half past midnight until three: an hour longer in autumn, and an hour shorter in spring."""
    wall_clock.set(f"{sunday - timedelta(days=30)} 10:00")
    booked(on=sunday, starts=time(0, 30), ends=time(3))
    [delivery] = send(mailbox)
    [entry] = read([delivery])
    assert "12:30am to 3am" in delivery.text
    hours = 3.5 if sunday.month == 10 else 1.5
    assert entry.ends_at - entry.starts_at == timedelta(hours=hours)
