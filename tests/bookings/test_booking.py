"""Booking, waiting, cancelling, offers and capacity: what happens to the places, and who is told what."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_offers import accept_offer, decline_offer, give_place
from training.bookings.ticks import lapse_offers, sweep
from training.catalogue.models import Agreement
from training.changes.operations_capacity import change_capacity
from training.config import installation
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, RoleGrant, Standing
from training.schedule.models import CourseSession


def booked(course_session: CourseSession, *people: Person) -> list[Booking]:
    """Book the people in this order."""
    bookings = [book_place(COMMAND, course_session.id, person.id, declared=True) for person in people]
    db.session.commit()
    return bookings


def kinds_about(booking: Booking) -> list[str]:
    """The kinds of messages about a booking, in order, without the name of the stage."""
    about = f"booking:{booking.id}"
    kinds = db.session.scalars(
        select(OutboxMessage.kind).where(OutboxMessage.about == about).order_by(OutboxMessage.id)
    )
    return [kind.removeprefix("bookings.") for kind in kinds]


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
    assert "does not cancel your place" in message.body_text


def test_somebody_with_two_jobs_says_in_which_they_come(app: Flask) -> None:
    first, second = make_agency(), make_agency()
    person, stranger = make_person(agency=first), make_person(agency=first)
    person.employments.append(
        Employment(agency=second, job_role="Governor", from_on=clock.today(), standing=Standing.VOUCHED)
    )
    course_session = make_session()
    db.session.commit()
    for choice in (None, stranger.employments[0].id):
        with pytest.raises(Refused, match="Select the role") as refusal:
            book_place(COMMAND, course_session.id, person.id, choice, declared=True)
        assert refusal.value.field == "employment"
        db.session.rollback()
    booking = book_place(COMMAND, course_session.id, person.id, person.employments[1].id, declared=True)
    assert (booking.agency_id, booking.job_role) == (second.id, "Governor")
    db.session.commit()


def test_the_agreement_is_declared_where_the_course_asks_for_it(app: Flask) -> None:
    person = make_person()
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    with pytest.raises(Refused) as refusal:
        book_place(COMMAND, course_session.id, person.id, declared=False)
    assert refusal.value.field == "declared"
    db.session.rollback()
    assert book_place(COMMAND, course_session.id, person.id, declared=True).agreement is Agreement.DECLARED
    db.session.commit()


def test_a_second_booking_is_refused_with_the_reference_of_the_first_and_nobody_books_for_strangers(
    app: Flask,
) -> None:
    person, other = make_person(), make_person()
    course_session = make_session()
    db.session.commit()
    [booking] = booked(course_session, person)
    with pytest.raises(Refused, match=f"You are already booked, reference {booking.ref}"):
        book_place(viewer_of(person), course_session.id, person.id, declared=True)
    db.session.rollback()
    with pytest.raises(LookupError):
        book_place(viewer_of(other), course_session.id, person.id, declared=True)
    with pytest.raises(LookupError):
        cancel_booking(viewer_of(other), booking.id)
    db.session.rollback()


def test_cancelling_in_time_passes_the_place_to_whoever_asked_first(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    first, second, third = make_person(), make_person(), make_person()
    course_session = make_session(on=clock.today() + timedelta(days=28), capacity=1)
    db.session.commit()
    bookings = booked(course_session, first, second, third)
    assert [booking.state for booking in bookings] == ["confirmed", "waiting", "waiting"]
    cancel_booking(viewer_of(first), bookings[0].id, "On leave")
    db.session.commit()
    assert [booking.state for booking in bookings] == ["cancelled", "confirmed", "waiting"]
    assert (bookings[0].cancelled_by, bookings[0].is_late) == (CancelledBy.PERSON, False)
    assert kinds_about(bookings[0]) == ["confirmation", "cancelled"]
    assert kinds_about(bookings[1]) == ["waiting", "promoted"]
    again = booked(course_session, first)[0]
    assert (again.state, again.id != bookings[0].id) == (BookingState.WAITING, True)


def test_cancelling_after_the_cut_off_is_late_and_the_place_is_offered(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    people = [make_person() for _ in range(3)]
    course_session = make_session(on=clock.today() + timedelta(days=21), capacity=1)
    db.session.commit()
    bookings = booked(course_session, *people)
    wall_clock.set("2026-11-20 09:00")
    cancel_booking(viewer_of(people[0]), bookings[0].id)
    db.session.commit()
    assert bookings[0].is_late
    assert bookings[1].state is BookingState.OFFERED
    assert bookings[1].offered_until == clock.now() + timedelta(hours=24)
    decline_offer(viewer_of(people[1]), bookings[1].id)
    db.session.commit()
    assert (bookings[1].state, bookings[1].is_late) == (BookingState.CANCELLED, False)
    assert bookings[2].state is BookingState.OFFERED
    accept_offer(viewer_of(people[2]), bookings[2].id)
    db.session.commit()
    assert bookings[2].state is BookingState.CONFIRMED
    assert kinds_about(bookings[2]) == ["waiting", "offered", "confirmation"]
    with pytest.raises(Refused, match="No place is being held"):
        accept_offer(viewer_of(people[2]), bookings[2].id)
    db.session.rollback()


def test_an_offer_that_runs_out_goes_to_the_next_person(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    people = [make_person() for _ in range(3)]
    course_session = make_session(on=clock.today() + timedelta(days=21), capacity=1)
    db.session.commit()
    bookings = booked(course_session, *people)
    wall_clock.set("2026-11-20 09:00")
    cancel_booking(COMMAND, bookings[0].id)
    db.session.commit()
    second, asker = bookings[1].id, viewer_of(people[1])
    wall_clock.forward(hours=23)
    assert lapse_offers() == 0
    wall_clock.forward(hours=1)
    with pytest.raises(Refused, match="has gone to the next person"):
        accept_offer(asker, second)
    db.session.rollback()
    assert lapse_offers() == 1
    states = list(db.session.scalars(select(Booking.state).order_by(Booking.id)))
    assert states == ["cancelled", "lapsed", "offered"]
    assert kinds_about(db.session.get_one(Booking, second)) == ["waiting", "offered", "offer-lapsed"]


def test_in_the_last_two_hours_a_free_place_waits_for_somebody_to_take_it(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    first, second = make_person(), make_person()
    course_session = make_session(on=clock.today() + timedelta(days=21), capacity=1)
    db.session.commit()
    bookings = booked(course_session, first, second)
    with pytest.raises(Refused, match="in order of asking"):
        give_place(viewer_of(second), bookings[1].id)
    db.session.rollback()
    wall_clock.set("2026-11-23 08:00")
    cancel_booking(viewer_of(first), bookings[0].id)
    db.session.commit()
    assert bookings[1].state is BookingState.WAITING
    give_place(viewer_of(second), bookings[1].id)
    db.session.commit()
    assert bookings[1].state is BookingState.CONFIRMED


def test_nothing_about_a_place_changes_once_the_session_has_begun(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    person, late = make_person(), make_person()
    course_session = make_session(on=clock.today() + timedelta(days=21))
    db.session.commit()
    [booking] = booked(course_session, person)
    wall_clock.set("2026-11-23 09:30")
    with pytest.raises(Refused, match="has begun"):
        cancel_booking(viewer_of(person), booking.id)
    db.session.rollback()
    with pytest.raises(Refused, match="has begun"):
        book_place(viewer_of(late), course_session.id, late.id, declared=True)
    db.session.rollback()


def test_more_places_go_to_the_waiting_list_and_fewer_than_are_taken_are_refused(app: Flask) -> None:
    people = [make_person() for _ in range(4)]
    course_session = make_session(capacity=1)
    db.session.commit()
    bookings = booked(course_session, *people)
    change_capacity(COMMAND, course_session.id, 3)
    db.session.commit()
    assert [booking.state for booking in bookings] == ["confirmed", "confirmed", "confirmed", "waiting"]
    with pytest.raises(Refused, match="must be 3 or more") as refusal:
        change_capacity(COMMAND, course_session.id, 2)
    assert refusal.value.field == "capacity"
    db.session.rollback()


def test_the_sweep_finds_a_missed_place_and_says_so(app: Flask) -> None:
    course_session = make_session(capacity=1)
    missed = make_booking(
        course_session, make_person(), state=BookingState.WAITING, waiting_since=clock.now(), confirmed_at=None
    )
    missed_id = missed.id
    db.session.commit()
    assert sweep() == 1
    assert db.session.get_one(Booking, missed_id).state is BookingState.CONFIRMED
    deed = select(AuditEntry.deed).where(AuditEntry.subject_kind == "course_session")
    assert "found free places that had not been passed on" in db.session.scalars(deed).all()
    db.session.rollback()
    assert sweep() == 0


def test_the_messages_of_people_without_an_address_go_to_their_lead_by_name(app: Flask) -> None:
    agency = make_agency()
    person, lead = make_person("Carol", address=None, agency=agency), make_person("Lena", "Obi")
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2024, 1, 1)))
    course_session = make_session()
    db.session.commit()
    [booking] = booked(course_session, person)
    cancel_booking(COMMAND, booking.id, "Asked by telephone")
    db.session.commit()
    messages = list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    assert {message.recipient_address for message in messages} == {lead.address}
    assert all(message.subject.startswith(f"For {person.name}: ") for message in messages)
    assert f"This message is for {person.name}" in messages[0].body_text
    assert [message.calendar for message in messages] == [None, None]
    assert {message.person_id for message in messages} == {person.id}
    assert booking.cancelled_by is CancelledBy.OFFICER


def test_without_a_lead_the_desk_receives_what_somebody_without_an_address_is_sent(app: Flask) -> None:
    person = make_person("Carol", address=None)
    course_session = make_session()
    db.session.commit()
    booked(course_session, person)
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.recipient_address == installation().mail_address
    assert message.subject.startswith(f"For {person.name}: ")


def test_whoever_was_booked_by_somebody_else_is_told_who(app: Flask) -> None:
    officer, person = make_person("Ola", role=Role.OFFICER), make_person()
    course_session = make_session()
    db.session.commit()
    viewer = viewer_of(officer, Role.OFFICER)
    booking = book_place(viewer, course_session.id, person.id, declared=True, booked_by=officer.id)
    db.session.commit()
    text = db.session.scalars(select(OutboxMessage.body_text)).one()
    assert f"{officer.name} booked this for you" in text
    assert booking.booked_by_id == officer.id


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("cancelled_by_somebody", {"state": BookingState.CANCELLED}),
        ("waiting_has_moment", {"state": BookingState.WAITING, "waiting_since": None}),
        ("offer_has_limit", {"state": BookingState.OFFERED}),
        ("hold_has_limit", {"state": BookingState.HELD}),
        ("agreement_has_deadline", {"state": BookingState.AWAITING_AGREEMENT}),
        ("replaced_by_somebody", {"state": BookingState.REPLACED}),
        ("cancelled_has_moment", {"state": BookingState.CANCELLED, "cancelled_by": CancelledBy.PERSON}),
    ],
)
def test_the_database_refuses_a_state_without_what_belongs_to_it(
    app: Flask, constraint: str, columns: dict[str, object]
) -> None:
    course_session, person = make_session(), make_person()
    with pytest.raises(IntegrityError, match=f"ck_booking_{constraint}"):
        make_booking(course_session, person, **columns)
    db.session.rollback()


def test_the_database_refuses_a_second_live_booking(app: Flask) -> None:
    course_session, person = make_session(), make_person()
    make_booking(course_session, person)
    with pytest.raises(IntegrityError, match=r"uq_booking_live|booking.session_id, booking.person_id"):
        make_booking(course_session, person)
    db.session.rollback()
