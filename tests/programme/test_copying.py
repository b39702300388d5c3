"""Copying a session copies what it is, never who is on it: every column and every table is on one list or the other."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import make_assignment, make_booking, make_person, make_session
from tests.pages import Client
from tests.programme.world import World, make_holiday, sessions_here
from training.bookings.models import Booking
from training.bookings.models_needs import BookingNeed
from training.catalogue.models import CourseStatus, Mode
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import RoleGrant
from training.programme.copying import (
    COPIED,
    LEFT_BEHIND,
    MOVED_ALONG,
    TABLES_COPIED,
    TABLES_LEFT_BEHIND,
    copy_session,
)
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    ListOrder,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes
from training.tables import METADATA


def test_every_column_of_a_session_is_copied_moved_along_or_left_behind_on_purpose() -> None:
    columns = {column.name for column in CourseSession.__table__.columns}
    assert columns == COPIED | MOVED_ALONG | LEFT_BEHIND.keys(), "say in programme/copying.py what a copy does with it"
    assert len(columns) == len(COPIED) + len(MOVED_ALONG) + len(LEFT_BEHIND), "one stands on two lists"


def test_every_table_that_leans_on_a_session_is_copied_or_left_behind_on_purpose() -> None:
    about = {CourseSession.__tablename__, SessionPart.__tablename__}
    leaning = {
        table.name
        for table in METADATA.tables.values()
        if any(link.column.table.name in about for link in table.foreign_keys)
    }
    assert leaning == TABLES_COPIED | TABLES_LEFT_BEHIND.keys(), "say in programme/copying.py what a copy does with it"


def full_session(world: World) -> CourseSession:
    """A hybrid session with everything that can be said of one, and people on it."""
    session = make_session(
        world.course, on=date(2026, 12, 8), days=2, venue=world.hall, mode=Mode.HYBRID, capacity=12,
        online_capacity=30, online_link="https://meet.example/old", joining_notes="Bring a pen.",
        list_order=ListOrder.FAIRNESS, booking_opens_at=clock.instant(date(2026, 11, 1), time(9)),
        booking_closes_at=clock.instant(date(2026, 12, 4), time(17)),
        applications_close_at=clock.instant(date(2026, 11, 27), time(17)), allotted_at=clock.now(),
        limits_until=clock.instant(date(2026, 12, 1), time(9)),
    )  # fmt: skip
    make_assignment(session, world.naomi)
    make_assignment(session, world.omar, TrainerPart.CO_TRAINER)
    make_assignment(session, make_person(role=Role.TRAINER), TrainerPart.SHADOW)
    db.session.add(BookingNeed(booking=make_booking(session), support="A loop"))
    db.session.commit()
    return session


def test_a_copy_is_what_the_session_is_and_has_nobody_on_it(desk: Client, world: World) -> None:
    assert desk
    session = full_session(world)
    copy = copy_session(COMMAND, session, 49)
    db.session.commit()
    assert times_of(copy) == [
        PartTimes(date(2027, 1, 26), time(9, 30), time(16)), PartTimes(date(2027, 1, 27), time(9, 30), time(16)),
    ]  # fmt: skip
    assert copy.status is SessionStatus.DRAFT
    assert all(getattr(copy, name) == getattr(session, name) for name in COPIED)
    assert copy.ref != session.ref
    assert copy.online_link == "to follow"
    assert copy.booking_opens_at == clock.instant(date(2026, 12, 20), time(9))
    assert copy.booking_closes_at == clock.instant(date(2027, 1, 22), time(17))
    assert copy.applications_close_at == clock.instant(date(2027, 1, 15), time(17))
    assert (copy.allotted_at, copy.limits_until, copy.publish_at, copy.published_at) == (None, None, None, None)
    assert db.session.scalars(select(TrainerAssignment).where(TrainerAssignment.session_id == copy.id)).all() == []
    assert db.session.scalars(select(Booking.session_id)).all() == [session.id]


def test_a_moment_that_would_have_passed_is_left_out(desk: Client, world: World) -> None:
    assert desk
    copy = copy_session(COMMAND, full_session(world), 14)
    assert copy.booking_opens_at is None
    assert copy.booking_closes_at == clock.instant(date(2026, 12, 18), time(17))


def test_a_copy_over_a_clock_change_keeps_the_times_of_the_clock(desk: Client, world: World) -> None:
    assert desk
    session = make_session(
        world.course, on=date(2027, 3, 23), venue=world.hall,
        booking_closes_at=clock.instant(date(2027, 3, 19), time(17)),
    )  # fmt: skip
    copy = copy_session(COMMAND, session, 14)
    assert clock.local(copy.starts_at).time() == time(9, 30)
    assert copy.booking_closes_at == clock.instant(date(2027, 4, 2), time(17))


def test_the_same_trainers_are_asked_only_where_that_is_ticked_and_only_those_of_the_pool(
    desk: Client, world: World
) -> None:
    session = full_session(world)
    gone = update(RoleGrant).where(RoleGrant.person_id == world.omar_id).values(to_on=date(2026, 1, 1))
    db.session.execute(gone)
    db.session.commit()
    page = desk.click(desk.get(f"/desk/sessions/{session.ref}"), "Copy this session")
    assert "That is Naomi Fletcher." in page
    assert "Omar Reid is no longer in the training pool" in page
    answers = {"on-day": "26", "on-month": "1", "on-year": "2027", "ask_trainers": "yes"}
    shown = desk.submit(page, answers, form="main form", follow=True)
    assert "The copy is drafted." in shown.flashes[0]
    copy = sessions_here()[-1]
    assert [(each.person_id, each.part, each.state) for each in copy.trainers] == [
        (world.naomi_id, TrainerPart.LEAD, AssignmentState.ASKED)
    ]


def test_the_page_refuses_what_cannot_be_and_warns_of_the_day(desk: Client, world: World) -> None:
    make_holiday("Half term", date(2027, 2, 15), date(2027, 2, 19))
    session = make_session(world.course, on=date(2026, 12, 8), venue=world.hall)
    db.session.commit()
    address = f"/desk/sessions/{session.ref}/copy"
    page = desk.submit(desk.get(address), {}, form="main form", status=400)
    assert page.errors == ["Enter the first day of the copy"]
    past = {"on-day": "1", "on-month": "11", "on-year": "2026"}
    page = desk.submit(page, past, form="main form", status=400)
    assert page.errors == ["The first day of the copy must be today or later"]
    closed = {"on-day": "16", "on-month": "2", "on-year": "2027"}
    page = desk.submit(page, closed, form="main form", follow=True)
    assert page.flashes[1] == "16 Feb 2027 is in the school holidays: Half term."
    desk.get("/desk/sessions/NO-0000/copy", 404)


def test_a_session_of_a_retired_course_is_not_copied(app: Flask, desk: Client, world: World) -> None:
    assert app
    assert desk
    session = make_session(world.course, venue=world.hall)
    world.course.status = CourseStatus.RETIRED
    db.session.commit()
    with pytest.raises(Refused, match="retired"):
        copy_session(COMMAND, session, 7)
