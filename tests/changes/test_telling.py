"""People are told of a change once, after the quiet period, from what they know to what is now."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import select

from tests.changes.sessions import DAY, VENUE_ADDRESS, Room, forget_letters, kinds, letters, make_room, to
from tests.conftest import WallClock
from tests.factories import make_assignment, make_person, make_session
from training.bookings.models import BookingState, CalendarEntry
from training.bookings.operations import cancel_booking
from training.bookings.ticks_invites import refresh_invites
from training.bookings.ticks_trainers import ask_trainers, invite_trainers
from training.changes.operations_call_off import call_off_session
from training.changes.operations_details import change_details
from training.changes.operations_telling import BEGUN, CALLED_OFF, PUT_BACK, tell_now
from training.changes.settings import QUIET_MINUTES
from training.changes.ticks import tell_changes
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import change_setting
from training.core.viewer import COMMAND
from training.schedule.models import AssignmentState
from training.schedule.rules import PartTimes

DATE_MOVED, CHANGED = "changes.date-moved", "bookings.changed"


@pytest.fixture(autouse=True)
def now(wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def notes(room: Room, text: str) -> None:
    change_details(COMMAND, room.session_id, joining_notes=text, booking_opens_at=None, booking_closes_at=None)
    db.session.commit()


def worker() -> int:
    """What the worker does in a round; returns how many were told of changes."""
    told = tell_changes()
    assert refresh_invites() == 0, "calendars are in step once people are told"
    assert invite_trainers() == 0
    return told


def test_nobody_hears_before_the_quiet_period_ends_and_everybody_once_after(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", "Ben", "Cleo", trainer="Tess")
    room.move(7)
    wall_clock.forward(minutes=14)
    assert (worker(), letters()) == (0, [])
    wall_clock.forward(minutes=1)
    assert worker() == 5
    assert worker() == 0
    assert sorted(kinds()) == sorted(
        [DATE_MOVED, DATE_MOVED, CHANGED, "bookings.trainer-changed", "changes.venue-changed"]
    )
    for letter in letters():
        assert "When: was Thursday 3 December 2026, 9:30am to 4pm; is now Thursday 10 December" in letter.body_text
    assert "You are booked." in to("Ada")[0].body_text
    assert "You are on the waiting list." in to("Cleo")[0].body_text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "told people of the change")).one()
    assert entry.subject_id == room.session_id


def test_each_further_change_begins_the_quiet_period_anew_and_one_message_says_it_all(
    app: Flask, wall_clock: WallClock
) -> None:
    room = make_room("Ada")
    room.move(7)
    wall_clock.forward(minutes=10)
    room.move(1)
    wall_clock.forward(minutes=10)
    room.move(place="New hall")
    notes(room, "Bring a pen.")
    assert worker() == 0
    wall_clock.forward(minutes=15)
    worker()
    [letter] = to("Ada")
    text = letter.body_text
    assert "was Thursday 3 December 2026, 9:30am to 4pm; is now Friday 11 December 2026" in text
    assert "10 December" not in text
    assert "is now New hall" in text
    assert "What to know before you come is new." in text
    assert "Bring a pen." in text
    [entry] = db.session.scalars(select(CalendarEntry).where(CalendarEntry.booking_id.is_not(None)))
    assert (entry.sequence, entry.starts_at) == (1, room.session.starts_at)


def test_what_is_put_back_is_told_to_nobody(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", trainer="Tess")
    room.move(7)
    room.move(-7)
    assert (room.change.silent_reason, room.change.told_at is not None) == (PUT_BACK, True)
    wall_clock.forward(minutes=30)
    assert (worker(), letters()) == (0, [])
    room.move(1)
    assert room.change.told_at is None


def test_who_booked_after_a_change_is_not_told_of_it_but_of_the_next(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", capacity=5)
    wall_clock.forward(minutes=1)
    room.move(7)
    wall_clock.forward(minutes=1)
    room.book("Ben")
    assert "10 December" in to("Ben")[0].body_text
    wall_clock.forward(minutes=1)
    forget_letters()
    room.move(1)
    wall_clock.forward(minutes=1)
    room.book("Cleo")
    forget_letters()
    wall_clock.forward(minutes=15)
    worker()
    assert "was Thursday 3 December 2026, 9:30am to 4pm; is now Friday 11" in to("Ada")[0].body_text
    assert "was Thursday 10 December 2026, 9:30am to 4pm; is now Friday 11" in to("Ben")[0].body_text
    assert to("Cleo") == []


def test_put_back_for_some_is_still_a_change_for_who_booked_in_between(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", capacity=5)
    wall_clock.forward(minutes=1)
    room.move(7)
    wall_clock.forward(minutes=1)
    room.book("Ben")
    forget_letters()
    wall_clock.forward(minutes=1)
    room.move(-7)
    wall_clock.forward(minutes=15)
    assert worker() == 1
    assert to("Ada") == []
    assert "was Thursday 10 December 2026, 9:30am to 4pm; is now Thursday 3" in to("Ben")[0].body_text


@pytest.mark.parametrize(
    ("now", "days", "word"),
    [
        ("2026-12-02 12:00", 7, "Tomorrow: "),
        ("2026-12-03 08:00", 7, "Today: "),
        ("2026-12-01 12:00", -1, "Tomorrow: "),
    ],
)
def test_near_the_start_people_are_told_at_once(
    app: Flask, wall_clock: WallClock, now: str, days: int, word: str
) -> None:
    room = make_room("Ada", trainer="Tess")
    wall_clock.set(now)
    room.move(days)
    assert sorted(kinds()) == sorted([DATE_MOVED, "bookings.trainer-changed", "changes.venue-changed"])
    assert all(letter.subject.startswith(word) for letter in letters())
    assert worker() == 0


def test_the_desk_tells_people_without_waiting(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    room.move(7)
    assert tell_now(COMMAND, room.session_id) == 2
    db.session.commit()
    with pytest.raises(Refused, match="told already"):
        tell_now(COMMAND, room.session_id)
    db.session.rollback()
    wall_clock.forward(minutes=15)
    assert worker() == 0


def test_the_length_of_the_quiet_period_is_a_setting(app: Flask) -> None:
    change_setting(COMMAND, QUIET_MINUTES, 0)
    db.session.commit()
    room = make_room("Ada")
    room.move(7)
    assert worker() == 2


def test_told_to_nobody_a_new_time_still_reaches_calendars(app: Flask) -> None:
    room = make_room("Ada", "Ben", "Cleo")
    room.move(7, silent="I rang all of them")
    assert (room.change.silent_reason, letters()) == ("I rang all of them", [])
    assert tell_changes() == 0
    assert refresh_invites() == 2
    assert refresh_invites() == 0
    assert kinds() == ["bookings.day", "bookings.day"]
    assert room.booking(0).moved_at is None
    reason = select(AuditEntry.reason).where(AuditEntry.deed == "told nobody of the change")
    assert db.session.scalars(reason).one() == "I rang all of them"


def test_told_to_nobody_new_words_reach_calendars_two_days_before(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    room.move(place="Hall, spelled right", silent="A spelling")
    wall_clock.set("2026-12-01 09:29")
    assert (refresh_invites(), letters()) == (0, [])
    wall_clock.set("2026-12-01 09:30")
    assert [refresh_invites(), refresh_invites()] == [1, 0]
    assert kinds() == ["bookings.day"]


def test_to_tell_nobody_settles_what_waited_too(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    room.move(place="New hall")
    room.move(place="Newer hall", silent="Both are one building")
    wall_clock.forward(minutes=30)
    assert (tell_changes(), letters()) == (0, [])


def test_calling_off_in_the_quiet_period_says_only_that_and_names_the_day_people_know(
    app: Flask, wall_clock: WallClock
) -> None:
    room = make_room("Ada", trainer="Tess")
    room.move(7)
    wall_clock.forward(minutes=5)
    call_off_session(COMMAND, room.session_id, "Snow")
    db.session.commit()
    wall_clock.forward(minutes=30)
    assert worker() == 0
    assert sorted(kinds()) == ["bookings.called-off", "bookings.called-off", "changes.venue-released"]
    assert all("Thursday 3 December 2026" in letter.body_text for letter in letters())
    assert not any("10 December" in letter.body_text for letter in letters())
    assert b"DTSTART;TZID=Europe/London:20261203T093000" in (to("Ada")[0].calendar or b"")
    assert room.change.silent_reason == CALLED_OFF


def test_cancelling_in_the_quiet_period_is_not_late_and_ends_what_is_said(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", "Ben", on=date(2026, 12, 17))
    wall_clock.set("2026-12-02 09:00")
    room.move(-13)
    wall_clock.forward(minutes=5)
    cancel_booking(COMMAND, room.booking_ids[0])
    db.session.commit()
    assert room.booking(0).is_late is False
    [cancelled] = to("Ada")
    assert b"DTSTART;TZID=Europe/London:20261217T093000" in (cancelled.calendar or b"")
    wall_clock.forward(minutes=15)
    worker()
    assert len(to("Ada")) == 1
    assert len(to("Ben")) == 1


def test_who_gets_a_place_in_the_quiet_period_is_booked_for_the_new_day_and_asked_as_well(
    app: Flask, wall_clock: WallClock
) -> None:
    room = make_room("Ada", "Ben", capacity=1)
    wall_clock.forward(minutes=1)
    room.move(7)
    cancel_booking(COMMAND, room.booking_ids[0])
    db.session.commit()
    assert [letter.kind for letter in to("Ben")] == ["bookings.promoted"]
    wall_clock.forward(minutes=15)
    worker()
    assert [letter.kind for letter in to("Ben")] == ["bookings.promoted", DATE_MOVED]
    assert to("Ben")[1].calendar is None


def test_a_day_that_falls_away_and_comes_back_keeps_its_entry(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", days=2)
    uids = set(db.session.scalars(select(CalendarEntry.uid)))
    first, second = (PartTimes(part.on, part.starts, part.ends) for part in room.session.parts)
    room.move(parts=[first])
    assert (refresh_invites(), letters()) == (0, [])
    room.move(parts=[first, second])
    wall_clock.forward(minutes=20)
    assert (worker(), letters()) == (0, [])
    assert set(db.session.scalars(select(CalendarEntry.uid).where(CalendarEntry.part_id.is_not(None)))) == uids
    room.move(parts=[first])
    wall_clock.forward(minutes=20)
    worker()
    assert [letter.calendar_method for letter in to("Ada")] == [None, "CANCEL", "REQUEST"]
    assert "Day 2 falls away: it was Friday 4 December 2026" in to("Ada")[0].body_text


def test_trainers_who_have_not_answered_are_asked_again_only_once_it_is_told(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    make_assignment(room.session, make_person("Tom"), state=AssignmentState.ASKED)
    db.session.commit()
    assert ask_trainers() == 1
    wall_clock.forward(minutes=1)
    room.move(7)
    room.move(1)
    assert ask_trainers() == 0
    wall_clock.forward(minutes=15)
    worker()
    assert [ask_trainers(), ask_trainers()] == [1, 0]


def test_a_trainer_with_an_entry_hears_of_a_further_day_with_the_change(app: Flask, wall_clock: WallClock) -> None:
    room = make_room(trainer="Tess")
    first = room.session.parts[0]
    room.move(parts=[PartTimes(first.on, first.starts, first.ends), PartTimes(date(2026, 12, 4), time(9), time(12))])
    assert (invite_trainers(), letters()) == (0, [])
    wall_clock.forward(minutes=15)
    worker()
    assert [letter.calendar_method for letter in to("Tess")] == [None, "REQUEST", "REQUEST"]


def test_what_the_worker_finds_too_late_is_told_to_nobody(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    wall_clock.set("2026-12-01 09:00")
    room.move(place="New hall")
    wall_clock.set("2026-12-03 09:30")
    assert tell_changes() == 0
    assert (room.change.silent_reason, letters()) == (BEGUN, [])


def test_the_venue_hears_only_what_is_about_it_and_of_nobody(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    notes(room, "Bring a pen.")
    wall_clock.forward(minutes=15)
    worker()
    assert to("Hal") == []
    room.move(place="New hall")
    wall_clock.forward(minutes=15)
    worker()
    [letter] = to("Hal")
    assert (letter.kind, letter.recipient_address, letter.person_id) == ("changes.venue-released", VENUE_ADDRESS, None)
    assert "It is held elsewhere." in letter.body_text
    assert "Ada" not in letter.body_text


def test_who_waits_hears_nothing_of_notes_they_do_not_see(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada", "Ben", capacity=1)
    notes(room, "Bring a pen.")
    wall_clock.forward(minutes=15)
    assert worker() == 1
    [letter] = letters()
    assert letter.recipient_name.startswith("Ada")
    assert b"SEQUENCE:0" in (letter.calendar or b"")


def test_an_offer_does_not_outlive_the_new_start(app: Flask, wall_clock: WallClock) -> None:
    room = make_room("Ada")
    booking = room.booking(0)
    booking.state, booking.offered_until = BookingState.OFFERED, room.session.starts_at
    db.session.commit()
    room.move(-7)
    assert room.booking(0).offered_until == room.session.starts_at


def test_two_sessions_wait_each_for_its_own(app: Flask, wall_clock: WallClock) -> None:
    one, other = make_room("Ada"), make_room("Ben")
    make_session(on=DAY)
    one.move(7)
    wall_clock.forward(minutes=10)
    other.move(7)
    wall_clock.forward(minutes=5)
    assert worker() == 2
    wall_clock.forward(minutes=10)
    assert worker() == 2
