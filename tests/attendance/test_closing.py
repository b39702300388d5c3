"""The register is closed, the session finishes, records are written; and back again."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.attendance.rooms import Room, make_room
from tests.attendance.taking import ABSENT, ATTENDED, part_of, said, take, trainer_of
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, viewer_of
from training.attendance.models import Presence
from training.attendance.operations import MarkWanted, close_register, reopen_register, take_register
from training.attendance.operations_walk_ins import add_walk_in
from training.attendance.rules import NOT_MARKED, MarkState
from training.catalogue.models import CourseKind
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role
from training.records.models import Completion
from training.schedule.models import SessionStatus


def test_the_last_register_finishes_the_session_and_writes_completions(room: Room) -> None:
    take(room, [ATTENDED, MarkState(Presence.ATTENDED, late=78), MarkState(Presence.ATTENDED, late=79)])
    known = make_person(agency=make_agency())
    add_walk_in(trainer_of(room), part_of(room), known.name, known.address or "")
    add_walk_in(trainer_of(room), part_of(room), "Nobody Known")
    closed = close_register(trainer_of(room), part_of(room))
    db.session.commit()
    assert (closed.finished, closed.not_marked, closed.completions) == (True, 0, 3)
    assert room.course_session.status is SessionStatus.FINISHED
    completions = db.session.scalars(select(Completion).order_by(Completion.id)).all()
    assert {one.person_id for one in completions} == {
        room.bookings[0].person_id, room.bookings[1].person_id, known.id,
    }  # fmt: skip
    assert {one.source for one in completions} == {f"session:{room.course_session.ref}"}
    assert {one.completed_on for one in completions} == {room.course_session.parts[0].on}
    assert completions[0].hours == room.course_session.course.hours


def test_not_marked_stays_not_marked(room: Room) -> None:
    take(room, [ATTENDED])
    assert close_register(trainer_of(room), part_of(room)).not_marked == 2
    assert said(room) == [ATTENDED, NOT_MARKED, NOT_MARKED]


def test_of_two_parts_only_the_second_finishes(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(2, days=2)
    take(room, [ATTENDED, ATTENDED])
    assert not close_register(trainer_of(room), part_of(room)).finished
    wall_clock.set("2026-12-04 10:00")
    take(room, [ATTENDED, ABSENT], number=2)
    closed = close_register(trainer_of(room), part_of(room, 2))
    assert (closed.finished, closed.completions) == (True, 1)


def test_closing_is_not_before_the_part_begins_and_not_twice(room: Room, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:29")
    with pytest.raises(Refused, match="not started yet"):
        close_register(trainer_of(room), part_of(room))
    wall_clock.set("2026-12-03 09:30")
    close_register(trainer_of(room), part_of(room))
    for deed in (lambda: close_register(trainer_of(room), part_of(room)), lambda: take(room, [ATTENDED])):
        with pytest.raises(Refused, match="This register is closed"):
            deed()


def test_a_meeting_is_attended_and_not_completed(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(1)
    room.course_session.course.kind = CourseKind.MEETING
    take(room, [ATTENDED])
    assert close_register(trainer_of(room), part_of(room)).completions == 0


def test_a_register_opened_again_takes_completions_back_and_writes_them_anew(room: Room) -> None:
    take(room, [ATTENDED, ATTENDED])
    close_register(trainer_of(room), part_of(room))
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    reopen_register(officer, part_of(room), "Cara was there after all")
    assert room.course_session.status is SessionStatus.PUBLISHED
    revoked = db.session.scalars(select(Completion)).all()
    assert [one.revoked_reason for one in revoked] == ["The register was opened again: Cara was there after all"] * 2
    marks = [
        MarkWanted(room.bookings[0].ref, ABSENT, ATTENDED), MarkWanted(room.bookings[2].ref, ATTENDED, NOT_MARKED)
    ]  # fmt: skip
    take_register(trainer_of(room), part_of(room), marks)
    close_register(trainer_of(room), part_of(room))
    db.session.commit()
    valid = db.session.scalars(select(Completion).where(Completion.revoked_at.is_(None))).all()
    assert {one.person_id for one in valid} == {room.bookings[1].person_id, room.bookings[2].person_id}
    deeds = db.session.scalars(
        select(AuditEntry.deed).where(AuditEntry.subject_kind == "course_session").order_by(AuditEntry.id)
    ).all()
    assert deeds == ["closed a register", "finished", "opened a register again", "closed a register", "finished"]


def test_closing_is_undone_by_the_officer_only_with_a_reason_and_only_where_it_is_closed(room: Room) -> None:
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    with pytest.raises(Refused, match="not closed"):
        reopen_register(officer, part_of(room), "A reason")
    close_register(trainer_of(room), part_of(room))
    with pytest.raises(Refused, match="Enter why"):
        reopen_register(officer, part_of(room), "  ")
    for role in (Role.TRAINER, Role.ADMINISTRATOR):
        with pytest.raises(Refused, match="Only the learning and development officer"):
            reopen_register(viewer_of(room.trainer, role), part_of(room), "A reason")


@pytest.mark.parametrize(
    ("status", "words"), [(SessionStatus.CALLED_OFF, "called off"), (SessionStatus.DRAFT, "not published")]
)
def test_closing_needs_a_session_that_is_on(room: Room, status: SessionStatus, words: str) -> None:
    if status is SessionStatus.CALLED_OFF:
        room.course_session.called_off_at = clock.now()
    room.course_session.status = status
    db.session.commit()
    with pytest.raises(Refused, match=words):
        close_register(trainer_of(room), part_of(room))
