"""Somebody is marked before the session begins and cancels then: no record, no figure, no question counts them."""

from flask import Flask
from sqlalchemy import select

from tests.attendance.rooms import make_room
from tests.attendance.taking import ATTENDED, part_of, take, trainer_of
from tests.conftest import WallClock
from training.attendance.operations import close_register
from training.bookings.operations import cancel_booking
from training.core.database import db
from training.core.viewer import COMMAND
from training.evaluations.models import EvaluationRequest
from training.evaluations.ticks import open_due_requests
from training.records.models import Completion
from training.reports.filters import choices, read_asked
from training.reports.queries_agencies import agency_report
from training.reports.queries_delivery import delivery_report


def test_record_report_and_evaluation_agree_on_who_came(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 08:35")
    room = make_room(2)
    take(room, [ATTENDED, ATTENDED])
    wall_clock.set("2026-12-03 09:00")
    cancel_booking(COMMAND, room.booking_ids[0], "Called away")
    wall_clock.set("2026-12-03 16:30")
    closed = close_register(trainer_of(room), part_of(room))
    db.session.commit()
    stayed = {room.bookings[1].person_id}
    asked = read_asked(choices(COMMAND), {"year": "2026-27"})
    assert delivery_report(COMMAND, asked, choices(COMMAND)).attendance.attended == 1
    [row] = agency_report(COMMAND, asked).rows
    assert (row.figures.attendance.attended, row.figures.people) == (1, {(person, None) for person in stayed})
    assert closed.completions == 1
    assert set(db.session.scalars(select(Completion.person_id))) == stayed
    assert open_due_requests() == 1
    assert set(db.session.scalars(select(EvaluationRequest.person_id))) == stayed
    assert open_due_requests() == 0
