"""The messages of one person, one booking and one session, whoever they went to."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_assignment, make_booking, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking
from training.bookings.notices import booked, trainer_invited
from training.core.database import db
from training.core.message_scopes import find_scope
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.viewer import ANONYMOUS, Role
from training.evaluations.mail import END_ASKED
from training.evaluations.models import EvaluationForm, EvaluationRequest, Stage
from training.people.mail import tell_password_changed


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the administrator."""
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    return client


def subjects(desk: Client, query: str) -> list[str]:
    return sorted(row[2] for row in desk.get(f"/desk/messages?{query}").rows())


def told() -> Booking:
    """Somebody who is booked, with a message about it, one about their account, and their trainer's."""
    course_session = make_session()
    booking = make_booking(course_session, make_person("Priya"))
    booked(booking)
    trainer_invited(make_assignment(course_session, make_person("Tom", role=Role.TRAINER)))
    tell_password_changed(booking.person)
    other = make_booking(make_session(), make_person("Nia"))
    booked(other)
    db.session.commit()
    return booking


def test_a_person_a_booking_and_a_session_each_have_their_messages(desk: Client) -> None:
    booking = told()
    ref = booking.ref
    person, course_session = booking.person.ref, booking.course_session.ref
    assert subjects(desk, f"booking={ref}") == ["Booking confirmed"]
    assert subjects(desk, f"person={person.lower()}") == ["Account: password changed", "Booking confirmed"]
    assert subjects(desk, f"session={course_session}") == [
        "Booking confirmed",
        "Guest trainer’s link",
        "Trainer’s calendar entry",
    ]
    page = desk.get(f"/desk/messages?session={course_session}")
    assert page.h1.endswith(course_session)
    narrowed = desk.submit(page, {"kind": "bookings.confirmation"})
    assert [row[2] for row in narrowed.rows()] == ["Booking confirmed"]
    sheet = desk.get(f"/desk/messages.csv?session={course_session}").body.decode("utf-8-sig")
    assert len(sheet.splitlines()) == 4


def test_what_belongs_to_a_booking_is_in_its_log_and_in_its_sessions(desk: Client) -> None:
    booking = told()
    evaluation = EvaluationRequest(
        form=EvaluationForm(edition=booking.course_session.edition, stage=Stage.END),
        due_at=booking.course_session.starts_at,
        booking=booking,
        course_session=booking.course_session,
        person=booking.person,
        stage=Stage.END,
        expires_at=booking.course_session.ends_at,
    )
    db.session.add(evaluation)
    db.session.flush()
    values = dict.fromkeys(END_ASKED.placeholders, "x")
    about = f"evaluation-request:{evaluation.id}"
    enqueue(END_ASKED, values, key="e", stream="e", about=about, to=Recipient("Priya", "priya@people.example"))
    db.session.commit()
    for query in (f"booking={booking.ref}", f"session={booking.course_session.ref}"):
        assert "Evaluation asked, at the end" in subjects(desk, query)


def test_nobody_else_asks_for_the_log_of_a_row(app: Flask) -> None:
    booking = told()
    for word, ref in (
        ("person", booking.person.ref),
        ("booking", booking.ref),
        ("session", booking.course_session.ref),
    ):
        assert find_scope(ANONYMOUS, word, ref) is None
    assert app.testing


def test_the_desk_comes_from_a_person_and_a_session_to_their_messages(desk: Client) -> None:
    booking = told()
    person = desk.get(f"/desk/people/{booking.person.ref}")
    assert "Booking confirmed" in person.links
    shown = desk.get(person.links["Booking confirmed"])
    key = db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.about == f"booking:{booking.id}"))
    assert shown.url.endswith(f"/desk/messages/{key}")
    assert f"?person={booking.person.ref}" in person.links["All messages to Priya and about Priya"]
    course_session = booking.course_session.ref
    page = desk.get(f"/desk/sessions/{course_session}")
    assert page.select(f"main a[href='/desk/messages?session={course_session}']")
    people = desk.get(f"/desk/sessions/{course_session}/people")
    assert people.select(f"main a[href='/desk/messages?booking={booking.ref}']")
