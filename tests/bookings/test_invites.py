"""What reaches calendars: mails sent to a real mail server and read back by a parser that is not ours."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import pytest
import vobject
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_assignment, make_course, make_person, make_session, make_venue, viewer_of
from tests.mailbox import Delivery, Mailbox
from training.bookings.models import Booking, CalendarEntry
from training.bookings.operations import book_place, cancel_booking
from training.bookings.ticks_invites import refresh_invites
from training.bookings.ticks_trainers import invite_trainers
from training.catalogue.models import Mode
from training.changes.operations_call_off import call_off_session
from training.changes.operations_move import move_session
from training.changes.operations_telling import tell_now
from training.core import clock, sending
from training.core.database import db
from training.core.transports import SmtpTransport
from training.core.viewer import COMMAND
from training.people.models import Person
from training.people.operations import open_account
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment
from training.schedule.operations import times_of
from training.schedule.operations_trainers import withdraw_trainer
from training.schedule.rules import LINK_TO_FOLLOW, PartTimes


class Entry:
    """The calendar part of a mail, as vobject reads it."""

    def __init__(self, delivery: Delivery) -> None:
        self.to = delivery.recipients[0]
        [part] = [part for part in delivery.message.walk() if part.get_content_type() == "text/calendar"]
        calendar = cast("Any", vobject).readOne(part.get_content())
        event = calendar.vevent
        self.method = str(calendar.method.value)
        assert part.get_param("method") == self.method
        self.uid, self.sequence = str(event.uid.value), int(event.sequence.value)
        self.starts_at: datetime = event.dtstart.value.astimezone(UTC)
        self.ends_at: datetime = event.dtend.value.astimezone(UTC)
        self.stamped_at: datetime = event.dtstamp.value
        self.summary, self.status = str(event.summary.value), str(event.status.value)
        self.location, self.description = str(event.location.value), str(event.description.value)
        assert str(event.attendee.value).removeprefix("mailto:") == self.to


def send(mailbox: Mailbox) -> list[Delivery]:
    """Send what is due; returns what arrived by it, in order."""
    before = len(mailbox.deliveries)
    count = sending.send_all(SmtpTransport.from_url(mailbox.url))
    return mailbox.wait_for(before + count)[before:]


def has_calendar(delivery: Delivery) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in delivery.message.walk())


def book(course_session_id: int, person_id: int) -> int:
    booking = book_place(COMMAND, course_session_id, person_id, declared=True)
    db.session.commit()
    return booking.id


def arranged(**options: Any) -> tuple[int, int, str]:
    """A session and a person: their keys, and the person's address."""
    course_session, person = make_session(**options), make_person()
    db.session.commit()
    return course_session.id, person.id, str(person.address)


