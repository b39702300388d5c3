"""Joining instructions with “still coming?”, and reminders: each once, in time, and to nobody it would be wrong for."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import latest
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from training.bookings.mail_reminders import JOINING, REMINDER
from training.bookings.models import Booking, BookingState
from training.bookings.models_changes import SessionChange
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_reminders import ask_whether_coming, remind
from training.bookings.still_coming import MAIL_HOUR
from training.bookings.ticks_reminders import ask_who_comes, remind_people
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.policies import PolicyKind, publish
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import Person, RoleGrant
from training.schedule.models import CourseSession, SessionStatus

THURSDAY = date(2026, 12, 3)
"""Its cut-off is Monday 30 November, so people are asked on Thursday 26 November and reminded on 2 December."""


def booked(on: date = THURSDAY, person: Person | None = None) -> Booking:
    """A confirmed booking, made now."""
    course_session = make_session(make_course(), on=on, joining_notes="Bring a pen.")
    booking = make_booking(course_session, person)
    db.session.commit()
    return booking


def fresh(booking_id: int) -> Booking:
    """The booking as it stands now; what the worker does ends the session of the test."""
    db.session.expire_all()
    return db.session.get_one(Booking, booking_id)


def sent(kind: str = JOINING.name) -> list[OutboxMessage]:
    found = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return list(db.session.scalars(found))


def test_people_are_asked_two_working_days_before_the_cut_off(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    booking = booked()
    assert booking.course_session.venue is not None
    booking.course_session.venue.parking = "Behind the hall."
    db.session.commit()
    address, key = booking.person.address, booking.id
    wall_clock.set("2026-11-26 07:59")
    assert ask_who_comes() == 0
    wall_clock.set("2026-11-26 08:00")
    assert ask_who_comes() == 1
    assert fresh(key).coming_asked_at == clock.now()
    [message] = sent()
    assert message.recipient_address == address
    for words in ("Thursday 3 December 2026, 9:30am to 4pm", "Bring a pen.", "Behind the hall.", "type the code"):
        assert words in message.body_text
    assert "You can cancel in time until the end of Monday 30 November 2026." in message.body_text
    assert message.calendar is None
    assert message.not_after == clock.start_of_day(date(2026, 12, 1))
    assert ask_who_comes() == 0
    wall_clock.set("2026-11-27 08:00")
    assert ask_who_comes() == 0


def test_the_terms_agreed_to_say_when(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    earlier = make_person(agency=make_agency())
    later = make_person(agency=make_agency())
    course_session = make_session(make_course(), on=THURSDAY)
    db.session.commit()
    book_place(viewer_of(earlier), course_session.id, earlier.id, declared=True)
    db.session.commit()
    publish(COMMAND, PolicyKind.TERMS, "Ten.", "Longer.", 1, {"cut-off-days": 10})
    db.session.commit()
    book_place(viewer_of(later), course_session.id, later.id, declared=True)
    db.session.commit()
    first, second = earlier.id, later.id
    # Ten working days before 3 December is 19 November, and two before that the 17th.
    wall_clock.set("2026-11-17 09:00")
    assert ask_who_comes() == 1
    assert [message.person_id for message in sent()] == [second]
    wall_clock.set("2026-11-26 09:00")
    assert ask_who_comes() == 1
    assert [message.person_id for message in sent()] == [second, first]


def test_the_clock_of_the_partnership_counts_on_both_sides_of_a_change(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2027-03-01 10:00")
    # The clocks go forward on Sunday 28 March; Good Friday was the 26th, so the cut-off is the 24th.
    booked(date(2027, 3, 31))
    wall_clock.set("2027-03-22 07:59")
    assert ask_who_comes() == 0
    wall_clock.set("2027-03-22 08:00")
    assert ask_who_comes() == 1
    wall_clock.set("2027-03-30 07:59")
    assert remind_people() == 0
    wall_clock.set("2027-03-30 08:00")
    assert remind_people() == 1


def test_whoever_is_booked_later_has_it_in_the_confirmation_and_is_not_asked(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-26 08:00")
    person = make_person(agency=make_agency())
    course_session = make_session(make_course(), on=THURSDAY, joining_notes="Bring a pen.")
    db.session.commit()
    booking = book_place(viewer_of(person), course_session.id, person.id, declared=True)
    db.session.commit()
    key = booking.id
    assert "Bring a pen." in latest("bookings.confirmation").body_text
    wall_clock.forward(hours=1)
    assert ask_who_comes() == 0
    assert fresh(key).coming_asked_at is None


@pytest.mark.parametrize(
    ("wakes", "asked"), [("2026-11-30 23:50", 1), ("2026-12-01 00:00", 0), ("2026-12-02 09:00", 0)]
)
def test_a_worker_that_slept_asks_only_while_the_cut_off_lies_ahead(
    app: Flask, wall_clock: WallClock, wakes: str, asked: int
) -> None:
    wall_clock.set("2026-11-10 10:00")
    booked()
    wall_clock.set(wakes)
    assert ask_who_comes() == asked


@pytest.mark.parametrize(
    ("wakes", "reminded"),
    [("2026-12-02 07:59", 0), ("2026-12-02 08:00", 1), ("2026-12-03 09:29", 1), ("2026-12-03 09:30", 0)],
)
def test_people_are_reminded_a_working_day_before_and_never_after_the_start(
    app: Flask, wall_clock: WallClock, wakes: str, reminded: int
) -> None:
    wall_clock.set("2026-11-10 10:00")
    starts_at = booked().course_session.starts_at
    wall_clock.set(wakes)
    assert remind_people() == reminded
    assert remind_people() == 0
    for message in sent(REMINDER.name):
        assert message.not_after == starts_at
        assert message.subject.startswith("Today: " if "12-03" in wakes else "Tomorrow: ")


def test_a_reminder_for_a_monday_goes_on_friday(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    booked(date(2026, 12, 7))
    wall_clock.set("2026-12-04 08:00")
    assert remind_people() == 1
    [message] = sent(REMINDER.name)
    assert message.subject.startswith("Course")


def test_nobody_is_reminded_who_was_told_that_day(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-02 09:00")
    person = make_person(agency=make_agency())
    course_session = make_session(make_course(), on=THURSDAY)
    db.session.commit()
    book_place(viewer_of(person), course_session.id, person.id, declared=True)
    db.session.commit()
    wall_clock.forward(minutes=5)
    assert remind_people() == 0
    # Nor on the day itself: yesterday's message said it.
    wall_clock.set("2026-12-03 07:00")
    assert remind_people() == 0
    assert sent(REMINDER.name) == []


def unpublished(booking: Booking) -> None:
    booking.course_session.status = SessionStatus.CALLED_OFF
    booking.course_session.called_off_reason = "The trainer is ill"
    booking.course_session.called_off_at = clock.now()


def not_told_yet(booking: Booking) -> None:
    db.session.add(SessionChange(course_session=booking.course_session, was=[], tell_at=clock.now()))


def waits(booking: Booking) -> None:
    booking.state, booking.waiting_since = BookingState.WAITING, clock.now()


@pytest.mark.parametrize("turn", [unpublished, not_told_yet, waits])
def test_nobody_is_written_to_who_should_not_come(app: Flask, wall_clock: WallClock, turn: object) -> None:
    wall_clock.set("2026-11-10 10:00")
    booking = booked()
    assert callable(turn)
    turn(booking)
    db.session.commit()
    key = booking.id
    for moment in ("2026-11-26 09:00", "2026-12-02 09:00"):
        wall_clock.set(moment)
        assert (ask_who_comes(), remind_people()) == (0, 0)
        # Not even where the worker found it a moment before it turned.
        assert not ask_whether_coming(key)
        db.session.rollback()
        assert not remind(key)
        db.session.rollback()


def test_whoever_was_asked_for_another_date_gets_the_instructions_of_this_one(
    app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-10 10:00")
    booking = booked()
    # The day moved on the 12th: they were asked then, and said yes.
    booking.coming_asked_at = booking.coming_said_at = clock.instant(date(2026, 11, 12), time(9))
    db.session.commit()
    key = booking.id
    wall_clock.set("2026-11-26 08:30")
    assert ask_who_comes() == 1
    assert "You told us that you are coming." in latest(JOINING.name).body_text
    booking = fresh(key)
    assert booking.coming_said_at is not None
    # Moved once more, after the time for it: that message asked, and said all.
    booking.coming_asked_at = clock.instant(date(2026, 11, 27), time(9))
    db.session.commit()
    wall_clock.set("2026-11-27 10:00")
    assert ask_who_comes() == 0


def test_a_session_on_another_day_is_reminded_of_anew(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    session_id = booked().session_id
    wall_clock.set("2026-12-02 08:00")
    assert remind_people() == 1
    course_session = db.session.get_one(CourseSession, session_id)
    part, on = course_session.parts[0], date(2026, 12, 10)
    part.on, part.starts_at, part.ends_at = on, clock.instant(on, part.starts), clock.instant(on, part.ends)
    course_session.starts_at, course_session.ends_at = part.starts_at, part.ends_at
    db.session.commit()
    assert remind_people() == 0
    wall_clock.set("2026-12-09 08:00")
    assert remind_people() == 1


def test_who_has_no_address_is_told_through_the_lead(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    agency = make_agency()
    lead = make_person("Leah", "Lead", agency=agency)
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2020, 1, 1)))
    booked(person=make_person("Noor", "Khan", address=None, agency=agency))
    to = lead.address
    wall_clock.set("2026-11-26 08:00")
    assert ask_who_comes() == 1
    [message] = sent()
    assert message.recipient_address == to
    assert message.subject.startswith("For Noor Khan: ")


def test_a_cancelled_booking_is_left_alone(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    booking = booked()
    cancel_booking(COMMAND, booking.id)
    db.session.commit()
    wall_clock.set("2026-11-26 08:00")
    assert (ask_who_comes(), remind_people()) == (0, 0)


def test_the_hour_is_a_setting(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    booked()
    change_setting(COMMAND, MAIL_HOUR, 14)
    db.session.commit()
    wall_clock.set("2026-11-26 13:59")
    assert ask_who_comes() == 0
    wall_clock.set("2026-11-26 14:00")
    assert ask_who_comes() == 1
