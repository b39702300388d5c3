"""A booking that needs agreement: yes, no and silence, by link, by the lead and the desk; the first answer counts."""

from functools import partial

import pytest
from flask import Flask

from tests.bookings.asked_booking import ASKED, ASKED_OF_LEAD, MANAGER, Asked, deeds, sent
from tests.bookings.invariants import broken_invariants
from tests.bookings.links_in_mail import link_in
from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_person, viewer_of
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import AgreedBy, DeclinedBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_agreements import WHO_SAID_SO, agree, say_no
from training.bookings.ticks_agreements import lapse_agreements
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer
from training.people.models import EmailAddress


@pytest.fixture
def asked(app: Flask, wall_clock: WallClock) -> Asked:
    wall_clock.set("2026-11-02 10:00")
    return Asked()


def manager_page() -> str:
    return link_in(sent(ASKED)[-1])


def test_the_manager_is_asked_and_the_place_is_kept(client: Client, asked: Asked) -> None:
    [message] = sent(ASKED)
    assert message.recipient_address == MANAGER
    assert message.subject == "Can Priya Nair go? Early help, Monday 30 November 2026"
    assert "A place is kept for them meanwhile." in message.body_text
    assert "Please answer by Monday 9 November 2026 at 5pm" in message.body_text
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT
    assert asked.waiting.state is BookingState.WAITING
    client.sign_in(asked.person)
    page = client.get(f"/my/bookings/{asked.booking.ref}")
    assert "Your manager has been asked. They have until Monday 9 November 2026 at 5pm." in page
    assert "A place is kept for you until" in client.get("/my/bookings")


def test_opening_the_link_does_nothing_and_nothing_is_chosen(client: Client, asked: Asked) -> None:
    version = asked.booking.row_version
    page = client.get(manager_page())
    assert "Please answer by Monday 9 November 2026 at 5pm." in page
    assert not page.select("input[type=radio][checked]")
    assert client.submit(page, status=400).errors == ["Select your answer"]
    assert asked.booking.row_version == version


def test_a_yes_books_with_an_invitation(client: Client, asked: Asked) -> None:
    page = client.submit(client.get(manager_page()), {"answer": "agrees"}, follow=True)
    assert page.flashes == ["You agreed. Priya Nair keeps the place; there is nothing more to do."]
    booking = asked.booking
    assert (booking.state, booking.agreed_by) == (BookingState.CONFIRMED, AgreedBy.MANAGER)
    [message] = sent("bookings.confirmation")
    assert (message.recipient_address, message.calendar_method) == (asked.person.address, "REQUEST")
    client.submit(page, {"answer": "agrees"})
    assert len(sent("bookings.confirmation")) == 1, "a yes said twice is one yes"
    assert broken_invariants(asked.session_id) == []


def test_a_no_needs_a_reason_tells_the_person_and_passes_the_place_on(client: Client, asked: Asked) -> None:
    page = client.submit(client.get(manager_page()), {"answer": "declines"}, status=400)
    assert page.errors == ["Enter why they cannot go. The person will read it"]
    page = client.submit(page, {"answer": "declines", "reason": "Court that day"}, follow=True)
    assert "The line manager said no." in page
    booking = asked.booking
    assert (booking.state, booking.declined_by) == (BookingState.DECLINED, DeclinedBy.MANAGER)
    assert asked.waiting.state is BookingState.CONFIRMED
    [message] = sent("bookings.declined")
    assert message.recipient_address == asked.person.address
    assert "Your manager said no." in message.body_text
    assert "Reason given: Court that day" in message.body_text
    client.sign_in(asked.person)
    page = client.get(f"/my/bookings/{booking.ref}")
    assert "Your manager said no." in page
    assert "Reason given: Court that day" in page
    assert "Book again" in page.links
    assert broken_invariants(asked.session_id) == []


