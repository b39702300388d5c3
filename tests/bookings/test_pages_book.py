"""The page on which somebody books: which rule holds, who is asked, which way they come."""

from datetime import date

import pytest
from flask import Flask

from tests.bookings.asked_booking import MANAGER, add_lead
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState, Way
from training.catalogue.models import Agreement, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Employment, Person, Standing


def somebody(*, manager: str = MANAGER, lead: bool = False) -> Person:
    """Somebody with a job, whose manager is confirmed where there is one."""
    agency, person = make_agency(), make_person("Priya", "Nair")
    person.employments.append(
        Employment(
            agency=agency, job_role="Health visitor", from_on=date(2024, 1, 1), standing=Standing.VOUCHED,
            manager_name="Grace Oduya" if manager else "", manager_address=manager,
            manager_confirmed_at=clock.now() if manager else None,
        )
    )  # fmt: skip
    if lead:
        add_lead(agency)
    db.session.flush()
    return person


@pytest.mark.parametrize(
    ("manager", "lead", "says"),
    [
        (MANAGER, False, "We ask your line manager, Grace Oduya, whether you may go."),
        (
            "",
            True,
            "No address of a line manager is confirmed for you, so we ask your agency’s training lead, Leah Lead",
        ),
        ("", False, "No address of a line manager is confirmed for you, so we ask the training team"),
    ],
)
def test_the_page_says_who_will_be_asked_and_until_when(
    app: Flask, client: Client, wall_clock: WallClock, manager: str, lead: bool, says: str
) -> None:
    wall_clock.set("2026-11-02 10:00")
    person = somebody(manager=manager, lead=lead)
    course_session = make_session(make_course(agreement=Agreement.ASKED), on=date(2026, 11, 30))
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert says in page
    assert "They have until Monday 9 November 2026 at 5pm." in page
    assert "I have my line manager’s agreement" not in page
    page = client.submit(page, {"manager": "yes"} if manager else {}, follow=True)
    assert page.flashes[0].startswith("A place is kept until Monday 9 November 2026 at 5pm, for the ")
    assert "been asked. They have until Monday 9 November 2026 at 5pm." in page


def test_who_waits_reads_that_somebody_was_asked_already(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    person = somebody()
    course_session = make_session(make_course(agreement=Agreement.ASKED), on=date(2026, 11, 30), capacity=1)
    make_booking(course_session)
    db.session.commit()
    client.sign_in(person)
    page = client.submit(client.get(f"/sessions/{course_session.ref}/book"), {"manager": "yes"}, follow=True)
    assert "We have asked the line manager already." in page.flashes[0]


def test_the_way_of_coming_is_asked_where_there_is_a_choice(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    person = somebody(manager="")
    course_session = make_session(
        make_course(mode=Mode.HYBRID), on=date(2026, 11, 30), capacity=1, online_capacity=2, online_link="To follow"
    )
    make_booking(course_session, way=Way.IN_PERSON)
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "Full: you would join the waiting list" in page
    assert "2 places left" in page
    assert client.submit(page, status=400).errors == ["Select how you are coming"]
    client.submit(page, {"way": "online"})
    booking = db.session.query(Booking).filter_by(person_id=person.id).one()
    assert (booking.state, booking.way) == (BookingState.CONFIRMED, Way.ONLINE)


def test_the_desk_says_the_way_for_somebody_else(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    person, officer = somebody(manager=""), make_person(role=Role.OFFICER)
    course_session = make_session(make_course(mode=Mode.HYBRID), on=date(2026, 11, 30), online_capacity=2)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{course_session.ref}/people/book/{person.ref}")
    assert client.submit(page, status=400).errors == ["Select how they are coming"]
    client.submit(page, {"way": "in-person"})
    assert db.session.query(Booking).one().way is Way.IN_PERSON
