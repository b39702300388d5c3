"""The time in which to answer: until when, when managers are reminded, when the lead is asked, what ends at its end."""

from datetime import datetime

import pytest
from flask import Flask

from tests.bookings.asked_booking import ASKED, ASKED_OF_LEAD, MANAGER, Asked, sent
from tests.bookings.links_in_mail import link_in
from tests.conftest import WallClock
from tests.factories import make_person, make_session
from tests.pages import Client
from training.bookings.models import BookingState
from training.bookings.models_answers import AgreedBy
from training.bookings.operations import cancel_booking
from training.bookings.operations_agreements import agree, not_their_manager
from training.bookings.operations_offers import accept_offer, give_place, lapse_offer
from training.bookings.terms import agreement_until
from training.bookings.ticks_agreements import follow_agreements, lapse_agreements
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.people.models import Employment
from training.people.operations_standing import confirm_manager, drop_manager

REMINDED, CLOSED = "bookings.agreement-reminded", "bookings.agreement-closed"


def at(local: str) -> datetime:
    """A moment on the wall where the partnership is."""
    wall = datetime.fromisoformat(local)
    return clock.instant(wall.date(), wall.time())


@pytest.mark.parametrize(
    ("now", "closes", "starts_on", "until"),
    [
        ("2026-11-06 18:30", None, "2026-12-18", "2026-11-13 17:00"),  # Friday evening: all of the next week
        ("2026-11-07 09:00", None, "2026-12-18", "2026-11-13 17:00"),  # Saturday: the same
        ("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-30", "2026-11-02 10:00"),  # it closes within the hour
        ("2026-11-02 09:00", None, "2026-11-04", "2026-11-04 09:30"),  # never past the start
        ("2026-11-02 11:00", "2026-11-02 10:00", "2026-11-30", "2026-11-09 17:00"),  # closed: the desk gave a place
        ("2026-04-01 09:00", None, "2026-05-18", "2026-04-10 17:00"),  # Good Friday and Easter Monday do not count
        ("2026-03-25 09:00", None, "2026-05-18", "2026-04-01 17:00"),  # the clocks go forward in between
        ("2026-10-22 09:00", None, "2026-12-18", "2026-10-29 17:00"),  # and back
    ],
)
def test_until_when_a_manager_has(
    app: Flask, wall_clock: WallClock, now: str, closes: str | None, starts_on: str, until: str
) -> None:
    wall_clock.set("2026-01-05 09:00")
    course_session = make_session(
        on=datetime.fromisoformat(starts_on).date(), booking_closes_at=at(closes) if closes else None
    )
    wall_clock.set(now)
    assert agreement_until(course_session) == at(until)


@pytest.fixture
def asked(app: Flask, wall_clock: WallClock) -> Asked:
    wall_clock.set("2026-11-02 10:00")
    return Asked(lead=True)


def test_a_silent_manager_is_reminded_once_and_then_the_lead_is_asked_as_well(
    client: Client, asked: Asked, wall_clock: WallClock
) -> None:
    for quiet in ("2026-11-02 23:00", "2026-11-03 12:00", "2026-11-04 08:59"):
        wall_clock.set(quiet)
        assert follow_agreements() == 0
    wall_clock.set("2026-11-04 09:00")
    assert follow_agreements() == 1
    assert follow_agreements() == 0
    [reminder] = sent(REMINDED)
    assert reminder.recipient_address == MANAGER
    assert "Reminder, answer by Monday 9 November 2026 at 5pm" in reminder.subject
    wall_clock.set("2026-11-05 09:00")
    assert follow_agreements() == 1
    assert follow_agreements() == 0
    [message] = sent(ASKED_OF_LEAD)
    assert message.recipient_address == asked.lead.address
    assert "Their line manager has not answered yet, so we ask you" in message.body_text
    client.sign_in(asked.person)
    assert "Somebody else was asked as well on Thursday 5 November 2026" in client.get(
        f"/my/bookings/{asked.booking.ref}"
    )
    client.sign_out()
    client.submit(client.get(link_in(message)), {"answer": "agrees"})
    assert (asked.booking.state, asked.booking.agreed_by) == (BookingState.CONFIRMED, AgreedBy.LEAD)
    page = client.get(link_in(sent(ASKED)[0]))
    assert "The training lead of the agency agreed on" in page
    assert "Their agency’s training lead" not in page


