"""What a person's own calendar shows, and that it is theirs alone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.calendars.reading import entries, new_address
from tests.conftest import WallClock
from tests.factories import make_assignment, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.bookings.operations import book_place, cancel_booking
from training.bookings.ticks_trainers import invite_trainers
from training.catalogue.models import Mode
from training.changes.operations_call_off import call_off_session
from training.changes.operations_move import move_session
from training.changes.operations_telling import tell_now
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment, TrainerPart
from training.schedule.rules import PartTimes

LINK = "https://meet.example/secret"


def uids_in_mail() -> list[str]:
    return list(db.session.scalars(select(CalendarEntry.uid).order_by(CalendarEntry.id)))


def test_booked_days_stand_in_it_under_the_uids_of_their_invitations(app: Flask, client: Client) -> None:
    person = make_person()
    year = clock.today().year + 1
    summer = make_session(make_course("Neglect"), on=date(year, 7, 1), days=2)
    winter = make_session(make_course("Online safety", mode=Mode.VIRTUAL), on=date(year, 12, 1), online_link=LINK)
    make_booking(summer, make_person("Somebody", "Else"))
    booking_ids = [book_place(COMMAND, one.id, person.id, declared=True).id for one in (summer, winter)]
    db.session.commit()
    first, second, third = entries(app, new_address(client, person))
    assert [entry.uid.value for entry in (first, second, third)] == uids_in_mail()
    assert [entry.summary.value for entry in (first, second)] == ["Neglect (day 1 of 2)", "Neglect (day 2 of 2)"]
    assert third.dtstart.value.astimezone(UTC) == datetime(year, 12, 1, 9, 30, tzinfo=UTC)
    assert first.dtstart.value.astimezone(UTC) == datetime(year, 7, 1, 8, 30, tzinfo=UTC)
    assert third.description.value.startswith(f"Join online: {LINK}")
    reference = db.session.get_one(Booking, booking_ids[1]).ref
    assert third.url.value == f"http://localhost/my/bookings/{reference}"
    assert {entry.status.value for entry in (first, second, third)} == {"CONFIRMED"}
    for entry in (first, second, third):
        assert "attendee" not in entry.contents
        assert "organizer" not in entry.contents


def test_it_can_be_subscribed_to(app: Flask, client: Client) -> None:
    from_client = new_address(client, make_person())
    lines = client.get(from_client).body.decode().split("\r\n")
    assert "METHOD" not in "".join(lines)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT4H" in lines
    assert "X-PUBLISHED-TTL:PT4H" in lines
    assert "NAME:My training: Safeguarding Children Partnership" in lines
    assert "X-WR-CALNAME:My training: Safeguarding Children Partnership" in lines


@pytest.mark.parametrize(
    ("columns", "begins"),
    [
        ({"state": BookingState.WAITING, "waiting_since": clock.now()}, "Waiting list: "),
        ({"state": BookingState.APPLIED}, "Applied: "),
        ({"state": BookingState.OFFERED, "offered_until": clock.now() + timedelta(days=1)}, "Offered: "),
        (
            {"state": BookingState.AWAITING_AGREEMENT, "agreement_until": clock.now() + timedelta(days=1)},
            "Waiting for agreement: ",
        ),
    ],
)
def test_what_is_not_sure_is_tentative_and_says_nothing_for_people_with_a_place(
    app: Flask, client: Client, columns: dict[str, object], begins: str
) -> None:
    person = make_person()
    session = make_session(make_course("Neglect", mode=Mode.VIRTUAL), online_link=LINK, joining_notes="Room code 4711")
    make_booking(session, person, confirmed_at=None, **columns)
    db.session.commit()
    [entry] = entries(app, new_address(client, person))
    assert entry.summary.value == f"{begins}Neglect"
    assert (entry.status.value, entry.transp.value) == ("TENTATIVE", "TRANSPARENT")
    assert LINK not in entry.description.value
    assert "4711" not in entry.description.value


def test_a_place_held_for_a_moment_stands_in_no_calendar(app: Flask, client: Client) -> None:
    person = make_person()
    make_booking(
        make_session(),
        person,
        state=BookingState.HELD,
        confirmed_at=None,
        held_until=clock.now() + timedelta(minutes=9),
    )
    db.session.commit()
    assert entries(app, new_address(client, person)) == []


def test_what_the_person_cancelled_is_gone(app: Flask, client: Client) -> None:
    person = make_person()
    booking_id = book_place(COMMAND, make_session().id, person.id, declared=True).id
    db.session.commit()
    address = new_address(client, person)
    assert len(entries(app, address)) == 1
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    assert entries(app, address) == []


def test_a_trainer_sees_what_they_accepted_to_teach(app: Flask, client: Client) -> None:
    trainer = make_person("Tess")
    lead, shadow = make_session(make_course("Neglect")), make_session(make_course("Online safety"), days=2)
    make_assignment(lead, trainer)
    make_assignment(shadow, trainer, TrainerPart.SHADOW)
    for state in (AssignmentState.ASKED, AssignmentState.DECLINED, AssignmentState.WITHDRAWN):
        make_assignment(make_session(), trainer, state=state)
    make_assignment(make_session(status=SessionStatus.DRAFT, published_at=None), trainer)
    db.session.commit()
    invite_trainers()
    found = entries(app, new_address(client, trainer))
    assert sorted(entry.summary.value for entry in found) == [
        "Shadowing: Online safety (day 1 of 2)", "Shadowing: Online safety (day 2 of 2)", "Teaching: Neglect",
    ]  # fmt: skip
    assert sorted(entry.uid.value for entry in found) == sorted(uids_in_mail())


def test_what_is_called_off_stays_for_thirty_days_for_learners_and_trainers(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-21 12:00")
    person, trainer, gone = make_person(), make_person("Tess"), make_person()
    session = make_session(make_course("Neglect", mode=Mode.VIRTUAL), on=date(2026, 12, 24), online_link=LINK)
    make_assignment(session, trainer)
    session_id = session.id
    book_place(COMMAND, session_id, person.id, declared=True)
    cancel_booking(COMMAND, book_place(COMMAND, session_id, gone.id, declared=True).id)
    db.session.commit()
    invite_trainers()
    addresses = [new_address(client, each) for each in (person, trainer, gone)]
    before = [entry for address in addresses for entry in entries(app, address)]
    assert len(before) == 2
    wall_clock.forward(hours=1)
    call_off_session(COMMAND, session_id, "Snow")
    db.session.commit()
    after = [entry for address in addresses for entry in entries(app, address)]
    assert [entry.uid.value for entry in after] == [entry.uid.value for entry in before]
    assert [entry.summary.value for entry in after] == ["CANCELLED: Neglect", "CANCELLED: Teaching: Neglect"]
    for entry, earlier in zip(after, before, strict=True):
        assert entry.status.value == "CANCELLED"
        assert int(entry.sequence.value) == int(earlier.sequence.value) + 1
        assert entry.dtstamp.value > earlier.dtstamp.value
        assert LINK not in entry.description.value
    wall_clock.set("2026-12-21 12:59")
    assert [len(entries(app, address)) for address in addresses] == [1, 1, 0]
    wall_clock.set("2026-12-21 13:01")
    assert [len(entries(app, address)) for address in addresses] == [0, 0, 0]


def test_a_moved_session_moves_in_it_with_the_sequence_of_the_new_invitation(app: Flask, client: Client) -> None:
    person, session = make_person(), make_session(make_course("Neglect"))
    session_id, venue = session.id, session.venue_id
    part = PartTimes(session.parts[0].on + timedelta(days=1), time(10), time(15))
    book_place(COMMAND, session_id, person.id, declared=True)
    db.session.commit()
    address = new_address(client, person)
    [before] = entries(app, address)
    move_session(COMMAND, session_id, [part], venue_id=venue, online_link="")
    tell_now(COMMAND, session_id)
    db.session.commit()
    [after] = entries(app, address)
    assert after.dtstart.value.astimezone(UTC) == part.starts_at
    assert (after.uid.value, int(after.sequence.value)) == (before.uid.value, 1)


def test_past_sessions_stay_for_a_year(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-21 12:00")
    person = make_person()
    make_booking(make_session(make_course("Last week"), on=date(2026, 11, 14)), person)
    make_booking(make_session(make_course("Long ago"), on=date(2025, 11, 1)), person)
    db.session.commit()
    assert [entry.summary.value for entry in entries(app, new_address(client, person))] == ["Last week"]


def test_somebody_whose_invitation_was_taken_back_and_who_comes_gets_an_entry_of_its_own(
    app: Flask, client: Client
) -> None:
    """Their address is that of the organiser, to which nobody is invited."""
    person = make_person()
    book_place(COMMAND, make_session().id, person.id, declared=True)
    db.session.commit()
    entry = db.session.scalars(select(CalendarEntry)).one()
    entry.method, invited = "CANCEL", entry.uid
    db.session.commit()
    [shown] = entries(app, new_address(client, person))
    assert shown.uid.value != invited
    assert shown.status.value == "CONFIRMED"


def test_it_costs_the_same_for_three_sessions_and_for_thirty(app: Flask, client: Client, statements: list[str]) -> None:
    person = make_person()

    def add(count: int) -> None:
        kept = db.session.get_one(Person, person_id)
        for _ in range(count):
            book_place(COMMAND, make_session(days=2).id, kept.id, declared=True)
            db.session.commit()
            make_assignment(db.session.get_one(CourseSession, make_session().id), kept)
            db.session.commit()

    db.session.commit()
    person_id = person.id
    address = new_address(client, person)
    add(3)
    client.get(address)
    statements.clear()
    client.get(address)
    few = len(statements)
    add(27)
    client.get(address)
    statements.clear()
    client.get(address)
    assert len(statements) == few
    assert db.session.query(TrainerAssignment).count() == 30