def test_booking_sends_a_request_and_cancelling_a_cancel_of_the_same_entry(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, address = arranged()
    booking_id = book(session_id, person_id)
    cancel_booking(COMMAND, booking_id, "Ill")
    db.session.commit()
    first, second = send(mailbox)
    requested, cancelled = Entry(first), Entry(second)
    part = db.session.get_one(CourseSession, session_id).parts[0]
    assert (requested.method, requested.sequence, requested.status) == ("REQUEST", 0, "CONFIRMED")
    assert (requested.starts_at, requested.ends_at) == (part.starts_at, part.ends_at)
    assert (cancelled.method, cancelled.status, cancelled.uid) == ("CANCEL", "CANCELLED", requested.uid)
    assert cancelled.sequence > requested.sequence
    assert cancelled.stamped_at > requested.stamped_at
    assert (cancelled.starts_at, cancelled.to) == (requested.starts_at, address)
    book(session_id, person_id)
    [third] = send(mailbox)
    assert Entry(third).method == "REQUEST"
    assert Entry(third).uid != requested.uid


def test_three_days_are_one_confirmation_and_a_calendar_mail_for_each_day(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, _ = arranged(days=3)
    booking_id = book(session_id, person_id)
    confirmation, *days = send(mailbox)
    assert not has_calendar(confirmation)
    assert len(days) == 3
    entries = [Entry(day) for day in days]
    assert len({entry.uid for entry in entries}) == 3
    assert [entry.summary.rpartition(" (")[2] for entry in entries] == ["day 1 of 3)", "day 2 of 3)", "day 3 of 3)"]
    assert [entry.starts_at for entry in entries] == sorted(entry.starts_at for entry in entries)
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    told, *removed = send(mailbox)
    assert not has_calendar(told)
    assert [(Entry(day).method, Entry(day).uid) for day in removed] == [("CANCEL", e.uid) for e in entries]


def test_moving_tells_everybody_once_from_what_to_what_and_moves_the_entry(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, address = arranged(capacity=1)
    waiting = make_person()
    course_session = db.session.get_one(CourseSession, session_id)
    trainer = make_person("Tess")
    open_account(trainer, None, clock.now())
    make_assignment(course_session, trainer)
    trainer_address, waiting_address, venue = str(trainer.address), str(waiting.address), course_session.venue_id
    old = course_session.parts[0]
    new = PartTimes(old.on + timedelta(days=1), time(10), time(15, 30))
    waiting_id = waiting.id
    db.session.commit()
    book(session_id, person_id)
    book(session_id, waiting_id)
    invite_trainers()
    before = {Entry(d).to: Entry(d) for d in send(mailbox) if has_calendar(d)}
    assert set(before) == {address, trainer_address}
    move_session(COMMAND, session_id, [new], venue_id=venue, online_link="")
    db.session.commit()
    assert send(mailbox) == []
    tell_now(COMMAND, session_id)
    db.session.commit()
    told = send(mailbox)
    assert sorted(d.recipients[0] for d in told) == sorted([address, waiting_address, trainer_address])
    for delivery in told:
        assert "9:30am to 4pm" in delivery.text
        assert "10am to 3:30pm" in delivery.text
    for entry in (Entry(d) for d in told if has_calendar(d)):
        assert (entry.method, entry.uid, entry.sequence) == ("REQUEST", before[entry.to].uid, 1)
        assert entry.starts_at == new.starts_at
    assert not has_calendar(next(d for d in told if d.recipients[0] == waiting_address))


def test_a_new_link_alone_keeps_the_sequence_so_that_answers_stand(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, _ = arranged(course=make_course(mode=Mode.VIRTUAL), online_link="https://meet.example/old")
    book(session_id, person_id)
    first = Entry(send(mailbox)[0])
    assert first.location == "Online"
    assert first.description.startswith("Join online: https://meet.example/old")
    parts = [PartTimes(part.on, part.starts, part.ends) for part in db.session.get_one(CourseSession, session_id).parts]
    db.session.rollback()
    move_session(COMMAND, session_id, parts, venue_id=None, online_link="https://meet.example/new")
    db.session.commit()
    assert send(mailbox) == []
    tell_now(COMMAND, session_id)
    db.session.commit()
    second = Entry(send(mailbox)[0])
    assert (second.method, second.uid, second.sequence) == ("REQUEST", first.uid, first.sequence)
    assert second.stamped_at > first.stamped_at
    assert "https://meet.example/new" in second.description


def test_a_day_that_falls_away_is_taken_out_of_the_calendar(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, _ = arranged(days=2)
    book(session_id, person_id)
    entries = [Entry(day) for day in send(mailbox)[1:]]
    course_session = db.session.get_one(CourseSession, session_id)
    first = course_session.parts[0]
    kept, venue = PartTimes(first.on, first.starts, first.ends), course_session.venue_id
    db.session.rollback()
    move_session(COMMAND, session_id, [kept], venue_id=venue, online_link="")
    db.session.commit()
    assert send(mailbox) == []
    tell_now(COMMAND, session_id)
    db.session.commit()
    changed = {Entry(d).uid: Entry(d) for d in send(mailbox) if has_calendar(d)}
    assert changed[entries[1].uid].method == "CANCEL"
    assert changed[entries[0].uid].method == "REQUEST"


def test_calling_off_ends_every_booking_and_tells_trainers_too(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, address = arranged(capacity=1)
    waiting, trainer = make_person(), make_person("Tess")
    make_assignment(db.session.get_one(CourseSession, session_id), trainer)
    addresses = {address, str(waiting.address), str(trainer.address)}
    waiting_id = waiting.id
    db.session.commit()
    booking_ids = [book(session_id, person_id), book(session_id, waiting_id)]
    invite_trainers()
    send(mailbox)
    call_off_session(COMMAND, session_id, "The trainer is ill")
    db.session.commit()
    told = send(mailbox)
    assert {d.recipients[0] for d in told} == addresses
    assert len(told) == 3
    assert all("The trainer is ill" in d.text for d in told)
    assert {Entry(d).method for d in told if has_calendar(d)} == {"CANCEL"}
    assert sum(has_calendar(d) for d in told) == 2
    found = db.session.scalars(select(Booking.cancelled_by).where(Booking.id.in_(booking_ids))).all()
    assert found == ["called-off", "called-off"]


def test_a_trainer_is_invited_once_and_cancelled_when_taken_off(app: Flask, mailbox: Mailbox) -> None:
    course_session, trainer = make_session(), make_person("Tess")
    open_account(trainer, None, clock.now())
    assignment_id = make_assignment(course_session, trainer, state=AssignmentState.ASKED).id
    db.session.commit()
    assert invite_trainers() == 0
    for state, method in ((AssignmentState.ACCEPTED, "REQUEST"), (AssignmentState.WITHDRAWN, "CANCEL")):
        db.session.get_one(TrainerAssignment, assignment_id).state = state
        db.session.commit()
        assert invite_trainers() == 1
        assert invite_trainers() == 0
        [delivery] = send(mailbox)
        assert Entry(delivery).method == method


def test_a_trainer_taken_off_before_a_session_is_called_off_loses_the_entry_all_the_same(
    app: Flask, mailbox: Mailbox
) -> None:
    course_session, trainer = make_session(), make_person("Tess")
    session_id, assignment_id = course_session.id, make_assignment(course_session, trainer).id
    db.session.commit()
    invite_trainers()
    invited = Entry(send(mailbox)[0])
    withdraw_trainer(COMMAND, assignment_id)
    call_off_session(COMMAND, session_id, "Too few people")
    db.session.commit()
    assert [invite_trainers(), invite_trainers()] == [1, 0]
    [removed] = [Entry(delivery) for delivery in send(mailbox)]
    assert (removed.method, removed.uid) == ("CANCEL", invited.uid)


def test_a_session_that_is_called_off_gets_into_no_calendar(app: Flask) -> None:
    course_session = make_session(
        status=SessionStatus.CALLED_OFF, called_off_at=clock.now(), called_off_reason="Too few people"
    )
    make_assignment(course_session, make_person("Tess"))
    db.session.commit()
    assert invite_trainers() == 0


def test_a_day_falls_away_for_people_who_have_gone_too(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, _ = arranged(days=2)
    course_session, trainer = db.session.get_one(CourseSession, session_id), make_person("Tess")
    assignment_id, trainer_address = make_assignment(course_session, trainer).id, str(trainer.address)
    first, venue = times_of(course_session)[0], course_session.venue_id
    db.session.commit()
    invite_trainers()
    cancel_booking(COMMAND, book(session_id, person_id))
    withdraw_trainer(COMMAND, assignment_id)
    db.session.commit()
    send(mailbox)
    move_session(COMMAND, session_id, [first], venue_id=venue, online_link="")
    db.session.commit()
    assert invite_trainers() == 1
    told = send(mailbox)
    assert {delivery.recipients[0] for delivery in told} == {trainer_address}
    assert [Entry(delivery).method for delivery in told if has_calendar(delivery)] == ["CANCEL", "CANCEL"]
    assert invite_trainers() == 0
    kept = db.session.scalars(select(CalendarEntry.method).order_by(CalendarEntry.part_id)).all()
    assert set(kept) == {"CANCEL"}


def test_a_venue_that_is_put_right_reaches_calendars_once(app: Flask, mailbox: Mailbox) -> None:
    venue = make_venue("Old hall")
    session_id, person_id, _ = arranged(venue=venue)
    book(session_id, person_id)
    first = Entry(send(mailbox)[0])
    assert refresh_invites() == 0
    db.session.get_one(CourseSession, session_id).venue.name = "New hall"  # type: ignore[union-attr]
    db.session.commit()
    assert refresh_invites() == 1
    assert refresh_invites() == 0
    second = Entry(send(mailbox)[0])
    assert (second.uid, second.sequence) == (first.uid, first.sequence)
    assert second.location.startswith("New hall")


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("joining_notes", "", "What to know before you come is new."),
        ("joining_notes", "Bring a pen.", "What to know before you come is new."),
        ("online_link", "https://meet.example/new", "How to join online is new."),
        ("online_link", LINK_TO_FOLLOW, "How to join online is new."),
        ("online_link", "", "How to join online is new."),
    ],
)
def test_notes_and_links_that_were_put_right_or_taken_away_reach_calendars_once(
    app: Flask, mailbox: Mailbox, column: str, text: str, said: str
) -> None:
    session_id, person_id, _ = arranged(
        course=make_course(mode=Mode.HYBRID), online_link="https://meet.example/old",
        joining_notes="Bring a pen.\n\nRead the briefing first.",
    )  # fmt: skip
    book(session_id, person_id)
    first = Entry(send(mailbox)[0])
    assert "Read the briefing first." in first.description
    assert refresh_invites() == 0
    setattr(db.session.get_one(CourseSession, session_id), column, text)
    db.session.commit()
    assert [refresh_invites(), refresh_invites()] == [1, 0]
    [delivery] = send(mailbox)
    second = Entry(delivery)
    assert (second.method, second.uid, second.sequence) == ("REQUEST", first.uid, first.sequence)
    assert ("Read the briefing first." in second.description) == (column == "online_link")
    assert ("https://meet.example/old" in second.description) == (column == "joining_notes")
    assert said in delivery.text
    assert text in delivery.text or text == LINK_TO_FOLLOW


def test_a_link_that_is_to_follow_is_in_step(app: Flask) -> None:
    session_id, person_id, _ = arranged(course=make_course(mode=Mode.VIRTUAL), online_link=LINK_TO_FOLLOW)
    book(session_id, person_id)
    assert refresh_invites() == 0


def test_a_cancel_goes_to_the_address_that_was_invited(app: Flask, mailbox: Mailbox) -> None:
    session_id, person_id, old = arranged()
    booking_id = book(session_id, person_id)
    send(mailbox)
    db.session.get_one(Person, person_id).addresses[0].address = "moved@people.example"
    db.session.commit()
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    told, removed = send(mailbox)
    assert told.recipients == ("moved@people.example",)
    assert (removed.recipients, Entry(removed).method) == ((old,), "CANCEL")


def test_the_times_are_right_on_both_sides_of_the_change_of_the_clocks(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    wall_clock.set("2027-03-01 10:00")
    for day in (date(2027, 3, 26), date(2027, 3, 29)):
        session_id, person_id, _ = arranged(on=day)
        book(session_id, person_id)
        [delivery] = send(mailbox)
        assert Entry(delivery).starts_at == clock.instant(day, time(9, 30))
        assert "9:30am to 4pm" in delivery.text


def test_nothing_is_said_late_about_a_session_that_has_begun(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    session_id, person_id, _ = arranged(on=date(2026, 11, 23))
    book(session_id, person_id)
    wall_clock.set("2026-11-23 09:31")
    assert sending.send_all(SmtpTransport.from_url(mailbox.url)) == 1
    assert mailbox.deliveries == []


def test_within_a_day_of_the_start_the_subject_says_so(app: Flask, mailbox: Mailbox, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    session_id, person_id, _ = arranged(on=date(2026, 11, 23))
    viewer = viewer_of(db.session.get_one(Person, person_id))
    book(session_id, person_id)
    send(mailbox)
    wall_clock.set("2026-11-22 18:00")
    cancel_booking(viewer, db.session.scalars(select(Booking.id)).one())
    db.session.commit()
    [delivery] = send(mailbox)
    assert str(delivery.message["Subject"]).strip().startswith("Tomorrow: ")
    assert "counts as late" in delivery.text
