"""Every check finds what it is there to find, on its page and at the command line, and changes nothing."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.conftest import WallClock
from tests.core.post import put
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, number
from tests.pages import Client
from training.bookings import checks
from training.bookings.models import BookingState, CalendarEntry, CourseWait, Reservation, Way
from training.bookings.models_answers import CancelledBy
from training.bookings.models_changes import SessionChange
from training.bookings.operations import book_place
from training.catalogue.models import Mode
from training.cli import main
from training.core import clock
from training.core.checks import Finding, run_checks
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.viewer import COMMAND, Role
from training.schedule.models import CourseSession, SessionStatus

Look = Callable[[], Iterable[Finding]]


@pytest.fixture(autouse=True)
def three_weeks_before(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def session(**columns: Any) -> CourseSession:
    """A session three weeks ahead."""
    return make_session(on=date(2026, 11, 23), **columns)


def sentences(look: Look) -> list[str]:
    db.session.flush()
    return [finding.sentence for finding in look()]


def test_more_people_than_places() -> None:
    one = session(capacity=1)
    make_booking(one)
    assert sentences(checks.more_held_than_places) == []
    make_booking(one)
    assert sentences(checks.more_held_than_places) == [f"{one.ref}: 2 places are held, and there are 1"]


def test_more_people_online_than_places_online() -> None:
    one = session(capacity=5, online_capacity=1, mode=Mode.HYBRID)
    make_booking(one, way=Way.ONLINE)
    assert sentences(checks.more_held_than_places) == []
    make_booking(one, way=Way.ONLINE)
    assert len(sentences(checks.more_held_than_places)) == 1


def test_reserved_places_count_until_they_are_named() -> None:
    one = session(capacity=2)
    booking = make_booking(one)
    kept = Reservation(ref=f"R-{number()}", course_session=one, agency=make_agency(), places=2, name_by=clock.now())
    db.session.add(kept)
    assert sentences(checks.more_held_than_places) == [f"{one.ref}: 3 places are held, and there are 2"]
    booking.reservation = kept
    assert sentences(checks.more_held_than_places) == []
    for _ in range(2):
        make_booking(one, state=BookingState.LAPSED, reservation=kept)
    assert sentences(checks.reservations_overdrawn) == [f"{one.ref}: {kept.ref} names more people than places"]


def test_somebody_waits_while_a_place_is_free() -> None:
    one = session(capacity=1)
    make_booking(one, state=BookingState.WAITING, waiting_since=clock.now())
    assert sentences(checks.waiting_while_free) == [f"{one.ref}: 1 wait while a place is free that they may have"]
    make_booking(one)
    assert sentences(checks.waiting_while_free) == []


def test_a_booking_lives_on_though_the_session_does_not() -> None:
    one = session()
    booking = make_booking(one)
    assert sentences(checks.live_on_a_session_that_is_not) == []
    one.status, one.called_off_at = SessionStatus.CALLED_OFF, clock.now()
    assert sentences(checks.live_on_a_session_that_is_not) == [
        f"{one.ref}: {booking.ref} is live, though the session does not take place"
    ]


def test_an_offer_stands_past_its_time(wall_clock: WallClock) -> None:
    one = session()
    make_booking(one, state=BookingState.OFFERED, offered_until=clock.now() + timedelta(hours=4))
    assert sentences(checks.past_their_time) == []
    wall_clock.forward(hours=5)
    assert len(sentences(checks.past_their_time)) == 1


def test_a_move_left_both_places() -> None:
    person, course = make_person(), make_course()
    former = make_booking(session(course=course), person)
    wanted = make_booking(
        session(course=course), person, state=BookingState.WAITING, waiting_since=clock.now(), moves_from=former
    )
    assert sentences(checks.two_places_for_one_wait) == []
    wanted.state = BookingState.CONFIRMED
    assert sentences(checks.two_places_for_one_wait) == [
        f"{former.course_session.ref}: {former.ref} was moved to another date and is still live"
    ]


def test_a_wait_goes_on_after_another_date_gave_a_place() -> None:
    person, one = make_person(), session()
    wait = CourseWait(ref=f"W-{number()}", course=one.course, person=person)
    make_booking(one, person, state=BookingState.WAITING, waiting_since=clock.now(), course_wait=wait)
    assert sentences(checks.two_places_for_one_wait) == []
    wait.ended_at = clock.now()
    assert len(sentences(checks.two_places_for_one_wait)) == 1


def test_calendars_that_say_otherwise_than_the_session() -> None:
    one, person = session(), make_person()
    booking = book_place(COMMAND, one.id, person.id, declared=True)
    assert sentences(checks.invites_out_of_step) == []
    entry = db.session.query(CalendarEntry).filter_by(booking_id=booking.id).one()
    entry.starts_at -= timedelta(hours=1)
    assert sentences(checks.invites_out_of_step) == [
        f"{one.ref}: the calendar of {booking.ref} says otherwise than the session"
    ]
    entry.method = "CANCEL"
    assert sentences(checks.invites_out_of_step) == [f"{one.ref}: {booking.ref} has a place and no calendar entry"]
    booking.state, booking.cancelled_by, booking.cancelled_at = (
        BookingState.CANCELLED,
        CancelledBy.PERSON,
        clock.now(),
    )
    assert sentences(checks.invites_out_of_step) == []


def test_a_message_that_overtook_an_earlier_one() -> None:
    one, person = session(), make_person()
    booking = book_place(COMMAND, one.id, person.id, declared=True)
    db.session.flush()
    first = db.session.query(OutboxMessage).filter_by(about=f"booking:{booking.id}").one()
    second = _copy_of(first)
    assert sentences(checks.streams_out_of_order) == []
    second.state, second.sent_at = MessageState.SENT, clock.now()
    assert len(sentences(checks.streams_out_of_order)) == 1
    first.state, first.sent_at = MessageState.SENT, clock.now() + timedelta(minutes=1)
    assert len(sentences(checks.streams_out_of_order)) == 1
    first.sent_at = clock.now() - timedelta(minutes=1)
    assert sentences(checks.streams_out_of_order) == []


def test_a_change_that_nobody_was_told_of() -> None:
    one = session()
    change = SessionChange(course_session=one, was={}, tell_at=clock.now() - timedelta(minutes=10))
    db.session.add(change)
    assert sentences(checks.changes_untold) == [], "the worker has a quarter of an hour"
    change.tell_at = clock.now() - timedelta(minutes=20)
    assert sentences(checks.changes_untold) == [f"{one.ref}: a change waits to be told past its time"]
    change.told_at = clock.now()
    assert sentences(checks.changes_untold) == []


def test_messages_that_nobody_put_right_for_a_day(client: Client) -> None:
    failed, returned, fresh, aside = (put(f"message {number()}") for _ in range(4))
    long_ago = clock.now() - timedelta(hours=25)
    for message in (failed, fresh, aside):
        message.state, message.created_at = MessageState.FAILED, long_ago
    fresh.created_at = clock.now() - timedelta(hours=23)
    aside.put_right_at = clock.now()
    returned.state, returned.sent_at, returned.bounced_at = MessageState.SENT, long_ago, long_ago
    found = list(checks.messages_not_put_right())
    assert [finding.sentence for finding in found] == [
        f"Message {failed.id} failed",
        f"Message {returned.id} came back",
    ]
    key = failed.id
    db.session.commit()
    client.sign_in(make_person(role=Role.OFFICER))
    page = client.get("/desk/check")
    assert client.click(page, f"Message {key} failed").status == 200


def test_the_page_says_what_holds_and_leads_to_what_does_not(client: Client) -> None:
    one = session(capacity=0)
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    assert "Everything that was looked for holds" in client.get("/desk/check")
    make_booking(one)
    db.session.commit()
    page = client.get("/desk/check")
    assert "Does not hold: No session has more people than places" in page
    assert f"/desk/sessions/{one.ref}" in page.links.values()


def test_the_command_ends_with_one_where_something_is_broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    db.session.commit()
    well = CliRunner().invoke(main, ["check"])
    assert (well.exit_code, "BROKEN" in well.output) == (0, False)
    one = session(capacity=0)
    make_booking(one)
    db.session.commit()
    before = db.session.get_one(CourseSession, one.id).row_version
    broken = CliRunner().invoke(main, ["check"])
    assert broken.exit_code == 1
    assert f"{one.ref}: 1 places are held, and there are 0" in broken.output
    db.session.expire_all()
    assert db.session.get_one(CourseSession, one.id).row_version == before


@pytest.mark.parametrize("sessions", [1, 6])
def test_the_number_of_queries_does_not_grow_with_what_is_in_order(
    app: Flask, statements: list[str], sessions: int
) -> None:
    for _ in range(sessions):
        book_place(COMMAND, session().id, make_person().id, declared=True)
    db.session.commit()
    statements.clear()
    run_checks()
    assert len(statements) <= 16


def _copy_of(message: OutboxMessage) -> OutboxMessage:
    columns = {
        column.name: getattr(message, column.name)
        for column in OutboxMessage.__table__.columns
        if column.name not in ("id", "key", "message_id")
    }
    copy = OutboxMessage(key=f"{message.key}:again", message_id=f"{message.message_id}-again", **columns)
    db.session.add(copy)
    db.session.flush()
    return copy
