"""Reserved places on the pages and in the worker: kept, named, reminded of, given back, changed by the desk."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants
from tests.bookings.links_in_mail import latest
from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.groups.asked import World, make_lead
from tests.pages import Client
from training.bookings.models import BookingState, Reservation
from training.bookings.operations import book_place
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.groups.mail import CHANGED, NAMES_MISSING, RESERVED, WENT_BACK
from training.groups.ticks import lapse_reservations, remind_of_names


@pytest.fixture(autouse=True)
def three_weeks_before(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def reservation() -> Reservation:
    db.session.expire_all()
    return db.session.scalars(select(Reservation)).one()


def reserve(client: Client, world: World, places: int = 3) -> str:
    """Reserve places as the lead; the address of the page about them."""
    client.sign_in(world.lead)
    page = client.click(client.get(f"/sessions/{world.session.ref}"), "Reserve places, and name who comes later")
    return client.submit(page, {"places": str(places)}).location


def on(year: int, month: int, day: int) -> dict[str, str]:
    return {"name_by-day": str(day), "name_by-month": str(month), "name_by-year": str(year)}


def test_places_are_reserved_until_the_cut_off_unless_another_day_is_chosen(client: Client) -> None:
    world = World()
    page = client.get(reserve(client, world))
    assert "3 places have no name yet. Name who comes by the end of Wednesday 18 November 2026." in page
    assert "We have written to Lena Lead." in page.flashes[0]
    told = latest(RESERVED.name)
    assert told.recipient_address == world.lead.address
    assert "3 places on Neglect are reserved for Merrow Vale." in " ".join(told.body_text.split())
    assert broken_invariants(world.session.id) == []


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"places": ""}, "Enter how many places"),
        ({"places": "11"}, "Only 10 places can be reserved on this session for this agency now"),
        ({"places": "2", **on(2026, 11, 1)}, "Choose a day between today and the start of the session"),
    ],
)
def test_what_cannot_be_reserved_is_said_by_the_field(client: Client, typed: dict[str, str], error: str) -> None:
    world = World()
    client.sign_in(world.lead)
    page = client.get(f"/sessions/{world.session.ref}/reserve")
    assert client.submit(page, typed, status=400).errors == [error]


def test_somebody_is_named_and_the_rest_given_back(client: Client) -> None:
    world = World(capacity=3)
    address = reserve(client, world)
    book_place(COMMAND, world.session.id, make_person(agency=make_agency()).id, declared=True)
    db.session.commit()
    choose = client.click(client.get(address), "Name somebody")
    page = client.click(choose, "Name Pat PersonA")
    named = client.submit(page, {}, follow=True)
    assert named.flashes[0].startswith("Pat PersonA: The place is booked.")
    assert "2 places have no name yet." in named
    back = client.submit(named, {"reason": "Fewer come"}, button="Give back 2 places", follow=True)
    assert back.flashes == ["2 places given back for others."]
    assert "Those named keep their places." in back
    assert [one.state for one in world.bookings()] == [BookingState.CONFIRMED] * 2
    assert client.get(f"{address}/name", 302).location == address
    assert client.get("/agency/bookings").rows()[0][0].startswith("Pat PersonA")


def test_only_people_of_the_agency_are_named(client: Client) -> None:
    world = World()
    address = reserve(client, world)
    stranger = make_person("Una", "Unknown", agency=make_agency())
    db.session.commit()
    client.get(f"{address}/name/{stranger.ref}", 404)
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    client.get(f"{address}/name/{stranger.ref}", 404)
    assert "Una Unknown" not in client.get(f"{address}/name?words=una")


def test_the_lead_is_reminded_the_working_day_before_and_told_what_went_back(
    client: Client, wall_clock: WallClock
) -> None:
    world = World()
    address = reserve(client, world)
    client.submit(client.get(f"{address}/name/{world.refs[0]}"), {})
    wall_clock.set("2026-11-17 07:59")
    assert remind_of_names() == 0
    wall_clock.set("2026-11-17 08:00")
    assert (remind_of_names(), remind_of_names()) == (1, 0)
    assert "2 places reserved for Merrow Vale on Neglect are still without a name." in " ".join(
        latest(NAMES_MISSING.name).body_text.split()
    )
    wall_clock.set("2026-11-18 23:59")
    assert lapse_reservations() == 0
    wall_clock.set("2026-11-19 00:00")
    assert (lapse_reservations(), lapse_reservations()) == (1, 0)
    assert "2 places reserved for Merrow Vale on Neglect had no name in time" in " ".join(
        latest(WENT_BACK.name).body_text.split()
    )
    assert "What had no name went back on Thursday 19 November 2026 at " in client.get(address)


def test_nobody_is_told_of_what_has_all_its_names(client: Client, wall_clock: WallClock) -> None:
    world = World()
    address = reserve(client, world, 1)
    client.submit(client.get(f"{address}/name/{world.refs[0]}"), {})
    wall_clock.set("2026-11-17 09:00")
    assert remind_of_names() == 0
    wall_clock.set("2026-11-20 09:00")
    assert lapse_reservations() == 1
    kinds = set(db.session.scalars(select(OutboxMessage.kind)))
    assert kinds.isdisjoint({NAMES_MISSING.name, WENT_BACK.name})


def test_the_desk_sees_them_and_changes_number_and_date_down_to_those_named(client: Client) -> None:
    world = World()
    address = reserve(client, world)
    client.submit(client.get(f"{address}/name/{world.refs[0]}"), {})
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    for page in ("", "/people"):
        assert "1 of 3" in client.get(f"/desk/sessions/{world.session.ref}{page}")
    page = client.click(client.get(f"/desk/sessions/{world.session.ref}"), f"Change reservation {reservation().ref}")
    low = client.submit(page, {"places": "0"}, status=400)
    assert low.errors == ["How many places must be between 1 and 500"]
    assert "Only 7 more places can be reserved" in client.submit(page, {"places": "20"}, status=400).errors[0]
    client.submit(page, {"places": "2", **on(2026, 11, 12)})
    kept = reservation()
    assert (kept.places, kept.name_by) == (2, clock.start_of_day(date(2026, 11, 13)))
    assert "by the end of Thursday 12 November 2026" in " ".join(latest(CHANGED.name).body_text.split())
    people = client.get(f"/desk/sessions/{world.session.ref}/people")
    assert f"On a reserved place, {kept.ref}" in people


@pytest.mark.parametrize("who", ["foreign lead", "manager", "learner"])
def test_reserved_places_are_for_their_agency_alone(client: Client, who: str) -> None:
    world = World()
    address = reserve(client, world)
    person = make_person(agency=make_agency())
    if who == "foreign lead":
        make_lead(person, make_agency())
    if who == "manager":
        job = world.people[0].employments[0]
        job.manager_address, job.manager_confirmed_at = person.address or "", reservation().name_by
    db.session.commit()
    client.sign_in(person)
    client.get(address, 404 if who == "foreign lead" else 403)
    client.post(f"{address}/give-back", {}, 404 if who == "foreign lead" else 403)
    assert reservation().released_at is None
