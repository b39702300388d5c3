"""Booking several people at once, on the pages: who is picked, what would happen, an answer for each."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.bookings.invariants import broken_invariants
from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.groups.asked import World, make_lead
from tests.pages import Client
from training.bookings.models import AgreedBy, BookingState, GroupBooking
from training.bookings.operations import book_place
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role


@pytest.fixture(autouse=True)
def three_weeks_before(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def test_people_are_picked_over_several_searches_and_keep_their_ticks(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    page = client.click(client.get(f"/sessions/{world.session.ref}"), "Book several people")
    assert page.h1 == "Book several people: who comes?"
    assert "Nobody is chosen yet." in page
    picked = client.submit(page, {"who": world.refs[:2], "words": "persone"})
    assert "2 people chosen: Pat PersonA and Pat PersonB." in picked
    assert [row[0] for row in picked.rows()] == ["Pat PersonE"]
    again = client.submit(picked, {"who": [*world.refs[:2], world.refs[4]], "words": ""})
    assert "3 people chosen" in again
    unticked = client.submit(again, {"who": world.refs[:1]})
    assert "1 person chosen: Pat PersonA." in unticked


def test_five_are_booked_with_one_refused_and_each_has_an_answer(client: Client) -> None:
    world = World()
    book_place(COMMAND, world.session.id, world.people[2].id, declared=True)
    db.session.commit()
    client.sign_in(world.lead)
    page = client.get(world.check())
    assert page.h1 == "Check and book 5 people"
    assert [row[2].partition(",")[0] for row in page.rows()] == [
        "A place",
        "A place",
        "Booked already",
        "A place",
        "A place",
    ]
    assert client.submit(page, {}, status=400).errors == ["Select how they should be booked"]
    done = client.submit(page, {"together": "many"}, follow=True)
    assert done.h1.endswith(": 5 people")
    assert "4 people have a place and 1 person could not be booked." in done
    answers = {row[0].split(" Social")[0]: row[1] for row in done.rows()}
    assert answers["Pat PersonA"] == "Booked"
    assert "This person is already booked" in answers["Pat PersonC"]
    assert [one.state for one in world.bookings()] == [BookingState.CONFIRMED] * 5
    assert {one.agreed_by for one in world.bookings()[1:]} == {AgreedBy.LEAD}
    assert all((person.address or "?") in done.text for index, person in enumerate(world.people) if index != 2)
    told = db.session.scalars(select(OutboxMessage.body_text).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert "Lena Lead booked this for you." in told


def test_sent_twice_books_each_of_them_once(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    page = client.get(world.check())
    first = client.submit(page, {"together": "many"})
    second = client.submit(page, {"together": "many"})
    assert first.location == second.location
    assert len(world.bookings()) == 5
    assert db.session.scalar(select(func.count()).select_from(GroupBooking)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 5


def test_together_or_not_at_all_books_nobody_where_one_cannot(client: Client) -> None:
    world = World()
    book_place(COMMAND, world.session.id, world.people[0].id, declared=True)
    db.session.commit()
    client.sign_in(world.lead)
    page = client.submit(client.get(world.check()), {"together": "together"}, status=400)
    assert "Nobody was booked: you chose together or not at all, and not all of them can be" in page.errors
    assert any(error.startswith("Pat PersonA: This person is already booked") for error in page.errors)
    assert len(world.bookings()) == 1
    assert db.session.scalar(select(func.count()).select_from(GroupBooking)) == 0


def test_a_full_session_says_who_would_wait_and_how_a_group_is_passed_over(client: Client) -> None:
    world = World(capacity=6)
    for _ in range(3):
        book_place(COMMAND, world.session.id, make_person(agency=make_agency()).id, declared=True)
    db.session.commit()
    client.sign_in(world.lead)
    page = client.get(world.check())
    assert "3 places are free for them now." in page
    assert [row[2] for row in page.rows()] == ["A place", "A place", "A place", "Would wait", "Would wait"]
    assert "3 people would get a place now, 2 people would wait for one each." in page
    assert "Smaller bookings behind them may go first 5 times; then places are kept until all of them fit." in page
    done = client.submit(page, {"together": "together"}, follow=True)
    assert "5 people wait." in done
    assert done.rows()[0][1] == "On the waiting list waits to come together"
    assert broken_invariants(world.session.id) == []


def test_a_group_that_can_never_fit_is_told_so(client: Client) -> None:
    world = World(capacity=3)
    client.sign_in(world.lead)
    page = client.get(world.check())
    assert "This session can never have room for all of them." in page
    failed = client.submit(page, {"together": "together"}, status=400)
    assert "can never come together" in failed.errors[0]


def test_the_desk_declares_the_agreement_and_says_so_once(client: Client) -> None:
    world = World()
    client.sign_in(make_person("Ola", "Officer", role=Role.OFFICER))
    db.session.commit()
    page = client.get(world.check().replace("/sessions/", "/desk/sessions/", 1))
    wrong = client.submit(page, {"together": "many"}, status=400)
    assert wrong.errors == ["Confirm that their line managers agree"]
    done = client.submit(page, {"together": "many", "declared": "yes"}, follow=True)
    assert "5 people have a place." in done
    assert {one.agreed_by for one in world.bookings()} == {None}


def test_a_manager_books_those_they_manage_and_nobody_else(client: Client) -> None:
    world = World()
    manager = make_person("Mara", "Manager")
    for person in world.people[:2]:
        person.employments[0].manager_name = "Mara Manager"
        person.employments[0].manager_address = manager.address or ""
    world.people[0].employments[0].manager_confirmed_at = clock.now()
    db.session.commit()
    client.sign_in(manager)
    page = client.get(world.page)
    assert [row[0] for row in page.rows()] == ["Pat PersonA"], "a manager nobody confirmed books nobody"
    checked = client.get(world.check())
    assert checked.h1 == "Check and book 1 person"
    assert "4 people of those chosen cannot be booked by you, and are left out." in checked
    done = client.submit(checked, {}, follow=True)
    assert "1 person has a place." in done
    (booking,) = world.bookings()
    assert booking.agreed_by is AgreedBy.MANAGER
    mine = client.click(client.get(f"/sessions/{world.session.ref}"), "What the people you manage have booked")
    assert [row[0].split(" Social")[0] for row in mine.rows()] == ["Pat PersonA"]
    gone = client.submit(client.click(mine, "Cancel the booking of Pat PersonA"), {"reason": "On leave"}, follow=True)
    assert gone.flashes[0].startswith("The booking of Pat PersonA is cancelled.")
    assert world.bookings()[0].cancelled_by == "manager"


@pytest.mark.parametrize("who", ["learner", "foreign lead", "ended lead"])
def test_whoever_looks_after_nobody_sees_nobody(client: Client, who: str) -> None:
    world = World()
    person = make_person("Otto", "Other", agency=make_agency())
    if who != "learner":
        ends = date(2026, 10, 31) if who == "ended lead" else None
        place = make_agency() if who == "foreign lead" else world.agency
        make_lead(person, place, to_on=ends)
    db.session.commit()
    client.sign_in(person)
    if who == "foreign lead":
        assert not client.get(world.page).select("tbody tr")
        assert client.get(world.check(), 302).location == world.page
    else:
        client.get(world.page, 403)
        client.get(world.check(), 403)
        client.get("/my/staff", 404)


def test_a_group_is_read_by_those_who_look_after_its_people(client: Client) -> None:
    world = World()
    client.sign_in(world.lead)
    address = client.submit(client.get(world.check()), {"together": "many"}).location
    deputy = make_person("Dee", "Deputy", agency=world.agency)
    make_lead(deputy, world.agency, is_deputy=True)
    stranger = make_person()
    db.session.commit()
    client.sign_in(deputy)
    assert "5 people have a place." in client.get(address)
    client.sign_in(stranger)
    client.get(address, 404)


def test_more_than_a_hundred_are_refused_in_words(client: Client) -> None:
    world = World()
    more = [make_person("Max", agency=world.agency).ref for _ in range(96)]
    db.session.commit()
    client.sign_in(world.lead)
    page = client.get(world.check(*world.refs, *more))
    assert "A group has up to 100 people, and you chose 101." in page
    assert not page.select("main form")
    client.post(world.check(*world.refs, *more), {"together": "many"}, 409)
    assert world.bookings() == []
