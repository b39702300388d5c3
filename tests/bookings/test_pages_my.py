"""The pages on which people book, look, cancel and answer offers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select

from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.operations import book_place, cancel_booking
from training.catalogue.models import Agreement, Mode
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Employment, Person, Standing
from training.people.models_workforce import WorkforceGroup
from training.schedule.models import CourseSession


def signed_in(client: Client, **options: Any) -> Person:
    person = make_person(agency=make_agency(), **options)
    db.session.commit()
    client.sign_in(person)
    return person


def booked(course_session: CourseSession, *people: Person) -> list[Booking]:
    bookings = [book_place(COMMAND, course_session.id, person.id, declared=True) for person in people]
    db.session.commit()
    return bookings


def test_booking_takes_one_page_and_ends_where_the_place_is_told(client: Client) -> None:
    course_session = make_session(make_course("Working together", agreement=Agreement.DECLARED))
    person = signed_in(client)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "Social worker" in page
    assert "You can cancel in time until the end of" in page
    page = client.submit(page, {}, button="Book a place", status=400)
    assert page.errors == ["Confirm that you have your line manager’s agreement"]
    shown = client.submit(page, {"declared": "yes"}, button="Book a place", follow=True)
    assert "You are booked." in shown
    assert shown.flashes == [f"The place is booked. We have written to {person.address}."]
    assert db.session.scalars(select(Booking.state)).all() == [BookingState.CONFIRMED]


def test_anonymous_visitors_sign_in_and_come_back(client: Client) -> None:
    course_session = make_session()
    db.session.commit()
    page = client.get(f"/sessions/{course_session.ref}/book", follow=True)
    assert page.url == f"/sessions/{course_session.ref}/book/new"
    assert page.select(f'main a[href$="next=/sessions/{course_session.ref}/book"]')


def test_a_form_that_is_sent_twice_books_once_and_mails_once(client: Client) -> None:
    course_session = make_session()
    signed_in(client)
    page = client.get(f"/sessions/{course_session.ref}/book")
    first = client.submit(page, {}, button="Book a place")
    second = client.submit(page, {}, button="Book a place")
    assert first.location == second.location
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_a_full_session_says_so_and_the_waiting_list_says_which_place(client: Client) -> None:
    course_session = make_session(capacity=1)
    booked(course_session, make_person(), make_person())
    signed_in(client)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "This session is full" in page
    assert "One person is waiting." in page
    shown = client.submit(page, {}, button="Join the waiting list", follow=True)
    assert "You are on the waiting list, second in order of asking." in shown
    assert "second in order of asking" in client.get("/my/bookings")


def test_somebody_with_two_jobs_is_asked_in_which_they_come(client: Client) -> None:
    course_session = make_session()
    person = make_person(agency=make_agency("Police"))
    person.employments.append(
        Employment(
            agency=make_agency("Hill School"), job_role="Governor", from_on=clock.today(), standing=Standing.VOUCHED
        )
    )
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert client.submit(page, {}, button="Book a place", status=400).errors == [
        "Select the role in which you are coming"
    ]
    for tampered in ("999999", "x"):
        failed = client.post(f"/sessions/{course_session.ref}/book", {"employment": tampered}, 400)
        assert failed.errors == ["Select the role in which you are coming"]
    governor = person.employments[1].id
    client.submit(page, {"employment": str(governor)}, button="Book a place")
    assert db.session.scalars(select(Booking.job_role)).one() == "Governor"


def test_warnings_name_the_other_booking_and_lead_on(client: Client) -> None:
    group = WorkforceGroup(number=71, name="Police officers")
    day = clock.today() + timedelta(days=28)
    other = make_session(make_course("Other course"), on=day)
    course_session = make_session(make_course(audience=[group]), on=day)
    person = make_person(agency=make_agency())
    own = WorkforceGroup(number=72, name="Teachers")
    person.employments[0].workforce_group = own
    booked(other, person)
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "You have something else in these hours: “Other course”" in page
    assert "meant for other roles than yours" in page
    assert "Book a place" in page.buttons


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"booking_opens_at": timedelta(days=1)}, "Booking opens on"),
        ({"booking_closes_at": timedelta(days=-1)}, "Booking closed on"),
    ],
)
def test_what_cannot_be_booked_says_why_and_does_nothing(
    client: Client, columns: dict[str, timedelta], sentence: str
) -> None:
    moments: dict[str, Any] = {name: clock.now() + ahead for name, ahead in columns.items()}
    course_session = make_session(**moments)
    signed_in(client)
    assert sentence in client.get(f"/sessions/{course_session.ref}/book")
    assert sentence in client.post(f"/sessions/{course_session.ref}/book", {}, 409)
    assert db.session.scalars(select(Booking)).all() == []


def test_cancelling_says_before_the_button_whether_it_is_late(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    course_session = make_session(on=clock.today() + timedelta(days=21))
    person = signed_in(client)
    [booking] = booked(course_session, person)
    assert "You can cancel in time until the end of Wednesday 18 November 2026" in client.get(
        f"/my/bookings/{booking.ref}/cancel"
    )
    wall_clock.set("2026-11-19 10:00")
    client.sign_in(person)
    page = client.get(f"/my/bookings/{booking.ref}/cancel")
    assert "If you cancel now it counts as a late cancellation" in page
    shown = client.submit(page, {"reason": "Court"}, button="Cancel your booking", follow=True)
    assert "You cancelled this booking." in shown
    assert "It counts as a late cancellation." in shown
    assert "Book again" in shown.links
    client.get(f"/my/bookings/{booking.ref}/cancel", 302)


def test_bookings_of_other_people_do_not_exist(client: Client) -> None:
    [booking] = booked(make_session(), make_person())
    signed_in(client)
    for path in ("", "/cancel", "/days/1.ics"):
        client.get(f"/my/bookings/{booking.ref}{path}", 404)
    for path in ("/cancel", "/answer", "/take-place"):
        client.post(f"/my/bookings/{booking.ref}{path}", {"answer": "take"}, 404)
    client.get("/sessions/NO-SUCH/book", 404)


def test_the_link_to_join_and_the_calendar_file_are_for_people_with_a_place(client: Client) -> None:
    course_session = make_session(make_course(mode=Mode.VIRTUAL), capacity=1, online_link="https://meet.example/room")
    person, waiting = make_person(), make_person()
    first, second = booked(course_session, person, waiting)
    client.sign_in(person)
    page = client.get(f"/my/bookings/{first.ref}")
    assert page.links["Join online"] == "https://meet.example/room"
    calendar = client.get(f"/my/bookings/{first.ref}/days/1.ics")
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    uid = re.search(rb"UID:(\S+)", calendar.body)
    assert uid is not None
    assert (
        uid[1].decode()
        == db.session.scalars(select(OutboxMessage.calendar_uid).where(OutboxMessage.calendar_uid.is_not(None))).one()
    )
    client.get(f"/my/bookings/{first.ref}/days/2.ics", 404)
    client.sign_in(waiting)
    page = client.get(f"/my/bookings/{second.ref}")
    assert b"meet.example" not in page.body
    client.get(f"/my/bookings/{second.ref}/days/1.ics", 404)


def offered(wall_clock: WallClock) -> tuple[Person, Booking]:
    """Somebody on a waiting list who has just been offered a place."""
    wall_clock.set("2026-11-02 10:00")
    course_session = make_session(on=clock.today() + timedelta(days=21), capacity=1)
    person = make_person(agency=make_agency())
    first, second = booked(course_session, make_person(), person)
    wall_clock.set("2026-11-20 09:00")
    cancel_booking(COMMAND, first.id)
    db.session.commit()
    return person, second


def test_an_offer_is_answered_behind_its_link_without_signing_in(client: Client, wall_clock: WallClock) -> None:
    _, booking = offered(wall_clock)
    text = db.session.scalars(select(OutboxMessage.body_text).where(OutboxMessage.kind == "bookings.offered")).one()
    link = re.search(r"http://localhost(/link/\S+)", text)
    assert link is not None
    page = client.get(link[1])
    assert "A place is held for" in page
    assert client.post(link[1], {}, 400).errors == ["Choose whether you take the place"]
    assert client.post(link[1], {"answer": "maybe"}, 400).errors == ["Choose whether you take the place"]
    db.session.refresh(booking)
    assert booking.state is BookingState.OFFERED
    done = client.submit(page, {}, button="Take the place", follow=True)
    assert "You are booked." in done.flashes[0]
    db.session.refresh(booking)
    assert booking.state is BookingState.CONFIRMED
    client.get(link[1], 410)


def test_an_offer_is_answered_on_the_page_of_the_booking(client: Client, wall_clock: WallClock) -> None:
    person, booking = offered(wall_clock)
    client.sign_in(person)
    page = client.get(f"/my/bookings/{booking.ref}")
    done = client.submit(page, {}, button="Leave it to the next person", follow=True)
    assert "You cancelled this booking." in done
    again = client.post(f"/my/bookings/{booking.ref}/answer", {"answer": "take"}, 400)
    assert again.errors == ["No place is being held for this booking any more"]


def queries_of(database: Engine, client: Client, url: str) -> int:
    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            counted.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        client.get(url)
    finally:
        event.remove(database, "before_cursor_execute", note)
    return len(counted)


def test_the_list_of_bookings_needs_as_many_queries_for_twenty_as_for_two(
    app: Flask, database: Engine, client: Client
) -> None:
    person = make_person()
    full = make_session(capacity=0)
    booked(make_session(days=2), person)
    booked(full, person)
    client.sign_in(person)
    few = queries_of(database, client, "/my/bookings")
    for _ in range(9):
        booked(make_session(days=2), person)
        booked(make_session(capacity=0), person)
    assert queries_of(database, client, "/my/bookings") == few
