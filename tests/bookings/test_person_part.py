"""The desk reads on a person's page what they are booked on; people without the desk do not get there."""

from datetime import timedelta

from tests.factories import make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import BookingState
from training.core import clock
from training.core.database import db
from training.core.viewer import Role


def test_the_desk_sees_what_somebody_is_booked_on_the_latest_first(client: Client) -> None:
    person = make_person("Priya", "Nair")
    soon = make_session(make_course("Neglect"), on=clock.today() + timedelta(days=10))
    later = make_session(make_course("Prevent"), on=clock.today() + timedelta(days=40))
    make_booking(soon, person)
    make_booking(later, person, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    make_booking(soon, make_person())
    db.session.commit()
    client.sign_in(make_person(role=Role.ADMINISTRATOR))

    page = client.get(f"/desk/people/{person.ref}")

    rows = page.rows("[aria-label^=Bookings] table")
    assert [(row[0], row[2]) for row in rows] == [("Prevent", "On the waiting list"), ("Neglect", "Booked")]


def test_somebody_without_bookings_has_none(client: Client) -> None:
    person = make_person()
    client.sign_in(make_person(role=Role.OFFICER))
    assert "None." in client.get(f"/desk/people/{person.ref}").text
