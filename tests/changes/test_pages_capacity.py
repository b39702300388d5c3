"""The page on which the desk changes the number of places."""

import pytest

from tests.bookings.test_pages_my import booked
from tests.factories import make_person, make_session
from tests.pages import Client
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


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