def test_everybody_who_was_asked_is_told_that_the_time_is_over(asked: Asked, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-05 09:00")
    follow_agreements()
    wall_clock.set("2026-11-09 17:00")
    assert lapse_agreements() == 1
    assert {message.recipient_address for message in sent(CLOSED)} == {MANAGER, asked.lead.address}


def test_nobody_is_reminded_who_answered_or_whose_booking_has_ended(asked: Asked, wall_clock: WallClock) -> None:
    agree(asked.holder, asked.id)
    db.session.commit()
    wall_clock.set("2026-11-05 09:00")
    assert follow_agreements() == 0
    assert not sent(REMINDED)


def test_nobody_is_reminded_after_the_time_is_over(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 09:00")
    asked = Asked(closes=at("2026-11-03 12:00"))
    wall_clock.set("2026-11-05 09:00")
    assert follow_agreements() == 0
    assert lapse_agreements() == 1
    assert asked.booking.state is BookingState.LAPSED


def test_without_a_lead_the_desk_is_left_with_it(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(manager="")
    assert not sent(ASKED)
    assert not sent(ASKED_OF_LEAD)
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT
    client.sign_in(asked.person)
    assert "The training team has been asked." in client.get(f"/my/bookings/{asked.booking.ref}")
    client.sign_in(make_person(role=Role.OFFICER))
    assert "Priya Nair" in client.get("/desk")


def test_who_becomes_the_manager_meanwhile_is_asked(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(manager="grace@elsewhere.example", confirmed=False, lead=True)
    assert len(sent(ASKED_OF_LEAD)) == 1
    assert follow_agreements() == 0
    [job] = asked.person.employments
    confirm_manager(asked.lead_viewer, job.id)
    db.session.commit()
    assert follow_agreements() == 1
    assert follow_agreements() == 0
    assert [message.recipient_address for message in sent(ASKED)] == ["grace@elsewhere.example"]


def test_who_is_not_the_manager_is_out_of_it_and_the_lead_is_asked_at_once(client: Client, asked: Asked) -> None:
    link = link_in(sent(ASKED)[0])
    client.submit(client.get(link), {"answer": "not-mine"})
    assert len(sent(ASKED_OF_LEAD)) == 1
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT
    client.get(link, status=410)
    assert not_their_manager(asked.holder, asked.id) is False, "said twice is said once"


def test_another_booking_of_the_same_job_is_asked_of_the_lead_by_the_worker(asked: Asked) -> None:
    [job] = asked.person.employments
    drop_manager(COMMAND, db.session.get_one(Employment, job.id))
    db.session.commit()
    assert follow_agreements() == 1
    assert len(sent(ASKED_OF_LEAD)) == 1


def test_an_offer_that_runs_out_is_not_told_as_silence_of_the_manager(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-24 10:00")
    asked = Asked(full=True, waits=False)
    assert asked.other_id is not None
    cancel_booking(COMMAND, asked.other_id)
    db.session.commit()
    assert asked.booking.state is BookingState.OFFERED
    wall_clock.forward(hours=25)
    assert lapse_offer(COMMAND, asked.id)
    db.session.commit()
    assert asked.booking.agreement_until is None
    assert lapse_agreements() == 0
    assert not sent("bookings.agreement-lapsed")


def test_who_takes_an_offer_before_the_answer_waits_for_it_with_the_place(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-24 10:00")
    asked = Asked(full=True, waits=False)
    assert asked.other_id is not None
    cancel_booking(COMMAND, asked.other_id)
    accept_offer(COMMAND, asked.id)
    db.session.commit()
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT
    agree(asked.holder, asked.id)
    db.session.commit()
    assert asked.booking.state is BookingState.CONFIRMED


def test_a_place_given_by_hand_after_booking_closed_is_not_lost_at_once(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(full=True, waits=False, closes=at("2026-11-03 12:00"))
    asked.booking.agreement_until = None
    asked.booking.agreement_asked_at = None
    db.session.commit()
    wall_clock.set("2026-11-04 10:00")
    assert asked.other_id is not None
    cancel_booking(COMMAND, asked.other_id)
    give_place(COMMAND, asked.id)
    db.session.commit()
    assert asked.booking.agreement_until == at("2026-11-11 17:00")
    assert lapse_agreements() == 0
