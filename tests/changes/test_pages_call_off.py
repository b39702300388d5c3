"""The page on which the desk calls a session off."""

import pytest
from sqlalchemy import select

from tests.bookings.test_pages_my import booked
from tests.factories import make_assignment, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Role
from training.people.models import Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus


@pytest.fixture
def officer(client: Client) -> Person:
    person = make_person("Ola", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return person


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
