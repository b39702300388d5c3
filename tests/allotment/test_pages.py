"""The desk's pages of limits and applications: what they show, refuse and do."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_agency, make_person, make_session
from tests.pages import Client
from training.allotment.operations import allot_places
from training.bookings.models import Booking, BookingState
from training.bookings.models_agencies import AgencyLimit
from training.bookings.operations import book_place
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.schedule.models import CourseSession


@pytest.fixture
def course_session(app: Flask, wall_clock: WallClock) -> CourseSession:
    """A session with two places for which people apply for a week."""
    wall_clock.set("2026-11-02 10:00")
    found = make_session(on=date(2026, 12, 7), capacity=2)
    found.applications_close_at = clock.instant(date(2026, 11, 9), clock.local(clock.now()).time())
    db.session.commit()
    return found


@pytest.fixture
def desk(client: Client, course_session: CourseSession) -> Client:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def applied(course_session: CourseSession, count: int) -> list[Booking]:
    agency = make_agency("Hospital trust")
    bookings = [
        book_place(COMMAND, course_session.id, make_person(agency=agency).id, declared=True) for _ in range(count)
    ]
    db.session.commit()
    return bookings


def test_limits_are_set_changed_and_taken_away(desk: Client, course_session: CourseSession) -> None:
    agency = make_agency("Hospital trust")
    db.session.commit()
    address = f"/desk/sessions/{course_session.ref}/limits"
    page = desk.get(address)
    assert "No agency has a limit on this session" in page
    wanted = {"group": f"agency:{agency.id}", "least": "1", "most": "2"}
    page = desk.post(address, wanted, 200, follow=True)
    assert "The limit is saved." in page
    assert page.rows() == [["Hospital trust", "1", "2", "0", "Remove the limit of Hospital trust"]]
    desk.post(address, {**wanted, "least": "", "most": "1"}, 200, follow=True)
    limit = db.session.scalars(select(AgencyLimit)).one()
    assert (limit.least, limit.most) == (0, 1)
    key = limit.id
    db.session.rollback()
    page = desk.post(f"{address}/{key}/remove", {}, 200, follow=True)
    assert "The limit is gone." in page
    assert db.session.scalars(select(AgencyLimit)).all() == []
    db.session.rollback()
    desk.post(f"{address}/{key}/remove", {}, status=404)


@pytest.mark.parametrize(
    ("least", "most", "message"),
    [
        ("", "", "Enter the least places, the most places or both"),
        ("3", "", "The least places of all groups would be 3, and the session has 2 places"),
        ("2", "1", "The most places must be the least places or more"),
        ("many", "", "least places must be a whole number"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_the_field(
    desk: Client, course_session: CourseSession, least: str, most: str, message: str
) -> None:
    agency = make_agency()
    db.session.commit()
    typed = {"group": f"agency:{agency.id}", "least": least, "most": most}
    page = desk.post(f"/desk/sessions/{course_session.ref}/limits", typed, status=400)
    assert any(message.lower() in error.lower() for error in page.errors), page.errors


def test_nobody_is_counted_in_two_groups(desk: Client, course_session: CourseSession) -> None:
    agency = make_agency()
    db.session.add(AgencyLimit(session_id=course_session.id, sector=agency.sector, least=1))
    db.session.commit()
    typed = {"group": f"agency:{agency.id}", "least": "1", "most": ""}
    page = desk.post(f"/desk/sessions/{course_session.ref}/limits", typed, status=400)
    assert f"Some of these agencies are counted in {agency.sector.name} already" in page.errors


def test_the_limits_end_at_a_moment_before_the_session(desk: Client, course_session: CourseSession) -> None:
    address = f"/desk/sessions/{course_session.ref}/limits"
    page = desk.get(address)
    version = page.one("form[action$=until] input[name=row_version]")["value"]
    moment = {"until-day": "30", "until-month": "11", "until-year": "2026", "until_time": "noon"}
    desk.post(f"{address}/until", {**moment, "row_version": str(version)}, 200, follow=True)
    db.session.expire_all()
    assert db.session.get_one(CourseSession, course_session.id).limits_until == clock.instant(
        date(2026, 11, 30), clock.local(clock.now()).time().replace(hour=12)
    )
    db.session.rollback()
    stale = desk.post(f"{address}/until", {**moment, "row_version": str(version)}, status=400)
    assert "Somebody has changed this session since you opened the page" in stale


def test_the_desk_sees_what_it_would_come_to_and_what_it_came_to(
    desk: Client, course_session: CourseSession, wall_clock: WallClock
) -> None:
    bookings = applied(course_session, 3)
    names = [booking.person.name for booking in bookings]
    page = desk.get(f"/desk/sessions/{course_session.ref}/applications")
    assert "This is what it would come to now." in page
    assert [row[3] for row in page.rows()] == ["A place", "A place", "Waiting"]
    assert sorted(row[0] for row in page.rows()) == sorted(names)
    wall_clock.set("2026-11-09 10:01")
    allot_places(COMMAND, course_session.id)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{course_session.ref}/applications")
    assert "it gives the same answer" in page
    assert [row[3] for row in page.rows()] == ["A place", "A place", "Waiting"]


def test_everybody_reads_why_on_the_page_of_their_booking(
    client: Client, course_session: CourseSession, wall_clock: WallClock
) -> None:
    booking = applied(course_session, 1)[0]
    ref, person = booking.ref, booking.person
    client.sign_in(person)
    assert "You have applied. Places are given out after Monday 9 November 2026 at 10am." in client.get(
        f"/my/bookings/{ref}"
    )
    wall_clock.set("2026-11-09 10:01")
    allot_places(COMMAND, course_session.id)
    db.session.commit()
    assert "Why: Places are shared fairly" in client.get(f"/my/bookings/{ref}")


def test_an_officer_gives_somebody_the_place_of_another(
    desk: Client, course_session: CourseSession, wall_clock: WallClock
) -> None:
    applied(course_session, 3)
    wall_clock.set("2026-11-09 10:01")
    allot_places(COMMAND, course_session.id)
    db.session.commit()
    waiting, holder = (
        db.session.scalars(select(Booking).where(Booking.state == state).order_by(Booking.id)).first()
        for state in (BookingState.WAITING, BookingState.CONFIRMED)
    )
    assert waiting is not None
    assert holder is not None
    wanted, loses, given, taken = waiting.ref, holder.ref, waiting.id, holder.id
    db.session.rollback()
    address = f"/desk/bookings/{wanted}/decide-otherwise"
    page = desk.post(address, {"take": loses, "reason": ""}, status=400)
    assert "Enter why you decide otherwise" in page.errors
    page = desk.post(address, {"take": loses, "reason": "Leads the new team"}, 200, follow=True)
    assert "Decided otherwise: Leads the new team" in page
    assert db.session.get_one(Booking, given).state is BookingState.CONFIRMED
    assert db.session.get_one(Booking, taken).state is BookingState.WAITING
    db.session.rollback()
    assert "no longer waits" in desk.get(address)


def test_there_is_nothing_to_decide_where_nobody_applies(desk: Client) -> None:
    plain = make_session(on=date(2026, 12, 14))
    booking = book_place(COMMAND, plain.id, make_person().id, declared=True)
    db.session.commit()
    desk.get(f"/desk/sessions/{plain.ref}/applications", status=404)
    desk.get(f"/desk/bookings/{booking.ref}/decide-otherwise", status=404)
