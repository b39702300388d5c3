"""The link of the joining instructions: yes, or the place goes to somebody else; opening it does nothing."""

from datetime import date
from functools import partial

import pytest
from flask import Flask

from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.forms_reminders import COMES, RELEASES
from training.bookings.mail_reminders import JOINING
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_reminders import ask_whether_coming, remind, say_coming
from training.bookings.ticks_reminders import ask_who_comes
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind


class Asked:
    """A booking whose person was asked, with one waiting behind it; the session is on Thursday 3 December."""

    def __init__(self, wall_clock: WallClock) -> None:
        wall_clock.set("2026-11-10 10:00")
        course_session = make_session(make_course(), on=date(2026, 12, 3), capacity=1)
        person = make_person("Priya", "Nair", agency=make_agency())
        self.person_id, self.id = person.id, make_booking(course_session, person).id
        waiting = make_person(agency=make_agency())
        db.session.commit()
        self.waiting_id = book_place(COMMAND, course_session.id, waiting.id, declared=True).id
        db.session.commit()
        wall_clock.set("2026-11-26 08:00")
        assert ask_who_comes() == 1
        self.link = link_in(latest(JOINING.name))

    @property
    def booking(self) -> Booking:
        db.session.expire_all()
        return db.session.get_one(Booking, self.id)


@pytest.fixture
def asked(app: Flask, wall_clock: WallClock) -> Asked:
    return Asked(wall_clock)


def test_opening_does_nothing_and_yes_is_noted_once(client: Client, asked: Asked, wall_clock: WallClock) -> None:
    client.get(asked.link)
    page = client.get(asked.link)
    assert page.h1 == "Are you still coming?"
    assert not page.select("input[checked]")
    assert asked.booking.coming_said_at is None
    wall_clock.forward(minutes=5)
    said = client.submit(page, {"answer": COMES}, follow=True)
    assert "Thank you. We know that you are coming." in said.flashes
    first = asked.booking.coming_said_at
    assert first is not None
    wall_clock.forward(hours=1)
    client.submit(said, {"answer": COMES}, follow=True)
    assert asked.booking.coming_said_at == first
    assert "You said on" in client.get(asked.link)
    deeds = db.session.scalars(db.select(AuditEntry.deed).where(AuditEntry.subject_kind == "booking")).all()
    assert deeds.count("said that they are coming") == 1


def test_a_released_place_goes_to_the_next_and_is_never_the_officers_deed(client: Client, asked: Asked) -> None:
    page = client.get(asked.link)
    assert "It goes to the next person on the waiting list." in page
    assert "Until the end of Monday 30 November 2026 this is in time." in page
    done = client.submit(page, {"answer": RELEASES, "reason": "A court hearing"}, follow=True)
    assert "Your place is given up. You may book again at any time." in done.flashes
    booking = asked.booking
    assert (booking.state, booking.cancelled_by, booking.is_late, booking.reason) == (
        BookingState.CANCELLED, CancelledBy.PERSON, False, "A court hearing",
    )  # fmt: skip
    # On the day two working days before the cut-off people are still booked at once.
    assert db.session.get_one(Booking, asked.waiting_id).state is BookingState.CONFIRMED
    client.get(asked.link, status=410)


def test_after_the_cut_off_the_page_says_that_it_is_late_before_the_button(
    client: Client, asked: Asked, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-01 09:00")
    page = client.get(asked.link)
    assert "so it counts as a late cancellation" in page
    client.submit(page, {"answer": RELEASES}, follow=True)
    assert asked.booking.is_late
    assert asked.booking.reason == ""


def test_nothing_chosen_is_said_by_the_field_and_the_reason_is_kept(client: Client, asked: Asked) -> None:
    page = client.get(asked.link)
    failed = client.submit(page, {"reason": "Ill"}, status=400)
    assert failed.errors == ["Select whether you are coming"]
    assert "Ill" in failed.one("textarea").text
    assert asked.booking.state is BookingState.CONFIRMED


def test_the_code_leads_to_the_same_page(client: Client, asked: Asked) -> None:
    page = client.submit(client.get("/link"), {"code": code_in(latest(JOINING.name))}, follow=True)
    assert page.h1 == "Are you still coming?"


def test_a_booking_that_ended_otherwise_has_nothing_to_answer(client: Client, asked: Asked) -> None:
    page = client.get(asked.link)
    cancel_booking(COMMAND, asked.id)
    db.session.commit()
    assert "There is nothing to answer here any more" in client.get(asked.link)
    assert client.submit(page, {"answer": COMES}, status=409).h1 == "Are you still coming?"
    assert asked.booking.coming_said_at is None
    with pytest.raises(Refused, match="no longer have a place"):
        say_coming(Viewer(ViewerKind.LINK, person_id=asked.person_id), asked.id)


def test_the_link_ends_with_the_start_of_the_session(client: Client, asked: Asked, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    client.get(asked.link, status=410)


def test_another_person_cannot_answer_for_them(app: Flask, asked: Asked) -> None:
    with pytest.raises(LookupError):
        say_coming(Viewer(ViewerKind.LINK, person_id=asked.person_id + 1), asked.id)


def test_the_desk_sees_who_has_answered(client: Client, asked: Asked) -> None:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    people = f"/desk/sessions/{asked.booking.course_session.ref}/people"
    assert "Asked on 26 Nov 2026 whether they come, no answer yet" in client.get(people)
    client.submit(client.get(asked.link), {"answer": COMES}, follow=True)
    assert "Said on 26 Nov 2026 that they come" in client.get(people)


def test_two_workers_ask_and_remind_once(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-10 10:00")
    booking = make_booking(make_session(make_course(), on=date(2026, 12, 3)))
    db.session.commit()
    key = booking.id
    wall_clock.set("2026-11-26 08:00")
    asked = run_at_once(app, [[partial(ask_whether_coming, key)]] * 4)
    assert sorted(outcome.returned for outcome in asked) == ["False", "False", "False", "True"]
    wall_clock.set("2026-12-02 08:00")
    reminded = run_at_once(app, [[partial(remind, key)]] * 4)
    assert sorted(outcome.returned for outcome in reminded) == ["False", "False", "False", "True"]
    kinds = [message.kind for message in db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id))]
    assert kinds == ["bookings.joining", "bookings.reminder"]
