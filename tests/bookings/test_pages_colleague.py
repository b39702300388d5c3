"""Sending a colleague: who gets what is shown first, nobody learns who is known here, and the place never waits."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.bookings.links_in_mail import latest, link_in
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session, number
from tests.pages import Client, Page
from training.agencies.operations import set_domains
from training.bookings.mail_substitution import NOT_TAKEN, REPLACED, SENT_BY_COLLEAGUE, SENT_TO_BE_AGREED
from training.bookings.models import Booking, BookingState, BookingWarning
from training.bookings.operations import book_place
from training.catalogue.models import Agreement, CoursePrerequisite
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, RoleGrant, Standing

ALEX = {
    "given_name": "Alex", "family_name": "Marsh", "address": "alex.marsh@hill.example", "job_role": "Teacher",
}  # fmt: skip


class Place:
    """Somebody with the only place on a session, somebody who waits for it, and their school."""

    def __init__(self, wall_clock: WallClock, agreement: Agreement = Agreement.NONE) -> None:
        wall_clock.set("2026-11-20 10:00")
        self.agency = make_agency(f"Hill School {number()}")
        self.person = make_person("Priya", "Nair", agency=self.agency)
        self.course_session = make_session(make_course(agreement=agreement), on=date(2026, 11, 23), capacity=1)
        domain = "hill.example" if agreement is not Agreement.ASKED else "hilltop.example"
        set_domains(COMMAND, self.agency, [domain])
        db.session.commit()
        self.booking = self.book(self.person)
        self.waiting = self.book(make_person("Wen"))

    def book(self, person: Person) -> Booking:
        booking = book_place(COMMAND, self.course_session.id, person.id, declared=True)
        if booking.state is BookingState.AWAITING_AGREEMENT:
            booking.state = BookingState.CONFIRMED
        db.session.commit()
        return booking

    @property
    def page(self) -> str:
        return f"/my/bookings/{self.booking.ref}/colleague"

    def colleague(self) -> Booking:
        """The booking that took the place."""
        db.session.expire_all()
        assert self.booking.replaced_by_id is not None
        return db.session.get_one(Booking, self.booking.replaced_by_id)

    def is_untouched(self) -> bool:
        db.session.expire_all()
        return self.booking.state is BookingState.CONFIRMED


@pytest.fixture
def place(app: Flask, wall_clock: WallClock) -> Place:
    return Place(wall_clock)


def sent(client: Client, place: Place, status: int | None = None, page: str = "", **answers: str) -> Page:
    """Name a colleague and press the button on the page that says what will happen."""
    checked = client.submit(client.get(page or place.page), ALEX | answers, status=200)
    button = next(one for one in checked.buttons if one.startswith("Send "))
    return client.submit(checked, {}, button=button, status=status, follow=status is None)


def test_what_will_happen_is_shown_before_it_does(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    page = client.click(client.get(f"/my/bookings/{place.booking.ref}"), "Send a colleague instead")
    assert "This never counts as late." in page
    checked = client.submit(page, ALEX, status=200)
    assert checked.h1 == "Check before you send Alex Marsh"
    assert "Alex Marsh gets the place at once, ahead of whoever waits." in checked
    assert "It does not count as late" in checked
    assert place.is_untouched()
    changed = client.submit(checked, {}, button="Change what I entered", status=200)
    assert changed.one("#given_name")["value"] == "Alex"
    assert place.is_untouched()
    done = client.submit(
        client.submit(changed, {"given_name": "Sasha"}, status=200), {}, button="Send Sasha Marsh", follow=True
    )
    assert done.flashes == ["Your place has gone to Sasha Marsh. We have written to them."]
    assert "A colleague took your place." in done


def test_somebody_new_comes_past_the_list_and_is_told_who_sent_them(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    sent(client, place)
    colleague = place.colleague()
    assert (colleague.state, colleague.person.name, colleague.agency_id) == (
        BookingState.CONFIRMED, "Alex Marsh", place.agency.id,
    )  # fmt: skip
    assert colleague.employment is not None
    assert colleague.employment.standing is Standing.ASKED, "a colleague’s word is for the agency to confirm"
    assert not place.booking.is_late
    assert place.waiting.state is BookingState.WAITING
    message = latest(SENT_BY_COLLEAGUE.name)
    assert message.recipient_address == ALEX["address"]
    assert "Priya Nair cannot come and named you to take the place." in message.body_text
    assert "/privacy" in message.body_text
    assert "/terms" in message.body_text
    assert message.calendar_method == "REQUEST"
    assert "Alex Marsh takes your place" in latest(REPLACED.name).body_text
    assert broken_invariants(place.course_session.id) == []
    assert calendars_out_of_step(place.course_session.id) == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"address": "office@hill.example"}, "Enter the address of one person: office@ looks like a mailbox"),
        ({"address": "nobody"}, "Enter an email address in the correct format"),
        ({"given_name": "www.evil.example"}, "A name must not contain a web or email address"),
        ({"job_role": "see https://evil.example"}, "The job role must not contain a web or email address"),
        ({"family_name": ""}, "Enter their family name"),
    ],
)
def test_bad_answers_are_said_by_the_field_and_kept(
    client: Client, place: Place, answers: dict[str, str], error: str
) -> None:
    client.sign_in(place.person)
    page = client.submit(client.get(place.page), ALEX | answers, status=400)
    assert [one[: len(error)] for one in page.errors] == [error]
    assert page.one("#job_role")["value"] == (ALEX | answers)["job_role"]
    assert place.is_untouched()


def test_oneself_cannot_be_named_and_a_changed_form_is_shown_again(client: Client, place: Place) -> None:
    client.sign_in(place.person)
    failed = sent(client, place, 400, address=place.person.address or "")
    assert failed.errors == ["Name somebody else to take the place"]
    fields = {**ALEX, "seen": "0" * 20}
    assert client.post(place.page, fields, 200).h1 == "Check before you send Alex Marsh"
    assert place.is_untouched()


def test_somebody_known_is_found_by_any_address_and_nothing_of_them_is_told(client: Client, place: Place) -> None:
    known = make_person("Robin", "Realname", address="robin@hill.example", agency=place.agency)
    db.session.commit()
    client.sign_in(place.person)
    checked = client.submit(client.get(place.page), ALEX | {"address": "ROBIN@hill.example"}, status=200)
    assert "Realname" not in checked.body.decode()
    done = client.submit(checked, {}, button="Send Alex Marsh", follow=True)
    assert "Realname" not in done.body.decode()
    assert place.colleague().person_id == known.id
    told = db.session.scalars(
        select(OutboxMessage.body_text).where(OutboxMessage.recipient_address == place.person.address)
    )
    assert not any("Realname" in text for text in told)


def test_on_a_colleague_s_word_alone_nobody_is_put_before_a_lead(client: Client, place: Place) -> None:
    known = make_person("Robin", address="robin@elsewhere.example", agency=make_agency())
    db.session.commit()
    client.sign_in(place.person)
    sent(client, place, address="robin@elsewhere.example")
    job = place.colleague().employment
    assert job is not None
    assert (job.person_id, job.agency_id, job.standing) == (known.id, place.agency.id, Standing.LISTED)


def test_an_answer_that_they_do_not_work_there_is_not_asked_again_nor_told(client: Client, place: Place) -> None:
    known = make_person("Robin", address="robin@elsewhere.example")
    db.session.add(
        Employment(
            person=known, agency=place.agency, job_role="", from_on=date(2026, 1, 1), to_on=date(2026, 2, 1),
            standing=Standing.REFUSED,
        )
    )  # fmt: skip
    db.session.commit()
    client.sign_in(place.person)
    failed = sent(client, place, 400, address="robin@elsewhere.example")
    assert failed.errors == ["The place cannot be passed to this person. Name somebody else, or ask the training team"]
    assert place.is_untouched()


def test_somebody_who_has_a_place_already_is_named_only_where_it_is_known_they_work_there(
    client: Client, place: Place
) -> None:
    place.course_session.capacity = 4
    near = make_person("Near", address="near@hill.example", agency=place.agency)
    far = make_person("Far", address="far@elsewhere.example")
    for person in (near, far):
        place.book(person)
    client.sign_in(place.person)
    assert sent(client, place, 400, address="near@hill.example").errors == [
        "Alex Marsh has a place on this session already"
    ]
    failed = sent(client, place, 400, address="far@elsewhere.example")
    assert failed.errors == ["The place cannot be passed to this person. Name somebody else, or ask the training team"]


def test_what_comes_first_is_asked_of_everybody_and_kept_for_the_desk_alone(client: Client, place: Place) -> None:
    first = make_course("Basics first")
    db.session.add(CoursePrerequisite(course_id=place.course_session.course_id, requires_id=first.id))
    db.session.commit()
    client.sign_in(place.person)
    page = client.get(place.page)
    assert "This course asks for “Basics first” first." in page
    assert client.submit(page, ALEX, status=400).errors == ["Enter whether they have done what comes first"]
    checked = client.submit(page, ALEX | {"note": "Alex did it in 2024"}, status=200)
    assert "no record" not in checked
    client.submit(checked, {}, button="Send Alex Marsh")
    kept = db.session.scalars(select(BookingWarning)).one()
    assert (kept.booking_id, kept.kind, kept.note) == (place.colleague().id, "prerequisite", "Alex did it in 2024")
    assert kept.settled_at is None, "the officer is asked"


def test_the_managers_agreement_is_declared_or_asked_as_the_rule_has_it(
    client: Client, app: Flask, wall_clock: WallClock
) -> None:
    declared = Place(wall_clock, Agreement.DECLARED)
    client.sign_in(declared.person)
    page = client.get(declared.page)
    assert client.submit(page, ALEX, status=400).errors == ["Confirm that their line manager agrees"]
    sent(client, declared, declared="yes")
    assert declared.colleague().state is BookingState.CONFIRMED
    asked = Place(wall_clock, Agreement.ASKED)
    client.sign_in(asked.person)
    done = sent(client, asked, address="second@hill.example")
    assert "Your place has gone to Alex Marsh." in done.flashes[0]
    assert asked.colleague().state is BookingState.AWAITING_AGREEMENT
    assert "keep the place for you until" in latest(SENT_TO_BE_AGREED.name).body_text


def test_whoever_was_named_says_that_it_is_not_for_them_and_the_sender_hears_no_name(
    client: Client, place: Place
) -> None:
    known = make_person("Robin", "Realname", address="robin@elsewhere.example")
    db.session.commit()
    client.sign_in(place.person)
    sent(client, place, address="robin@elsewhere.example")
    client.sign_out()
    page = client.get(link_in(latest(SENT_BY_COLLEAGUE.name)))
    client.submit(page, {"why": "somebody-else"}, follow=True)
    colleague = place.colleague()
    assert (colleague.state, colleague.is_late) == (BookingState.CANCELLED, False)
    assert place.waiting.state is BookingState.OFFERED
    assert latest(NOT_TAKEN.name).recipient_address == place.person.address
    told = db.session.scalars(
        select(OutboxMessage.body_text).where(OutboxMessage.recipient_address == place.person.address)
    )
    assert not any("Realname" in text for text in told)
    job = known.employments[0]
    assert (job.standing, job.to_on is not None) == (Standing.REFUSED, True)
    assert broken_invariants(place.course_session.id) == []


def test_a_lead_sends_their_people_and_the_desk_anybody(client: Client, place: Place) -> None:
    lead = make_person("Lee", agency=place.agency)
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=place.agency, from_on=date(2020, 1, 1)))
    other = make_person("Olive", address="olive@police.example", agency=make_agency("Police"))
    officer = make_person("Olu", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(lead)
    client.get(f"/agency/bookings/{place.waiting.ref}/colleague", 404)
    sent(client, place, page=f"/agency/bookings/{place.booking.ref}/colleague")
    first = place.colleague()
    assert first.employment is not None
    assert first.employment.standing is Standing.VOUCHED, "the lead’s word is enough on the agency’s own domain"
    assert "Lee" in latest(SENT_BY_COLLEAGUE.name).body_text
    client.sign_in(officer)
    sent(client, place, page=f"/desk/bookings/{first.ref}/colleague", address="olive@police.example")
    db.session.expire_all()
    second = db.session.get_one(Booking, db.session.get_one(Booking, first.id).replaced_by_id)
    assert (second.person_id, second.agency_id) == (other.id, other.employments[0].agency_id)


def test_only_a_place_that_has_not_begun_can_be_passed_on(client: Client, place: Place, wall_clock: WallClock) -> None:
    client.sign_in(place.waiting.person)
    page = f"/my/bookings/{place.waiting.ref}/colleague"
    assert "this booking does not hold one" in client.get(page)
    client.post(page, ALEX, 409)
    wall_clock.set("2026-11-23 09:30")
    client.sign_in(place.person)
    assert "This session has begun" in client.get(place.page)


def test_somebody_without_a_known_agency_is_sent_to_the_training_team(
    client: Client, app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    person, course_session = make_person(), make_session(on=date(2026, 12, 7))
    booking = book_place(COMMAND, course_session.id, person.id, declared=True)
    db.session.commit()
    client.sign_in(person)
    assert "ask the training team to pass the place on" in client.get(f"/my/bookings/{booking.ref}/colleague")
