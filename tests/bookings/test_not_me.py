"""“This is not for me”: whoever is booked by another can say so from the message, and the other is told."""

from datetime import date

import pytest
from flask import Flask

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, make_session, viewer_of
from tests.pages import Client
from training.bookings.mail import CONFIRMATION, WAITING
from training.bookings.mail_not_me import NOT_FOR_THEM
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_not_me import NotMe, turn_down
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role


class Booked:
    """Somebody booked by the desk on a session with one place, and somebody who waits behind them."""

    def __init__(self, wall_clock: WallClock) -> None:
        wall_clock.set("2026-11-10 10:00")
        course_session = make_session(on=date(2026, 12, 3), capacity=1)
        officer = make_person("Ola", "Officer", role=Role.OFFICER)
        person = make_person("Priya", "Nair", agency=make_agency())
        behind = make_person(agency=make_agency())
        db.session.commit()
        self.session_id, self.person_id = course_session.id, person.id
        self.id = book_place(
            viewer_of(officer, Role.OFFICER), course_session.id, person.id, declared=True, booked_by=officer.id
        ).id
        self.behind_id = book_place(COMMAND, course_session.id, behind.id, declared=True).id
        db.session.commit()
        self.link = link_in(self.message)

    @property
    def message(self) -> OutboxMessage:
        """What the person was sent."""
        about = OutboxMessage.about == f"booking:{self.id}"
        found = db.session.scalars(db.select(OutboxMessage).where(about, OutboxMessage.kind == CONFIRMATION.name)).all()
        return found[-1]

    def booking(self, key: int = 0) -> Booking:
        db.session.expire_all()
        return db.session.get_one(Booking, key or self.id)


@pytest.fixture
def booked(app: Flask, wall_clock: WallClock) -> Booked:
    return Booked(wall_clock)


def test_the_message_says_who_booked_and_where_what_is_kept_is_written(booked: Booked) -> None:
    text = booked.message.body_text
    assert "Ola Officer booked this for you." in text
    assert "/privacy" in text
    assert "/terms" in text
    assert code_in(booked.message)
    assert "/link/" not in latest(WAITING.name).body_text, "nobody else booked whoever waits"


def test_opening_does_nothing_and_the_button_needs_a_reason(client: Client, booked: Booked) -> None:
    client.get(booked.link)
    page = client.get(booked.link)
    assert page.h1 == "This booking is not for you?"
    assert not page.select("input[checked]")
    assert client.submit(page, {}, status=400).errors == ["Select why it is not for you"]
    assert booked.booking().state is BookingState.CONFIRMED


def test_the_place_goes_on_and_whoever_booked_is_told(client: Client, booked: Booked, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-02 10:00")
    page = client.get(booked.link)
    done = client.submit(page, {"why": NotMe.NOT_ASKED, "words": "I left in July"}, follow=True)
    assert done.flashes == ["The booking is cancelled. Ola Officer has been told."]
    booking = booked.booking()
    assert (booking.state, booking.cancelled_by, booking.is_late) == (
        BookingState.CANCELLED, CancelledBy.PERSON, False,
    )  # fmt: skip
    assert booking.reason == "Nobody asked me, and I do not want to come. I left in July"
    assert booked.booking(booked.behind_id).state is BookingState.OFFERED
    told = latest(NOT_FOR_THEM.name)
    assert told.recipient_name == "Ola Officer"
    assert "nobody asked them, and they do not want to come. In their words: I left in July" in " ".join(
        told.body_text.split()
    )
    assert broken_invariants(booked.session_id) == []
    assert calendars_out_of_step(booked.session_id) == []
    client.get(booked.link, status=410)


def test_after_the_start_and_after_the_end_nothing_is_turned_down(
    client: Client, booked: Booked, wall_clock: WallClock
) -> None:
    person = db.session.get_one(Booking, booked.id).person
    with pytest.raises(LookupError):
        turn_down(viewer_of(make_person()), booked.id, NotMe.CANNOT)
    db.session.rollback()
    cancel_booking(viewer_of(person), booked.id)
    db.session.commit()
    client.get(booked.link, status=410)
    with pytest.raises(Refused, match="ended already"):
        turn_down(viewer_of(db.session.get_one(Booking, booked.id).person), booked.id, NotMe.CANNOT)
    db.session.rollback()
    wall_clock.set("2026-12-03 10:00")
    client.get(booked.link, status=410)


def test_nobody_turns_down_what_they_booked_themselves(booked: Booked) -> None:
    behind = booked.booking(booked.behind_id)
    with pytest.raises(LookupError):
        turn_down(viewer_of(behind.person), behind.id, NotMe.CANNOT)
