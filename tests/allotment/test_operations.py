"""Applying, the allotment at the close, and deciding otherwise: who has a place, who hears why, and what repeats."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, make_session
from training.agencies.models import Agency
from training.allotment.operations import allot_places, decide_otherwise, repeats
from training.allotment.ticks import allot_what_is_due
from training.bookings.models import Booking, BookingState
from training.bookings.models_agencies import AgencyLimit
from training.bookings.models_allotment import Allotment, AllotmentResult
from training.bookings.operations import book_place, cancel_booking
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND
from training.schedule.models import CourseSession

APPLIED, CONFIRMED, WAITING = BookingState.APPLIED, BookingState.CONFIRMED, BookingState.WAITING


@pytest.fixture
def course_session(app: Flask, wall_clock: WallClock) -> CourseSession:
    """A session with two places for which people apply for a week."""
    wall_clock.set("2026-11-02 10:00")
    found = make_session(on=date(2026, 12, 7), capacity=2)
    found.applications_close_at = clock.instant(date(2026, 11, 9), clock.local(clock.now()).time())
    db.session.commit()
    return found


def apply(course_session: CourseSession, agency: Agency, wall_clock: WallClock) -> Booking:
    booking = book_place(COMMAND, course_session.id, make_person(agency=agency).id, declared=True)
    db.session.commit()
    wall_clock.forward(hours=1)
    return booking


def close(course_session: CourseSession, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-09 10:01")
    assert allot_places(COMMAND, course_session.id) is not None
    db.session.commit()
    assert allot_places(COMMAND, course_session.id) is None
    db.session.rollback()


def messages_about(booking: Booking) -> list[OutboxMessage]:
    found = select(OutboxMessage).where(OutboxMessage.about == f"booking:{booking.id}").order_by(OutboxMessage.id)
    return list(db.session.scalars(found))


def all_is_well(course_session: CourseSession) -> None:
    assert broken_invariants(course_session.id) == []
    assert calendars_out_of_step(course_session.id) == []


def test_people_apply_and_places_go_to_every_agency_in_turn(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    health, police = make_agency("Hospital trust"), make_agency("Police force")
    applications = [apply(course_session, agency, wall_clock) for agency in (health, health, police)]
    assert [one.state for one in applications] == [APPLIED] * 3
    assert messages_about(applications[0])[0].kind == "bookings.applied"
    close(course_session, wall_clock)
    assert [one.state for one in applications] == [CONFIRMED, WAITING, CONFIRMED]
    [_, placed] = messages_about(applications[0])
    assert (placed.kind, placed.calendar_method) == ("allotment.has-place", "REQUEST")
    assert "Why: Places are shared fairly" in placed.body_text
    [_, waiting] = messages_about(applications[1])
    assert "Why: There were more applications than places. The role does not require it" in waiting.body_text
    allotment = db.session.scalars(select(Allotment)).one()
    assert repeats(allotment)
    all_is_well(course_session)


def test_nobody_gets_a_place_before_the_allotment_and_everybody_as_usual_after(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    agency = make_agency()
    first = apply(course_session, agency, wall_clock)
    wall_clock.set("2026-11-09 10:01")
    between = book_place(COMMAND, course_session.id, make_person(agency=agency).id, declared=True)
    db.session.commit()
    assert (first.state, between.state) == (APPLIED, WAITING)
    allot_places(COMMAND, course_session.id)
    db.session.commit()
    assert (first.state, between.state) == (CONFIRMED, CONFIRMED)
    after = book_place(COMMAND, course_session.id, make_person(agency=agency).id, declared=True)
    db.session.commit()
    assert after.state is WAITING
    cancel_booking(COMMAND, first.id)
    db.session.commit()
    assert after.state is CONFIRMED
    all_is_well(course_session)


def test_least_places_are_given_first_and_what_lacks_is_kept_until_the_release(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    schools, health = make_agency("Schools"), make_agency("Hospital trust")
    db.session.add(AgencyLimit(session_id=course_session.id, agency=schools, least=1))
    course_session.limits_until = clock.instant(date(2026, 11, 20), clock.local(clock.now()).time())
    applications = [apply(course_session, health, wall_clock) for _ in range(2)]
    close(course_session, wall_clock)
    assert [one.state for one in applications] == [CONFIRMED, WAITING]
    assert "kept for other agencies" in messages_about(applications[1])[-1].body_text
    all_is_well(course_session)
    late = book_place(COMMAND, course_session.id, make_person(agency=schools).id, declared=True)
    db.session.commit()
    assert late.state is CONFIRMED
    all_is_well(course_session)


def test_an_officer_decides_otherwise_with_a_reason_that_both_read(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    agency = make_agency()
    applications = [apply(course_session, agency, wall_clock) for _ in range(3)]
    close(course_session, wall_clock)
    with pytest.raises(Refused, match="no free place"):
        decide_otherwise(COMMAND, course_session.id, applications[2].id, None, "Leads the new team")
    db.session.rollback()
    with pytest.raises(Refused, match="Enter why"):
        decide_otherwise(COMMAND, course_session.id, applications[2].id, applications[0].id, " ")
    db.session.rollback()
    decide_otherwise(COMMAND, course_session.id, applications[2].id, applications[0].id, "Leads the new team")
    db.session.commit()
    assert [one.state for one in applications] == [WAITING, CONFIRMED, CONFIRMED]
    assert "Leads the new team" in messages_about(applications[0])[-1].body_text
    results = db.session.scalars(select(AllotmentResult).order_by(AllotmentResult.position)).all()
    assert [bool(one.overridden_reason) for one in results] == [True, False, True]
    assert repeats(db.session.scalars(select(Allotment)).one())
    all_is_well(course_session)


def test_an_application_can_be_withdrawn_and_never_counts_as_late(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    application = apply(course_session, make_agency(), wall_clock)
    cancel_booking(COMMAND, application.id)
    db.session.commit()
    assert (application.state, application.is_late) == (BookingState.CANCELLED, False)
    close(course_session, wall_clock)
    all_is_well(course_session)


def test_the_worker_allots_each_session_once_when_its_applications_have_closed(
    course_session: CourseSession, wall_clock: WallClock
) -> None:
    key = apply(course_session, make_agency(), wall_clock).id
    assert allot_what_is_due() == 0
    wall_clock.set("2026-11-09 10:01")
    assert (allot_what_is_due(), allot_what_is_due()) == (1, 0)
    assert db.session.get_one(Booking, key).state is CONFIRMED
