"""The pages on which a place is moved to another date: what it costs is said first, and nobody loses a place."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session, number
from tests.pages import Client
from training.agencies.models import Agency
from training.bookings.models import Booking, BookingState, Way
from training.bookings.models_agencies import AgencyLimit
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_moving import move_booking
from training.catalogue.models import Mode
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Person, RoleGrant
from training.schedule.models import CourseSession

FIRST, SECOND, THIRD = date(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 14)


class Place:
    """Somebody with a place on the first of three dates of a course; the second is full, the third has places."""

    def __init__(self, wall_clock: WallClock) -> None:
        wall_clock.set("2026-11-02 10:00")
        course = make_course("Neglect", slug=f"neglect-{number()}")
        self.dates = [
            make_session(course=course, on=on, capacity=size) for on, size in ((FIRST, 5), (SECOND, 1), (THIRD, 5))
        ]
        self.agency = make_agency("Hill School")
        self.person = make_person("Priya", agency=self.agency)
        self.blocking = self.book(self.dates[1], make_person())
        self.booking = self.book(self.dates[0], self.person)

    def book(self, course_session: CourseSession, person: Person) -> Booking:
        booking = book_place(COMMAND, course_session.id, person.id, declared=True)
        db.session.commit()
        return booking

    @property
    def page(self) -> str:
        return f"/my/bookings/{self.booking.ref}/move"

    def bookings(self) -> dict[date, BookingState]:
        db.session.expire_all()
        found = db.session.scalars(select(Booking).where(Booking.person_id == self.person.id).order_by(Booking.id))
        return {one.course_session.parts[0].on: one.state for one in found}


@pytest.fixture
def place(app: Flask, wall_clock: WallClock) -> Place:
    return Place(wall_clock)


def test_moving_to_a_date_with_places_gives_the_present_one_up(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    shown = client.get(f"/my/bookings/{place.booking.ref}")
    page = client.click(shown, "Move to another date")
    assert page.words(".govuk-radios__label") == [
        "Monday 7 December 2026, 9:30am to 4pm",
        "Monday 14 December 2026, 9:30am to 4pm",
    ]
    assert "full, nobody waiting yet. You keep your present place until one is free." in page
    assert "5 places left" in page
    assert "Asked for today, the move is not late." in page
    assert not page.select("input[checked]")
    assert client.submit(page, {}, status=400).errors == ["Select the date to move to"]
    done = client.submit(page, {"date": place.dates[2].ref}, follow=True)
    assert done.flashes == [
        "You have a place on Monday 14 December 2026, and the one on Monday 23 November 2026 is given up. "
        f"We have written to {place.person.address}."
    ]
    assert "You are booked." in done
    assert place.bookings() == {FIRST: BookingState.CANCELLED, THIRD: BookingState.CONFIRMED}


def test_a_full_date_is_waited_for_and_both_bookings_say_so(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    done = client.submit(client.get(place.page), {"date": place.dates[1].ref}, follow=True)
    assert done.url == f"/my/bookings/{place.booking.ref}"
    assert "You keep this place until Monday 7 December 2026 has one" in done
    assert "Move to another date" not in done.links
    waiting = client.click(done, "See that booking")
    assert "You keep your place on Monday 23 November 2026" in waiting
    mine = client.get("/my/bookings")
    assert "You keep this place until Monday 7 December 2026 has one." in mine
    assert "You keep your place on Monday 23 November 2026 until then." in mine
    again = client.get(place.page)
    assert "You are waiting to move to Monday 7 December 2026 already" in again
    client.post(place.page, {"date": place.dates[2].ref}, 409)
    leaving = client.get(f"/my/bookings/{place.booking.ref}/cancel")
    assert "You go on waiting for a place on Monday 7 December 2026" in leaving
    cancel_booking(COMMAND, place.blocking.id)
    db.session.commit()
    assert place.bookings() == {FIRST: BookingState.CANCELLED, SECOND: BookingState.CONFIRMED}
    assert [broken_invariants(one.id) for one in place.dates] == [[], [], []]


def test_a_move_that_would_be_late_says_so_before_the_button(
    client: Client, place: Place, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-20 10:00")
    client.sign_in(place.person)
    page = client.get(place.page)
    assert "Giving up the place on Monday 23 November 2026 now counts as late." in page
    assert "The last day to cancel in time was Wednesday 18 November 2026" in page
    client.submit(page, {"date": place.dates[2].ref})
    db.session.expire_all()
    assert place.booking.is_late


def test_clashes_are_named_by_the_date_they_are_on(client: Client, place: Place) -> None:
    other = make_session(make_course("Other course"), on=THIRD)
    place.book(other, place.person)
    client.sign_in(place.person)
    page = client.get(place.page)
    hints = page.words(".govuk-radios__hint")
    assert "Clash:" not in hints[0]
    assert "Clash: You have something else in these hours: “Other course”" in hints[1]


def test_the_way_of_coming_is_chosen_with_the_date(client: Client, place: Place) -> None:
    hybrid = make_session(place.dates[0].course, on=date(2026, 12, 15), capacity=1, online_capacity=3, mode=Mode.HYBRID)
    db.session.commit()
    client.sign_in(place.person)
    page = client.get(place.page)
    labels = page.words(".govuk-radios__label")
    assert labels[2:] == [
        "Tuesday 15 December 2026, 9:30am to 4pm, in the room",
        "Tuesday 15 December 2026, 9:30am to 4pm, online",
    ]
    for tampered in (f"{hybrid.ref}:nowhere", hybrid.ref, "X-1"):
        assert client.post(place.page, {"date": tampered}, 400).errors == ["Select the date to move to"]
    client.submit(page, {"date": f"{hybrid.ref}:online"})
    moved = db.session.scalars(select(Booking).where(Booking.session_id == hybrid.id)).one()
    assert (moved.state, moved.way) == (BookingState.CONFIRMED, Way.ONLINE)


def test_what_limits_places_is_said_and_nothing_is_offered_that_cannot_be_had(client: Client, place: Place) -> None:
    db.session.add(AgencyLimit(session_id=place.dates[2].id, agency_id=place.agency.id, most=1))
    make_session(
        place.dates[0].course, on=date(2026, 12, 18), booking_closes_at=place.dates[0].starts_at - timedelta(30)
    )
    db.session.commit()
    client.sign_in(place.person)
    page = client.get(place.page)
    assert "5 places left, shared out between agencies" in page
    assert "18 December" not in page


def test_without_another_date_the_place_is_kept(client: Client, app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    person, alone = make_person(), make_session(on=FIRST)
    booking = book_place(COMMAND, alone.id, person.id, declared=True)
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/my/bookings/{booking.ref}/move")
    assert "There is no other date that can be booked now." in page
    assert not page.buttons
    client.post(f"/my/bookings/{booking.ref}/move", {}, 409)


def test_nothing_without_a_place_or_after_the_start_can_be_moved(
    client: Client, place: Place, wall_clock: WallClock
) -> None:
    waiting = place.book(place.dates[1], make_person("Wen"))
    client.sign_in(waiting.person)
    assert "Only a place can be moved" in client.get(f"/my/bookings/{waiting.ref}/move")
    client.get(place.page, 404)
    client.sign_in(place.person)
    wall_clock.set("2026-11-23 09:30")
    assert "This session has begun" in client.get(place.page)
    client.post(place.page, {"date": place.dates[2].ref}, 409)
    assert place.bookings() == {FIRST: BookingState.CONFIRMED}


def lead_of(agency: Agency) -> Person:
    lead = make_person("Lee", agency=agency)
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2020, 1, 1)))
    db.session.commit()
    return lead


def test_a_lead_and_the_desk_move_people_in_their_reach(client: Client, place: Place) -> None:
    lead, stranger = lead_of(place.agency), lead_of(make_agency())
    client.sign_in(stranger)
    client.get(f"/agency/bookings/{place.booking.ref}/move", 404)
    client.sign_in(lead)
    person_page = client.get(f"/agency/people/{place.person.ref}")
    page = client.get(person_page.links["Move to another date : Neglect"])
    assert page.h1 == f"Move {place.person.name} to another date"
    assert "They keep their present place until one is free." in page
    done = client.submit(page, {"date": place.dates[2].ref}, follow=True)
    assert done.flashes[0].startswith(f"{place.person.name} has a place on Monday 14 December 2026")
    officer = make_person("Olu", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    people = client.get(f"/desk/sessions/{place.dates[2].ref}/people")
    moving = client.get(people.links[f"Move {place.person.name} to another date"])
    assert client.submit(moving, {"date": place.dates[1].ref}, follow=True).h1 == "Neglect: people"
    assert place.bookings()[THIRD] is BookingState.CONFIRMED
    assert place.bookings()[SECOND] is BookingState.WAITING


def test_a_form_that_is_sent_twice_moves_once(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    page = client.get(place.page)
    first = client.submit(page, {"date": place.dates[2].ref})
    second = client.submit(page, {"date": place.dates[2].ref})
    assert first.location == second.location
    assert len(db.session.scalars(select(Booking).where(Booking.person_id == place.person.id)).all()) == 2


def test_the_page_costs_the_same_with_many_dates(client: Client, place: Place, statements: list[str]) -> None:
    client.sign_in(place.person)
    client.get(place.page)
    statements.clear()
    client.get(place.page)
    few = len(statements)
    for day in range(8):
        make_session(place.dates[0].course, on=date(2027, 1, 4) + timedelta(day))
    db.session.commit()
    statements.clear()
    client.get(place.page)
    assert len(statements) == few


def test_a_move_that_is_asked_for_again_by_another_page_is_refused_by_name(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    page = client.get(place.page)
    move_booking(COMMAND, place.booking.id, place.dates[1].id)
    db.session.commit()
    client.submit(page, {"date": place.dates[2].ref}, status=409)
    assert place.bookings()[FIRST] is BookingState.CONFIRMED
