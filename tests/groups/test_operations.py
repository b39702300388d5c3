"""Several people at once and reserved places: an answer for each, nothing twice, never more than there is."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, make_session, viewer_of
from training.agencies.models import Agency
from training.bookings.models import Booking, BookingState
from training.bookings.models_agencies import GroupBooking
from training.bookings.operations import book_place, cancel_booking
from training.bookings.places import standing_of
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.groups.operations import Named, Outcome, book_group
from training.groups.operations_reservations import (
    give_back,
    lapse_reservation,
    name_somebody,
    reserve_places,
    unnamed,
)
from training.people.models import Person
from training.schedule.models import CourseSession

CONFIRMED, WAITING = BookingState.CONFIRMED, BookingState.WAITING


@pytest.fixture(autouse=True)
def three_weeks_before(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def lead_of(agency: Agency) -> Viewer:
    person = make_person(agency=agency)
    return Viewer(ViewerKind.PERSON, person.id, (Grant(Role.AGENCY_LEAD, agency.id),))


def session_with(capacity: int) -> CourseSession:
    course_session = make_session(on=date(2026, 11, 23), capacity=capacity)
    db.session.commit()
    return course_session


def group(viewer: Viewer, course_session: CourseSession, people: list[Person], *, together: bool = False) -> Outcome:
    named = [Named(person.id) for person in people]
    outcome = book_group(viewer, course_session.id, named, together=together, declared=True)
    db.session.commit()
    assert broken_invariants(course_session.id) == []
    assert calendars_out_of_step(course_session.id) == []
    return outcome


def states(outcome: Outcome) -> list[BookingState]:
    return [booking.state for booking in outcome.booked]


def test_everybody_of_a_group_gets_an_answer_and_one_refused_stops_nobody(agency: Agency) -> None:
    course_session = session_with(5)
    people = [make_person(agency=agency) for _ in range(5)]
    book_place(COMMAND, course_session.id, people[2].id, declared=True)
    outcome = group(lead_of(agency), course_session, people)
    assert [bool(answer.booking) for answer in outcome.answers] == [True, True, False, True, True]
    assert "already booked" in outcome.answers[2].refused
    assert states(outcome) == [CONFIRMED] * 4
    told = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "bookings.confirmation")
    assert db.session.scalar(told) == 5
    text = db.session.scalars(select(OutboxMessage.body_text).order_by(OutboxMessage.id.desc())).first()
    assert text is not None
    assert "booked this for you" in text


def test_as_many_as_possible_have_places_and_the_others_wait(agency: Agency) -> None:
    course_session = session_with(2)
    outcome = group(lead_of(agency), course_session, [make_person(agency=agency) for _ in range(3)])
    assert states(outcome) == [CONFIRMED, CONFIRMED, WAITING]


def test_a_group_that_comes_together_waits_until_all_of_it_fits(agency: Agency) -> None:
    course_session = session_with(3)
    before = [book_place(COMMAND, course_session.id, make_person().id, declared=True) for _ in range(2)]
    outcome = group(lead_of(agency), course_session, [make_person(agency=agency) for _ in range(2)], together=True)
    assert states(outcome) == [WAITING, WAITING]
    cancel_booking(COMMAND, before[0].id)
    db.session.commit()
    assert states(outcome) == [CONFIRMED, CONFIRMED]
    assert broken_invariants(course_session.id) == []


def test_somebody_alone_goes_past_a_group_that_does_not_fit(agency: Agency) -> None:
    course_session = session_with(2)
    book_place(COMMAND, course_session.id, make_person().id, declared=True)
    outcome = group(lead_of(agency), course_session, [make_person(agency=agency) for _ in range(2)], together=True)
    alone = book_place(COMMAND, course_session.id, make_person().id, declared=True)
    db.session.commit()
    assert (states(outcome), alone.state) == ([WAITING, WAITING], CONFIRMED)
    assert outcome.group is not None
    assert outcome.group.skips == 1


def test_if_one_of_a_group_that_comes_together_cannot_nobody_is_booked(agency: Agency) -> None:
    course_session = session_with(5)
    people = [make_person(agency=agency) for _ in range(2)]
    book_place(COMMAND, course_session.id, people[0].id, declared=True)
    outcome = group(lead_of(agency), course_session, people, together=True)
    assert (outcome.group, outcome.booked) == (None, [])
    assert db.session.scalar(select(func.count()).select_from(GroupBooking)) == 0
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1


def test_a_group_larger_than_the_session_cannot_come_together(agency: Agency) -> None:
    course_session = session_with(2)
    with pytest.raises(Refused, match="can never come together"):
        group(lead_of(agency), course_session, [make_person(agency=agency) for _ in range(3)], together=True)
    db.session.rollback()
    assert standing_of(course_session.id).held == 0


def test_a_lead_books_nobody_of_another_agency(agency: Agency) -> None:
    course_session = session_with(2)
    stranger = make_person(agency=make_agency())
    with pytest.raises(LookupError):
        group(lead_of(agency), course_session, [stranger])


@pytest.mark.parametrize("people", [0, 101])
def test_a_group_has_between_one_person_and_a_hundred(people: int) -> None:
    course_session = session_with(2)
    with pytest.raises(Refused):
        book_group(COMMAND, course_session.id, [Named(key) for key in range(people)], together=False, declared=True)


def test_reserved_places_are_kept_until_they_are_named(agency: Agency) -> None:
    course_session, lead = session_with(2), lead_of(agency)
    kept = reserve_places(lead, course_session.id, agency.id, 1, clock.now() + timedelta(days=7))
    db.session.commit()
    first = book_place(COMMAND, course_session.id, make_person().id, declared=True)
    second = book_place(COMMAND, course_session.id, make_person().id, declared=True)
    db.session.commit()
    assert (first.state, second.state) == (CONFIRMED, WAITING)
    named = name_somebody(lead, kept.id, make_person(agency=agency).id, declared=True)
    db.session.commit()
    assert (named.state, second.state, unnamed(kept)) == (CONFIRMED, WAITING, 0)
    assert broken_invariants(course_session.id) == []
    with pytest.raises(Refused, match="has its name"):
        name_somebody(lead, kept.id, make_person(agency=agency).id, declared=True)


def test_what_is_not_named_in_time_goes_to_whoever_waits(agency: Agency, wall_clock: WallClock) -> None:
    course_session, lead = session_with(1), lead_of(agency)
    kept = reserve_places(lead, course_session.id, agency.id, 1, clock.now() + timedelta(days=2))
    waits = book_place(COMMAND, course_session.id, make_person().id, declared=True)
    db.session.commit()
    assert (waits.state, lapse_reservation(COMMAND, kept.id)) == (WAITING, False)
    wall_clock.forward(hours=49)
    assert lapse_reservation(COMMAND, kept.id)
    db.session.commit()
    assert waits.state is CONFIRMED
    with pytest.raises(Refused, match="given back"):
        name_somebody(lead, kept.id, make_person(agency=agency).id, declared=True)


def test_places_are_reserved_only_where_they_are_free(agency: Agency) -> None:
    course_session, lead = session_with(2), lead_of(agency)
    book_place(COMMAND, course_session.id, make_person().id, declared=True)
    with pytest.raises(Refused, match="Only 1 place can be reserved"):
        reserve_places(lead, course_session.id, agency.id, 2, clock.now() + timedelta(days=7))
    db.session.rollback()
    with pytest.raises(LookupError):
        reserve_places(lead, course_session.id, make_agency().id, 1, clock.now() + timedelta(days=7))
    db.session.rollback()
    with pytest.raises(Refused, match="between today and the start"):
        reserve_places(lead, course_session.id, agency.id, 1, clock.now() + timedelta(days=70))


def test_a_lead_gives_places_back_and_cancels_for_their_people(agency: Agency) -> None:
    course_session, lead = session_with(2), lead_of(agency)
    kept = reserve_places(lead, course_session.id, agency.id, 2, clock.now() + timedelta(days=7))
    named = name_somebody(lead, kept.id, make_person(agency=agency).id, declared=True)
    waits = [book_place(COMMAND, course_session.id, make_person().id, declared=True) for _ in range(2)]
    give_back(lead, kept.id)
    db.session.commit()
    assert [one.state for one in waits] == [CONFIRMED, WAITING]
    cancel_booking(lead, named.id, "On leave")
    db.session.commit()
    assert (waits[1].state, named.cancelled_by) == (CONFIRMED, "lead")
    with pytest.raises(Refused, match="given back already"):
        give_back(lead, kept.id)
    db.session.rollback()
    with pytest.raises(LookupError):
        cancel_booking(viewer_of(make_person()), waits[0].id)