def test_who_waits_is_asked_about_at_once_and_promotion_is_not_delayed(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(full=True, waits=False)
    assert asked.booking.state is BookingState.WAITING
    assert "They are on the waiting list." in sent(ASKED)[-1].body_text
    client.sign_in(asked.person)
    assert (
        "Your manager has been asked. They have until Monday 9 November 2026 at 5pm. If nobody answers"
        in client.get(f"/my/bookings/{asked.booking.ref}")
    )
    client.sign_out()
    page = client.submit(client.get(manager_page()), {"answer": "agrees"}, follow=True)
    assert page.flashes == ["You agreed. Priya Nair has no place yet; there is nothing more for you to do."]
    assert asked.booking.state is BookingState.WAITING
    assert asked.other_id is not None
    cancel_booking(COMMAND, asked.other_id)
    db.session.commit()
    assert asked.booking.state is BookingState.CONFIRMED
    assert asked.booking.agreed_at is not None


def test_who_gets_a_place_before_the_answer_keeps_the_same_deadline(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(full=True, waits=False)
    until = asked.booking.agreement_until
    wall_clock.set("2026-11-05 10:00")
    assert asked.other_id is not None
    cancel_booking(COMMAND, asked.other_id)
    db.session.commit()
    assert (asked.booking.state, asked.booking.agreement_until) == (BookingState.AWAITING_AGREEMENT, until)
    assert len([message for message in sent(ASKED) if "Nair" in message.subject]) == 1
    assert [message.person_id for message in sent("bookings.awaiting")][-1] == asked.person_id


@pytest.mark.parametrize("full", [False, True])
def test_silence_ends_the_booking_whether_it_has_a_place_or_waits(
    app: Flask, client: Client, wall_clock: WallClock, full: bool
) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(full=full, waits=not full)
    link = manager_page()
    wall_clock.set("2026-11-09 16:59")
    assert lapse_agreements() == 0
    wall_clock.set("2026-11-09 17:00")
    assert lapse_agreements() == 1
    assert lapse_agreements() == 0
    assert asked.booking.state is BookingState.LAPSED
    if not full:
        assert asked.waiting.state is BookingState.CONFIRMED
    [message] = sent("bookings.agreement-lapsed")
    outcome = "You have left the waiting list." if full else "The place we kept for you has gone to somebody else."
    assert outcome in message.body_text
    assert "We asked your line manager whether you may go" in message.body_text
    [told] = sent("bookings.agreement-closed")
    assert told.recipient_address == MANAGER
    page = client.get(link)
    assert "Nobody answered by Monday 9 November 2026 at 5pm, so the booking has ended." in page
    assert not page.buttons
    client.sign_in(asked.person)
    page = client.get(f"/my/bookings/{asked.booking.ref}")
    assert "Nobody said in time whether you may go, so the booking has ended." in page
    assert broken_invariants(asked.session_id) == []


def test_two_browsers_that_answer_differently_the_first_counts(client: Client, asked: Asked) -> None:
    first, second = client.get(manager_page()), client.get(manager_page())
    client.submit(first, {"answer": "agrees"})
    page = client.submit(second, {"answer": "declines", "reason": "Court"}, status=409)
    assert "This was answered meanwhile, so your answer was not taken." in page
    assert asked.booking.state is BookingState.CONFIRMED


def test_a_yes_after_a_no_revives_nothing(client: Client, asked: Asked) -> None:
    first, second = client.get(manager_page()), client.get(manager_page())
    client.submit(first, {"answer": "declines", "reason": "Court"})
    page = client.submit(second, {"answer": "agrees"}, status=409)
    assert "The line manager said no." in page
    assert asked.booking.state is BookingState.DECLINED
    with pytest.raises(Refused, match="The line manager said no"):
        agree(asked.holder, asked.id)


def test_an_answer_after_the_booking_was_cancelled_changes_nothing(client: Client, asked: Asked) -> None:
    opened = client.get(manager_page())
    cancel_booking(viewer_of(asked.person), asked.id)
    db.session.commit()
    for answer in ("agrees", "declines", "somebody-else"):
        client.submit(opened, {"answer": answer, "reason": "No"}, status=409)
    assert asked.booking.state is BookingState.CANCELLED
    assert "Priya" not in client.get(manager_page())


def test_who_said_yes_may_still_object_and_the_other_may_not(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(lead=True)
    agree(asked.lead_viewer, asked.id, AgreedBy.LEAD)
    db.session.commit()
    page = client.get(manager_page())
    assert "The training lead of the agency agreed on Monday 2 November 2026 at 10am." in page
    assert "I object" not in page
    assert asked.booking.agreed_by is AgreedBy.LEAD


def test_the_lead_answers_what_waits_for_them(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(confirmed=False, lead=True)
    [message] = sent(ASKED_OF_LEAD)
    assert message.recipient_address == asked.lead.address
    assert "No line manager’s address is confirmed for them, so we ask you" in message.body_text
    assert not sent(ASKED), "a manager nobody has confirmed may be a stranger"
    client.sign_in(asked.lead)
    page = client.click(client.get("/agency"), "See what waits for an answer")
    assert "Priya Nair" in page
    page = client.click(page, "Answer for Priya Nair")
    assert client.submit(page, status=400).errors == ["Select whether they may go"]
    assert client.submit(page, {"answer": "declines"}, status=400).errors == [
        "Enter why they cannot go. The person will read it"
    ]
    client.submit(page, {"answer": "declines", "reason": "Cover is needed"})
    assert asked.booking.declined_by is DeclinedBy.LEAD
    assert "Nobody waits for agreement" in client.get("/agency/agreements")
    page = client.get(f"/agency/agreements/{asked.booking.ref}")
    assert "The training lead of the agency said no." in page


def test_a_lead_of_another_agency_and_the_person_themself_answer_nothing(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked, other = Asked(lead=True), Asked(lead=True, title="Neglect")
    for stranger in (other.lead_viewer, other.holder, viewer_of(asked.person, Role.AGENCY_LEAD)):
        with pytest.raises(LookupError):
            agree(stranger, asked.id, AgreedBy.LEAD)
        with pytest.raises(LookupError):
            agree(stranger, asked.id, AgreedBy.OFFICER, "Grace, by telephone")
        db.session.rollback()
    client.sign_in(other.lead)
    client.get(f"/agency/agreements/{asked.booking.ref}", status=404)


def test_the_desk_answers_for_the_manager_and_says_who_told_it(client: Client, asked: Asked) -> None:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    assert "Waiting for agreement" in client.get("/desk")
    assert "Asked on Monday 2 November 2026: Grace Oduya. Until" in client.get(
        f"/desk/sessions/{asked.booking.course_session.ref}/people"
    )
    page = client.click(client.get("/desk/agreements"), "Answer for Priya Nair")
    assert client.submit(page, {"answer": "agrees"}, status=400).errors == ["Enter who told you, and how"]
    page = client.submit(page, {"answer": "agrees", "note": "Grace Oduya, by telephone"}, follow=True)
    assert page.flashes == [f"Priya Nair has the place. We have written to {asked.person.address}."]
    assert asked.booking.agreed_by is AgreedBy.OFFICER
    [entry] = deeds("agreed to the booking")
    assert (entry.actor_id, entry.reason) == (officer.id, "Grace Oduya, by telephone")
    with pytest.raises(Refused, match=WHO_SAID_SO):
        agree(COMMAND, asked.id, AgreedBy.OFFICER)


def test_a_booking_by_the_manager_or_the_lead_is_agreed(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    asked = Asked(lead=True, waits=False, capacity=5)
    cancel_booking(COMMAND, asked.id)
    db.session.commit()
    booking = book_place(asked.lead_viewer, asked.session_id, asked.person_id, declared=False)
    assert (booking.state, booking.agreed_by) == (BookingState.CONFIRMED, AgreedBy.LEAD)
    cancel_booking(COMMAND, booking.id)
    manager = make_person("Grace", "Oduya", address=MANAGER)
    db.session.commit()
    booking = book_place(viewer_of(manager), asked.session_id, asked.person_id, declared=False)
    assert (booking.state, booking.agreed_by) == (BookingState.CONFIRMED, AgreedBy.MANAGER)
    cancel_booking(COMMAND, booking.id)
    unproven = db.session.query(EmailAddress).filter_by(address=MANAGER).one()
    unproven.confirmed_at = None
    db.session.commit()
    with pytest.raises(LookupError):
        book_place(viewer_of(manager), asked.session_id, asked.person_id, declared=False)


def _agree(viewer: Viewer, booking_id: int) -> str:
    return agree(viewer, booking_id).state


def _say_no(viewer: Viewer, booking_id: int) -> str:
    return say_no(viewer, booking_id, "Court that day").state


def _cancel(booking_id: int) -> str:
    return cancel_booking(COMMAND, booking_id).state


def test_yes_no_and_cancelling_at_the_same_moment_leave_one_answer(asked: Asked, app: Flask) -> None:
    outcomes = run_at_once(
        app,
        [
            [partial(_agree, asked.holder, asked.id)],
            [partial(_say_no, asked.holder, asked.id)],
            [partial(_cancel, asked.id)],
        ],
    )
    assert not [outcome.error for outcome in outcomes if outcome.error]
    booking: Booking = asked.booking
    assert booking.state in (BookingState.DECLINED, BookingState.CANCELLED)
    assert len(sent("bookings.declined")) + len(sent("bookings.cancelled")) == 1
    assert asked.waiting.state is BookingState.CONFIRMED
    assert broken_invariants(asked.session_id) == []
    assert clock.now() < booking.course_session.starts_at
