"""Weekly digests: on Monday mornings, to whoever has something to read, once, and never when they have grown old."""

from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.agencies.models import Agency
from training.attendance.models import Mark, Presence, Register
from training.bookings.models import BookingState
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.homes.digests import HOUR, SENT, due_digests, write_digest
from training.homes.models import DigestKind, DigestOff
from training.homes.ticks_digests import send_digests
from training.people.models import Employment, Person, RoleGrant, Standing
from training.schedule.models import AssignmentState

MONDAY = "2026-11-23 07:00"


@pytest.fixture(autouse=True)
def week_before(wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-19 10:00")


def lead_of(agency: Agency) -> Person:
    lead = make_person("Leah", "Lead", agency=agency)
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2020, 1, 1)))
    db.session.flush()
    return lead


def digests() -> list[OutboxMessage]:
    found = select(OutboxMessage).where(OutboxMessage.kind.startswith("homes.digest")).order_by(OutboxMessage.id)
    return list(db.session.scalars(found))


def led_agency() -> Agency:
    """An agency whose lead has something to read: somebody comes."""
    agency = make_agency("Sandby Trust")
    lead_of(agency)
    make_booking(make_session(make_course("Working together"), on=date(2026, 12, 3)), make_person(agency=agency))
    db.session.commit()
    return agency


def test_a_lead_reads_who_comes_who_waits_who_was_absent_and_what_is_asked(app: Flask, wall_clock: WallClock) -> None:
    agency = make_agency("Sandby Trust")
    lead = lead_of(agency)
    session = make_session(make_course("Working together"), on=date(2026, 12, 3))
    for given in ("Priya", "Sam"):
        make_booking(session, make_person(given, "Nair", agency=agency))
    waits = make_booking(session, make_person("Tom", "Reed", agency=agency))
    waits.state, waits.waiting_since = BookingState.WAITING, clock.now()
    make_booking(session, make_person("Olu", "Elsewhere", agency=make_agency()))
    make_booking(make_session(on=date(2027, 1, 20)), make_person("Far", "Away", agency=agency))
    past = make_session(make_course("Neglect"), on=date(2026, 11, 18))
    absent = make_booking(past, make_person("Ann", "Absent", agency=agency))
    part = past.parts[0]
    db.session.add_all([
        Register(part_id=part.id, closed_at=clock.now()),
        Mark(part_id=part.id, booking_id=absent.id, presence=Presence.ABSENT, source="register"),
    ])  # fmt: skip
    asked = make_person("New", "Comer")
    asked.employments.append(
        Employment(agency=agency, job_role="Nurse", from_on=date(2026, 1, 1), standing=Standing.ASKED)
    )
    db.session.commit()
    to = lead.address
    wall_clock.set(MONDAY)
    assert send_digests() == 1
    [message] = digests()
    assert (message.recipient_address, message.subject) == (
        to, "Your agency’s training this week: 2 booked, 1 waiting, 1 not there, 1 to answer",
    )  # fmt: skip
    text = message.body_text
    assert "* 3 Dec 2026, Working together: Priya Nair and Sam Nair" in text
    assert "* 3 Dec 2026, Working together: Tom Reed" in text
    assert "* Ann Absent: Neglect, 18 Nov 2026" in text
    assert "* 1 person who says they work for you" in text
    for hidden in ("Olu", "Far Away"):
        assert hidden not in text
    assert "/my/account/digests" in text
    assert message.not_after == clock.instant(date(2026, 11, 24), clock.local(clock.now()).time().replace(hour=12))


def test_a_lead_is_told_how_many_bookings_wait_for_them(app: Flask, wall_clock: WallClock) -> None:
    agency = make_agency()
    lead_of(agency)
    booking = make_booking(make_session(on=date(2026, 12, 10)), make_person(agency=agency))
    booking.state, booking.agreement = BookingState.AWAITING_AGREEMENT, Agreement.ASKED
    booking.agreement_asked_at, booking.agreement_until = clock.now(), clock.now() + timedelta(days=9)
    db.session.commit()
    wall_clock.set(MONDAY)
    assert send_digests() == 1
    assert "* 1 booking to agree to" in digests()[0].body_text


def test_a_trainer_reads_what_they_teach_and_what_they_are_asked(app: Flask, wall_clock: WallClock) -> None:
    trainer = make_person("Naomi", role=Role.TRAINER)
    session = make_session(make_course("Working together"), on=date(2026, 12, 3), capacity=20)
    make_assignment(session, trainer)
    make_booking(session)
    asked = make_session(make_course("Neglect"), on=date(2026, 12, 8))
    make_assignment(asked, trainer, state=AssignmentState.ASKED)
    db.session.commit()
    wall_clock.set(MONDAY)
    assert send_digests() == 1
    [message] = digests()
    assert message.subject == "What you teach: 1 session, 1 to answer"
    assert "Working together" in message.body_text
    assert "1 person booked of 20." in message.body_text
    assert "Neglect" in message.body_text


