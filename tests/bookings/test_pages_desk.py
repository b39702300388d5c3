"""The desk's pages on the people of a session and on the session itself."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.bookings.test_pages_my import booked, queries_of
from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_course, make_person, make_session, make_venue
from tests.pages import Client
from training.bookings.models import Booking, BookingState, CancelledBy
from training.bookings.operations import cancel_booking
from training.catalogue.models import Agreement
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus

MOVE = "Move the session and tell everybody"


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


def test_the_people_page_shows_who_has_a_place_who_waits_and_who_cancelled(client: Client, officer: Person) -> None:
    people = [make_person(name, agency=make_agency()) for name in ("Ada", "Ben", "Cleo", "Dee")]
    silent = make_person("Eve", address=None)
    course_session = make_session(capacity=2)
    bookings = booked(course_session, *people, silent)
    cancel_booking(COMMAND, bookings[0].id, "=1+1")
    db.session.commit()
    page = client.get(f"/desk/sessions/{course_session.ref}/people")
    tables = page.select("table")
    assert [len(table.select("tbody tr")) for table in tables] == [2, 2, 1]
    assert "One person has no email address" in page or "1 person has no email address" in page
    sheet = client.get(f"/desk/sessions/{course_session.ref}/people.csv").body.decode("utf-8-sig")
    assert "'=1+1" in sheet
    assert len(sheet.splitlines()) == 6


def test_the_officer_finds_and_books_a_person_who_is_told_by_whom(client: Client, officer: Person) -> None:
    person = make_person("Zadie", "Quill", agency=make_agency())
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    page = client.click(client.get(f"/desk/sessions/{course_session.ref}/people"), "Book a person")
    found = client.submit(page, {"q": "quill"}, button="Search")
    form = client.click(found, "Book Zadie Quill")
    assert client.submit(form, {}, button="Book Zadie Quill", status=400).errors == [
        "Confirm that their line manager agrees"
    ]
    done = client.submit(form, {"declared": "yes"}, button="Book Zadie Quill", follow=True)
    assert "The place is booked" in done.flashes[0]
    assert "Ola Officer booked this for you" in db.session.scalars(select(OutboxMessage.body_text)).one()
    again = client.get(f"/desk/sessions/{course_session.ref}/people/book/{person.ref}")
    assert "has a booking on this session already" in again
    nobody = client.get(f"/desk/sessions/{course_session.ref}/people/find?q=nobodyatall")
    assert "No person found" in nobody or "No people found" in nobody
    client.get(f"/desk/sessions/{course_session.ref}/people/book/P-NONE", 404)


def test_the_officer_cancels_with_a_reason(client: Client, officer: Person) -> None:
    course_session = make_session()
    [booking] = booked(course_session, make_person())
    page = client.get(f"/desk/bookings/{booking.ref}/cancel")
    assert client.submit(page, {}, button="Cancel the booking", status=400).errors == ["Enter the reason"]
    client.submit(page, {"reason": "Rang to say so"}, button="Cancel the booking", follow=True)
    row = db.session.execute(select(Booking.state, Booking.cancelled_by, Booking.reason)).one()
    assert tuple(row) == (BookingState.CANCELLED, CancelledBy.OFFICER, "Rang to say so")
    client.get(f"/desk/bookings/{booking.ref}/cancel", 302)


def test_calling_off_asks_for_the_reason_and_says_who_hears_of_it(client: Client, officer: Person) -> None:
    course_session = make_session()
    booked(course_session, make_person(), make_person(address=None))
    page = client.get(f"/desk/sessions/{course_session.ref}/call-off")
    assert "1 person has no email address" in page
    assert "One message each goes to 1 person with a booking or on the waiting list." in page
    assert client.submit(page, {}, button="Call the session off", status=400).errors == ["Enter the reason"]
    done = client.submit(page, {"reason": "Snow"}, button="Call the session off", follow=True)
    assert "This session was called off." in done
    assert db.session.scalars(select(CourseSession.status)).one() is SessionStatus.CALLED_OFF
    assert set(db.session.scalars(select(Booking.state))) == {BookingState.CANCELLED}
    closed = client.get(f"/desk/sessions/{course_session.ref}/call-off")
    assert "Only a published session" in closed


def test_trainers_are_named_among_those_who_hear_of_it_only_where_they_said_yes(
    client: Client, officer: Person
) -> None:
    course_session = make_session()
    asked, accepted = make_person("Tess"), make_person("Tom")
    make_assignment(course_session, asked, state=AssignmentState.ASKED)
    db.session.commit()
    url = f"/desk/sessions/{course_session.ref}/call-off"
    assert "There is nobody to write to." in client.get(url)
    make_assignment(course_session, accepted)
    booked(course_session, make_person(), make_person())
    page = client.get(url)
    words = "2 people with a booking or on the waiting list and 1 trainer"
    assert f"One message each goes to {words}." in page
    done = client.submit(page, {"reason": "Snow"}, button="Call the session off", follow=True)
    assert done.flashes == [f"The session is called off. We are writing to {words}."]
    told = db.session.scalars(
        select(OutboxMessage.recipient_address).where(OutboxMessage.kind == "bookings.called-off")
    )
    assert len(told.all()) == 3


def test_moving_keeps_what_was_typed_and_refuses_what_cannot_be(client: Client, officer: Person) -> None:
    venue = make_venue("New hall")
    course_session = make_session(days=2)
    booked(course_session, make_person())
    url = f"/desk/sessions/{course_session.ref}/move"
    page = client.get(url)
    unchanged = client.submit(page, {}, button=MOVE, status=400)
    assert unchanged.errors == ["Nothing was changed. Enter a new date, time, place or link"]
    wrong = client.submit(
        page,
        {"parts-0-ends": "8am", "parts-1-on-month": "13"},
        button=MOVE,
        status=400,
    )
    assert wrong.errors == ["The date of day 2 must be a real date"]
    assert wrong.one("[name=parts-0-ends]")["value"] == "8am"
    ends_early = client.submit(page, {"parts-0-ends": "8am"}, button=MOVE, status=400)
    assert ends_early.errors == ["Enter an end time after the start time"]
    assert "Select" in client.submit(page, {"venue": ""}, button=MOVE, status=400).errors[0]
    past = client.submit(page, {"parts-0-on-year": "2020"}, button=MOVE, status=400)
    assert past.errors == ["Choose a date in the future"]
    done = client.submit(page, {"venue": str(venue.id)}, button=MOVE, follow=True)
    assert "The session is changed." in done.flashes[0]
    stale = client.submit(client.get(url), {"row_version": "1", "venue": ""}, button=MOVE, status=400)
    assert "Somebody has changed this session" in stale.errors[0]


def test_the_number_of_places_is_changed_within_what_is_taken(client: Client, officer: Person) -> None:
    course_session = make_session(capacity=2)
    booked(course_session, make_person(), make_person(), make_person())
    url = f"/desk/sessions/{course_session.ref}/capacity"
    page = client.get(url)
    assert "2 places are taken and 1 person waits" in page
    for typed, error in (
        ("1", "The number of places must be 2 or more: 2 places are taken."),
        ("", "Enter the number of places"),
        ("x", "The number of places must be a whole number"),
        ("-3", "The number of places must be between"),
    ):
        failed = client.submit(page, {"capacity": typed}, button="Save", status=400)
        assert failed.errors[0].startswith(error)
    done = client.submit(page, {"capacity": "5"}, button="Save", follow=True)
    assert "1 place went to the waiting list" in done.flashes[0]


def test_near_the_start_nobody_is_promised_a_place_by_itself(
    client: Client, officer: Person, wall_clock: WallClock
) -> None:
    course_session = make_session(capacity=1, on=date(2027, 3, 2))
    wall_clock.set("2027-03-02 08:30")
    booked(course_session, make_person())
    client.sign_in(officer)
    assert "It is too late for more places" in client.get(f"/desk/sessions/{course_session.ref}/capacity")
    waits = make_person("Lena")
    db.session.commit()
    client.sign_in(waits)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "It is too near for free places to be passed on by themselves." in page
    shown = client.submit(page, {}, button="Join the waiting list", follow=True)
    assert "Declining the entry" not in shown
    (text,) = db.session.scalars(select(OutboxMessage.body_text).where(OutboxMessage.kind == "bookings.waiting"))
    assert "you will be booked and told at once" not in text
    assert "If one becomes free, you can take it at the address below." in text


def test_learners_do_not_reach_the_desk_and_unknown_references_are_404(client: Client, officer: Person) -> None:
    course_session = make_session()
    [booking] = booked(course_session, make_person())
    for path in ("people", "people.csv", "people/find", "call-off", "move", "capacity"):
        client.get(f"/desk/sessions/NO-SUCH/{path}", 404)
    client.get("/desk/bookings/NO-SUCH/cancel", 404)
    learner = make_person()
    db.session.commit()
    client.sign_in(learner)
    for path in ("people", "people.csv", "people/find", "call-off", "move", "capacity"):
        client.get(f"/desk/sessions/{course_session.ref}/{path}", 403)
    client.get(f"/desk/bookings/{booking.ref}/cancel", 403)
    client.post(f"/desk/bookings/{booking.ref}/give-place", {}, 403)


def test_the_people_page_needs_as_many_queries_for_many_as_for_few(
    app: Flask, database: Engine, client: Client, officer: Person
) -> None:
    course_session = make_session(capacity=6)
    booked(course_session, *(make_person(agency=make_agency()) for _ in range(8)))
    url = f"/desk/sessions/{course_session.ref}/people"
    few = queries_of(database, client, url)
    booked(course_session, *(make_person(agency=make_agency()) for _ in range(12)))
    assert queries_of(database, client, url) == few
