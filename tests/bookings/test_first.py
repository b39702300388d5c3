"""Booking without being signed in: a held place, a code by mail, and an account without a password."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.bookings.asked_booking import sent
from tests.bookings.invariants import broken_invariants
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client, Page
from training.agencies.models import Agency, AgencyDomain
from training.bookings.models import Booking, BookingState
from training.bookings.models_first import FirstRequest
from training.bookings.operations import book_place
from training.bookings.ticks_first import let_go_of_places
from training.catalogue.models import Agreement
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Account, EmailAddress, Person
from training.people.operations import open_account
from training.schedule.models import CourseSession

PRIYA = "priya.nair@sandby.example"
CODE = "bookings.first-code"


class Window:
    """A session that anybody can book, and an agency whose address shows which it is."""

    def __init__(self, *, capacity: int = 8, agreement: Agreement | None = Agreement.NONE) -> None:
        agency = make_agency("Sandby School")
        db.session.add(AgencyDomain(agency_id=agency.id, domain="sandby.example"))
        course = make_course("Early help")
        course.agreement = agreement
        course_session = make_session(course, on=date(2026, 11, 30), capacity=capacity)
        db.session.commit()
        self.ref, self.id, self.agency_id = course_session.ref, course_session.id, agency.id

    @property
    def course_session(self) -> CourseSession:
        return db.session.get_one(CourseSession, self.id)

    def bookings(self) -> list[Booking]:
        rows = select(Booking).where(Booking.session_id == self.id).order_by(Booking.id)
        return list(db.session.scalars(rows.execution_options(populate_existing=True)))


@pytest.fixture
def window(app: Flask, wall_clock: WallClock) -> Window:
    wall_clock.set("2026-11-02 10:00")
    return Window()


def begin(
    client: Client, window: Window, address: str = PRIYA, *, status: int | None = None, **answers: object
) -> Page:
    """Fill the short page and send it; the page of the code."""
    page = client.get(f"/sessions/{window.ref}/book", follow=True)
    wanted = {
        "given_name": "Priya", "family_name": "Nair", "address": address, "job_role": "Teacher", **answers,
    }  # fmt: skip
    return client.submit(page, wanted, status=status, follow=status is None)


def code() -> str:
    """The code of the latest message."""
    found = re.search(r"Your code is (\d{4} \d{4})", sent(CODE)[-1].body_text)
    assert found is not None
    return found[1]


def confirm(client: Client, page: Page, typed: str = "", status: int | None = None) -> Page:
    """Type the code of the latest message, or what is given."""
    answers = {"code": typed or code()}
    return client.submit(page, answers, button="Confirm and book", status=status, follow=status is None)


def person_of(address: str) -> Person | None:
    return db.session.scalar(select(Person).join(EmailAddress).where(EmailAddress.address == address))


def with_cookie(app: Flask, value: str) -> Client:
    """The browser as it was, for what it sends before it has heard the answer."""
    client = Client(app)
    client._client.set_cookie("muster", value)  # pyright: ignore[reportPrivateUsage]
    return client


def test_a_newcomer_books_with_one_page_and_one_code(client: Client, window: Window) -> None:
    page = client.get(f"/sessions/{window.ref}/book", follow=True)
    assert page.h1 == "Early help"
    page = begin(client, window)
    assert page.h1 == "Enter your code"
    assert f"We have sent a code to {PRIYA}. It works until 10:30am." in page
    [held] = window.bookings()
    assert held.state is BookingState.HELD
    [message] = sent(CODE)
    assert message.recipient_address == PRIYA
    assert "/link/" not in message.body_text
    assert "A place is held for you until Monday 2 November 2026 at 10:30am." in message.body_text
    page = confirm(client, page)
    assert page.flashes == [f"Your address is confirmed. The place is booked. We have written to {PRIYA}."]
    assert page.url.startswith("/my/bookings/")
    [booking] = window.bookings()
    assert booking.state is BookingState.CONFIRMED
    assert booking.agency_id == window.agency_id, "known by the address"
    assert booking.job_role == "Teacher"
    account = db.session.scalars(select(Account)).one()
    assert account.password is None
    assert account.confirmed_at is not None
    assert len(sent("bookings.confirmation")) == 1
    assert broken_invariants(window.id) == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"given_name": ""}, "Enter your first name"),
        ({"family_name": "www.evil.example"}, "A name must not contain a web or email address"),
        ({"address": "priya"}, "Enter an email address in the correct format"),
        ({"address": "office@sandby.example"}, "Enter your own address: office@ looks like a mailbox that several"),
        ({"address": "priya@elsewhere.example"}, "Select your agency, or say what it is called"),
        ({"address": "priya@elsewhere.example", "agency": "not-listed"}, "Enter the name of your agency"),
        ({"job_role": ""}, "Enter your job role"),
        ({"job_role": "see evil.example"}, "The job role must not contain a web or email address"),
    ],
)
def test_what_cannot_be_typed(client: Client, window: Window, answers: dict[str, str], error: str) -> None:
    page = begin(client, window, status=400, **{"address": PRIYA, **answers})
    assert page.errors[0].startswith(error)
    assert page.one("[name=family_name]")["value"] == answers.get("family_name", "Nair"), "what was typed is kept"
    assert window.bookings() == []
    assert person_of(PRIYA) is None
    assert not sent(CODE)


def test_an_agency_that_is_not_listed_stops_nobody(client: Client, window: Window) -> None:
    confirm(client, begin(client, window, "priya@elsewhere.example", agency_named="Sandby Scouts"))
    [booking] = window.bookings()
    assert booking.state is BookingState.CONFIRMED
    assert booking.agency_id is None
    assert booking.employment is not None
    assert booking.employment.agency_named == "Sandby Scouts"


def test_declared_agreement_is_asked_for_and_a_manager_is_not(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(agreement=Agreement.DECLARED)
    page = begin(client, window, status=400)
    assert page.errors == ["Confirm that you have your line manager’s agreement"]
    assert not page.select("[name=manager_address]")
    confirm(client, begin(client, window, declared="yes"))
    assert window.bookings()[0].state is BookingState.CONFIRMED


def test_where_the_manager_is_asked_their_address_is_wanted_or_that_there_is_none(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(agreement=Agreement.ASKED)
    page = begin(client, window, status=400)
    assert page.errors == ["Enter the email address of your line manager, or say that you have none"]
    page = begin(client, window, status=400, manager_address=PRIYA)
    assert page.errors == ["Enter the address of the line manager, not the person’s own"]
    page = confirm(client, begin(client, window, manager_address="grace.oduya@sandby.example"))
    [booking] = window.bookings()
    assert booking.state is BookingState.AWAITING_AGREEMENT
    assert "Your manager has been asked." in page
    assert sent("bookings.agreement-asked")[-1].recipient_address == "grace.oduya@sandby.example"


def test_wrong_codes_are_counted_and_another_code_helps(client: Client, window: Window) -> None:
    page = begin(client, window)
    for _ in range(5):
        wrong = confirm(client, page, "0000 0000", 400)
        assert wrong.errors == ["This code is not right. Check the message, or ask for another code"]
    right = code()
    assert confirm(client, page, right, 400).errors == ["There were too many wrong codes. Ask for another code"]
    page = client.submit(page, button="Send another code", follow=True)
    assert page.flashes == ["Another code is on its way. The one before does not work any more."]
    assert code() != right
    assert confirm(client, page, right, 400).errors[0].startswith("This code is not right.")
    confirm(client, page)
    assert window.bookings()[0].state is BookingState.CONFIRMED


def test_the_code_of_another_booking_is_wrong(client: Client, window: Window) -> None:
    first = begin(client, window)
    of_first = code()
    second = begin(client, window, "una.shah@sandby.example", given_name="Una", family_name="Shah")
    assert confirm(client, second, of_first, 400).errors[0].startswith("This code is not right.")
    assert confirm(client, first, of_first).flashes[0].startswith("Your address is confirmed.")
    assert [booking.state for booking in window.bookings()] == [BookingState.HELD, BookingState.CONFIRMED]


def test_nobody_confirms_and_it_is_gone_without_trace(
    client: Client, window: Window, wall_clock: WallClock, database: Engine
) -> None:
    page = begin(client, window)
    assert len(window.bookings()) == 1
    wall_clock.forward(minutes=29)
    assert let_go_of_places() == 0
    wall_clock.forward(minutes=1)
    assert let_go_of_places() == 1
    assert window.bookings() == []
    assert person_of(PRIYA) is None
    assert db.session.scalars(select(FirstRequest)).all() == []
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind.in_(["person", "booking"]))).all() == []
    late = confirm(client, page, "1234 5678", 410)
    assert "no place is held for you any more" in late
    assert late.one("[name=family_name]")["value"] == "Nair"
    assert late.one("[name=address]")["value"] == PRIYA
    again = client.submit(late, follow=True)
    assert again.h1 == "Enter your code"
    assert window.bookings()[0].state is BookingState.HELD


def test_the_place_goes_to_whoever_waits(client: Client, app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(capacity=1)
    begin(client, window)
    waits = book_place(COMMAND, window.id, make_person().id, declared=True)
    db.session.commit()
    assert waits.state is BookingState.WAITING
    wall_clock.forward(minutes=30)
    let_go_of_places()
    assert [booking.state for booking in window.bookings()] == [BookingState.CONFIRMED]


def test_a_full_session_holds_nothing_and_the_code_joins_the_list(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(capacity=1)
    make_booking(window.course_session)
    db.session.commit()
    page = begin(client, window)
    assert len(window.bookings()) == 1
    assert "No place is held." in sent(CODE)[-1].body_text
    page = confirm(client, page)
    assert "the booking is on the waiting list" in page.flashes[0]
    assert window.bookings()[1].state is BookingState.WAITING


def known(window: Window, *, role: Role | None = None) -> Person:
    agency = db.session.get_one(Agency, window.agency_id)
    person = make_person("Priya", "Nair", address=PRIYA, agency=agency, role=role)
    db.session.commit()
    return person


def test_a_known_address_gets_the_same_page_and_comes_as_itself(client: Client, window: Window) -> None:
    unknown = begin(client, window, "una.shah@sandby.example")
    person_id = known(window).id
    page = begin(client, window, given_name="Silly", family_name="Name", job_role="Pirate")
    assert page.text.replace(PRIYA, "") == unknown.text.replace("una.shah@sandby.example", "")
    assert "We know you" in sent(CODE)[-1].body_text
    assert "Hello Priya," in sent(CODE)[-1].body_text
    confirm(client, page)
    booking = window.bookings()[-1]
    assert (booking.person_id, booking.job_role) == (person_id, "Social worker")
    assert booking.person.name == "Priya Nair"


def test_who_has_booked_already_reads_so_in_the_mail_alone(client: Client, window: Window) -> None:
    person = known(window)
    booking = book_place(COMMAND, window.id, person.id, declared=True)
    db.session.commit()
    ref = booking.ref
    page = begin(client, window)
    assert page.h1 == "Enter your code"
    assert "You have booked this session already." in sent(CODE)[-1].body_text
    page = confirm(client, page)
    assert page.url == f"/my/bookings/{ref}"
    assert page.flashes == ["Your address is confirmed. You had booked this session already."]
    assert len(window.bookings()) == 1


def test_a_held_place_never_stands_in_the_way_of_its_owner(client: Client, window: Window) -> None:
    person = known(window)
    begin(client, window)
    client.sign_out()
    client.sign_in(person)
    assert "Coming up" not in client.get("/my/bookings")
    page = client.submit(client.get(f"/sessions/{window.ref}/book"), follow=True)
    assert page.flashes[0].startswith("The place is booked.")
    assert [booking.state for booking in window.bookings()] == [BookingState.CONFIRMED]
    assert broken_invariants(window.id) == []


def test_who_has_a_place_held_keeps_it_before_whoever_waits(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(capacity=1)
    person = known(window)
    begin(client, window)
    waits = book_place(COMMAND, window.id, make_person().id, declared=True)
    db.session.commit()
    booking = book_place(viewer_of(person), window.id, person.id, declared=True)
    db.session.commit()
    assert booking.state is BookingState.CONFIRMED
    assert db.session.get_one(Booking, waits.id).state is BookingState.WAITING
    assert broken_invariants(window.id) == []


def test_held_places_block_no_more_than_a_share_of_a_session(client: Client, window: Window) -> None:
    for number in range(4):
        client.sign_out()
        begin(client, window, f"person{number}@sandby.example")
    assert [booking.state for booking in window.bookings()] == [BookingState.HELD] * 2
    assert "No place is held." in sent(CODE)[-1].body_text


def test_one_browser_and_one_address_hold_few_places(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window()
    course = window.course_session.course
    others = [make_session(course, on=date(2026, 12, day), capacity=8) for day in (1, 2, 3)]
    db.session.commit()
    refs = [other.ref for other in others]
    begin(client, window)
    for ref in refs:
        window.ref = ref
        begin(client, window)
    assert db.session.query(Booking).filter_by(state=BookingState.HELD).count() == 3


def test_two_browsers_with_one_address_share_a_place_and_either_code_works(
    app: Flask, client: Client, window: Window
) -> None:
    other = Client(app)
    first = begin(client, window)
    of_first = code()
    second = begin(other, window, given_name="Pria")
    assert [booking.state for booking in window.bookings()] == [BookingState.HELD]
    confirm(other, second)
    [booking] = window.bookings()
    assert booking.state is BookingState.CONFIRMED
    assert booking.person.given_name == "Pria", "the name of whoever had the code"
    page = confirm(client, first, of_first)
    assert page.flashes == ["Your address is confirmed. You had booked this session already."]
    assert len(window.bookings()) == 1


def test_a_button_pressed_twice_signs_in_twice_and_books_once(app: Flask, client: Client, window: Window) -> None:
    page = begin(client, window)
    typed = code()
    other = with_cookie(app, client.cookie)
    confirm(client, page, typed)
    # The browser that pressed twice listens to the second answer alone.
    again = other.submit(page, {"code": typed}, button="Confirm and book", follow=True)
    assert again.url.startswith("/my/bookings/")
    assert len(window.bookings()) == 1
    assert len(sent("bookings.confirmation")) == 1


def test_a_code_signs_in_for_a_minute_only(app: Flask, client: Client, window: Window, wall_clock: WallClock) -> None:
    page = begin(client, window)
    typed = code()
    other = with_cookie(app, client.cookie)
    confirm(client, page, typed)
    wall_clock.forward(minutes=2)
    other.submit(page, {"code": typed}, button="Confirm and book", status=410)
    assert other.get("/my", status=302).location.startswith("/sign-in")


def test_the_address_can_be_put_right_and_the_place_goes_over(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(capacity=1)
    page = begin(client, window, "pria.nair@sandby.example")
    book_place(COMMAND, window.id, make_person().id, declared=True)
    db.session.commit()
    page = client.click(page, "Change the address, or what you typed")
    assert page.one("[name=address]")["value"] == "pria.nair@sandby.example"
    page = client.submit(page, {"address": PRIYA}, follow=True)
    assert f"We have sent a code to {PRIYA}." in page
    assert person_of("pria.nair@sandby.example") is None
    confirm(client, page)
    assert sorted(booking.state.value for booking in window.bookings()) == ["confirmed", "waiting"]
    assert broken_invariants(window.id) == []


def test_the_roles_of_the_desk_are_held_only_with_a_second_factor(client: Client, window: Window) -> None:
    person = known(window, role=Role.OFFICER)
    open_account(person, None, person.addresses[0].confirmed_at)
    db.session.commit()
    confirm(client, begin(client, window), status=302)
    assert window.bookings()[0].state is BookingState.CONFIRMED
    assert client.ask("GET", "/desk").status != 200


def test_a_closed_account_is_told_so_and_nothing_is_booked(client: Client, window: Window) -> None:
    person = known(window)
    account = open_account(person, None, person.addresses[0].confirmed_at)
    account.active, account.closed_at, account.closed_because = False, account.confirmed_at, "Left"
    db.session.commit()
    page = begin(client, window)
    assert page.h1 == "Enter your code"
    assert not sent(CODE)
    [message] = sent("bookings.first-closed")
    assert message.recipient_address == PRIYA
    confirm(client, page, "1234 5678", 400)


def test_booking_that_closes_meanwhile_keeps_what_is_held(
    client: Client, window: Window, wall_clock: WallClock
) -> None:
    window.course_session.booking_closes_at = db.session.get_one(CourseSession, window.id).starts_at.replace(
        day=2, hour=10, minute=10
    )
    db.session.commit()
    page = begin(client, window)
    wall_clock.forward(minutes=15)
    confirm(client, page)
    assert window.bookings()[0].state is BookingState.CONFIRMED


def test_no_code_stays_in_the_log_and_nothing_is_led_elsewhere(client: Client, window: Window) -> None:
    begin(client, window)
    message = db.session.scalars(select(OutboxMessage)).one()
    typed = code()
    assert typed not in message.shown_text
    assert message.person_id is None, "whoever may be gone in half an hour is named by nothing that stays"