def test_an_officer_reads_counts_and_thin_sessions_but_no_names(app: Flask, wall_clock: WallClock) -> None:
    make_person("Ruth", role=Role.OFFICER)
    make_booking(make_session(make_course("Thin", minimum=8), on=date(2026, 12, 3)), make_person("Priya", "Nair"))
    db.session.commit()
    wall_clock.set(MONDAY)
    assert send_digests() == 1
    text = digests()[0].body_text
    assert "* 1 session without two trainers" in text
    assert "1 booked, at least 8 wanted" in text
    assert "Priya" not in text


def test_nothing_to_say_is_no_message_and_is_not_looked_for_again(app: Flask, wall_clock: WallClock) -> None:
    lead_of(make_agency())
    db.session.commit()
    wall_clock.set(MONDAY)
    assert len(due_digests()) == 1
    assert send_digests() == 0
    assert due_digests() == []
    assert digests() == []


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-11-22 23:59", 0),
        ("2026-11-23 06:59", 0),
        ("2026-11-23 07:00", 1),
        ("2026-11-24 11:59", 1),
        ("2026-11-24 12:00", 0),
        ("2026-11-26 09:00", 0),
    ],
)
def test_they_go_on_monday_and_not_when_the_week_is_old(
    app: Flask, wall_clock: WallClock, moment: str, sent: int
) -> None:
    led_agency()
    wall_clock.set(moment)
    assert send_digests() == sent
    assert send_digests() == 0


def test_the_next_week_has_its_own(app: Flask, wall_clock: WallClock) -> None:
    led_agency()
    wall_clock.set(MONDAY)
    assert send_digests() == 1
    wall_clock.set("2026-11-30 07:00")
    assert send_digests() == 1
    assert [message.key.rpartition(":")[2] for message in digests()] == ["2026-W48", "2026-W49"]


def test_two_workers_write_one(app: Flask, wall_clock: WallClock) -> None:
    led_agency()
    wall_clock.set(MONDAY)
    [(kind, person_id)] = due_digests()
    outcomes = run_at_once(app, [[partial(write_digest, kind, person_id)]] * 4)
    assert sorted(outcome.returned for outcome in outcomes) == ["False", "False", "False", "True"]
    assert len(digests()) == 1


def test_a_kind_can_be_switched_off_and_the_hour_be_set(app: Flask, wall_clock: WallClock) -> None:
    led_agency()
    change_setting(COMMAND, HOUR, 9)
    db.session.commit()
    wall_clock.set("2026-11-23 08:59")
    assert send_digests() == 0
    change_setting(COMMAND, SENT[DigestKind.LEAD], value=False)
    db.session.commit()
    wall_clock.set("2026-11-23 09:00")
    assert send_digests() == 0
    change_setting(COMMAND, SENT[DigestKind.LEAD], value=True)
    db.session.commit()
    assert send_digests() == 1


def test_whose_time_as_lead_is_over_gets_none(app: Flask, wall_clock: WallClock) -> None:
    led_agency()
    grant = db.session.scalars(select(RoleGrant)).one()
    grant.to_on = date(2026, 11, 20)
    db.session.commit()
    wall_clock.set(MONDAY)
    assert send_digests() == 0


def test_a_person_turns_theirs_off_and_on(client: Client, wall_clock: WallClock) -> None:
    led_agency()
    lead = db.session.scalars(select(RoleGrant)).one().person
    client.sign_in(lead)
    assert "Choose which weekly messages you get" in client.get("/my/account")
    page = client.get("/my/account/digests")
    assert [box["value"] for box in page.select("input[type=checkbox][checked]")] == ["lead"]
    done = client.submit(page, {"kinds": []}, follow=True)
    assert done.flashes == ["We have noted which weekly messages you want."]
    assert db.session.scalars(select(DigestOff.kind)).all() == [DigestKind.LEAD]
    wall_clock.set(MONDAY)
    assert send_digests() == 0
    client.submit(client.get("/my/account/digests"), {"kinds": ["lead"]}, follow=True)
    db.session.expire_all()
    assert db.session.scalars(select(DigestOff.kind)).all() == []
    assert send_digests() == 1


def test_a_digest_that_is_not_for_one_cannot_be_chosen(client: Client) -> None:
    person = make_person()
    db.session.commit()
    client.sign_in(person)
    assert "None of them is for you at the moment." in client.get("/my/account/digests")
    client.sign_out()
    led_agency()
    client.sign_in(db.session.scalars(select(RoleGrant)).one().person)
    page = client.get("/my/account/digests")
    fields = {str(field["name"]): str(field["value"]) for field in page.select("form input[type=hidden]")}
    client.post("/my/account/digests", {**fields, "kinds": ["desk"]}, status=400)
    assert db.session.scalars(select(DigestOff.kind)).all() == []
