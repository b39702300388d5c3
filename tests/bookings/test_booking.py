"""Booking, waiting, cancelling and offers: what happens to the places, and what people are told."""

from flask import Flask
from sqlalchemy import select

from tests.factories import make_agency, make_person, make_session, viewer_of
from training.bookings.models import BookingState
from training.bookings.operations import book_place
from training.core.database import db
from training.core.outbox import OutboxMessage


def test_a_booking_keeps_agency_and_role_and_is_confirmed_by_one_message_with_an_invite(app: Flask) -> None:
    agency = make_agency()
    person = make_person(agency=agency)
    course_session = make_session()
    db.session.commit()
    booking = book_place(viewer_of(person), course_session.id, person.id, declared=False)
    db.session.commit()
    assert booking.state is BookingState.CONFIRMED
    assert (booking.agency_id, booking.job_role) == (agency.id, "Social worker")
    [message] = db.session.scalars(select(OutboxMessage)).all()
    assert (message.kind, message.calendar_method) == ("bookings.confirmation", "REQUEST")
    assert f"http://localhost/my/bookings/{booking.ref}" in message.body_text
