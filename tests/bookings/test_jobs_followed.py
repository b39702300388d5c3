"""Coming bookings follow the job of the person; what has begun stays as it was."""

from datetime import timedelta

from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_person, make_session
from training.bookings.models import Booking
from training.bookings.ticks_jobs import follow_jobs
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Standing
from training.people.operations_jobs import Job, change_employment, end_employment, move_agency
from training.people.operations_standing import say_no


def test_a_move_reaches_the_bookings_that_come_after_it(app: Flask) -> None:
    old, new = make_agency("Old"), make_agency("New")
    person = make_person(agency=old)
    before, after = (make_session(on=clock.today() + timedelta(days=days)) for days in (5, 40))
    keys = [make_booking(coming, person).id for coming in (before, after)]
    move_agency(
        COMMAND, person.employments[0], Job(job_role="Nurse", agency_id=new.id), clock.today() + timedelta(days=20)
    )
    old_id, new_id = old.id, new.id
    db.session.commit()
    assert follow_jobs() == 1
    assert [db.session.get_one(Booking, key).agency_id for key in keys] == [old_id, new_id]
    assert db.session.get_one(Booking, keys[1]).job_role == "Nurse"
    assert follow_jobs() == 0


def test_what_has_begun_keeps_the_agency_and_role(app: Flask, wall_clock: WallClock) -> None:
    person = make_person(agency=make_agency())
    booking = make_booking(make_session(on=clock.today() + timedelta(days=1)), person)
    change_employment(COMMAND, person.employments[0], Job(job_role="Other", agency_id=person.employments[0].agency_id))
    key = booking.id
    db.session.commit()
    wall_clock.forward(days=2)
    assert follow_jobs() == 0
    assert db.session.get_one(Booking, key).job_role == "Social worker"


def test_a_refused_agency_leaves_the_place_under_agency_to_be_confirmed(app: Flask) -> None:
    person = make_person(agency=make_agency())
    person.employments[0].standing = Standing.ASKED
    booking = make_booking(make_session(), person)
    key, job_id = booking.id, person.employments[0].id
    db.session.commit()
    say_no(COMMAND, job_id, "They left in August")
    db.session.commit()
    assert follow_jobs() == 1
    found = db.session.get_one(Booking, key)
    assert (found.agency_id, found.is_live) == (None, True)


def test_a_job_that_ends_with_nothing_certain_after_it_changes_nothing(app: Flask) -> None:
    person = make_person(agency=make_agency())
    booking = make_booking(make_session(), person)
    end_employment(COMMAND, person.employments[0], clock.today())
    agency_id, key = booking.agency_id, booking.id
    db.session.commit()
    assert follow_jobs() == 0
    assert db.session.get_one(Booking, key).agency_id == agency_id
