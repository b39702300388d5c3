"""The page on which the desk moves a session."""

import pytest

from tests.bookings.test_pages_my import booked
from tests.factories import make_person, make_session, make_venue
from tests.pages import Client
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person

MOVE = "Move the session and tell everybody"


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


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
