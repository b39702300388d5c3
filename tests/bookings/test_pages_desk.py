"""The desk's pages on the people of a session and on the session itself."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.bookings.test_pages_my import booked, queries_of
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import cancel_booking
from training.catalogue.models import Agreement
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Person


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
