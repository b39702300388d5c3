"""Taking a register: who may, what is kept, and two trainers in one room."""

import threading

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from tests.attendance.rooms import Room, make_room
from tests.attendance.taking import ABSENT, ATTENDED, EXCUSED, part_of, said, take, trainer_of
from tests.conftest import WallClock
from tests.factories import make_assignment, make_booking, make_person, viewer_of
from training.attendance.models import Mark, MarkChange, MarkSource, Presence
from training.attendance.operations import MarkWanted, close_register, take_register
from training.attendance.operations_walk_ins import add_walk_in
from training.attendance.queries import attendees_of, booking_outcomes
from training.attendance.rules import NOT_MARKED, MarkState, Outcome, outcome_of
from training.bookings.models import BookingState
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import in_unit_of_work
from training.core.viewer import Role
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerPart


def test_marks_are_kept_with_who_wrote_them_and_every_step_before(room: Room) -> None:
    take(room, [ATTENDED, ABSENT])
    late = MarkState(Presence.ATTENDED, late=20)
    take_register(trainer_of(room), part_of(room), [MarkWanted(room.bookings[0].ref, late, ATTENDED)])
    take_register(trainer_of(room), part_of(room), [MarkWanted(room.bookings[1].ref, NOT_MARKED, ABSENT)])
    db.session.commit()
    assert said(room) == [late, NOT_MARKED, NOT_MARKED]
    mark = db.session.scalars(select(Mark)).one()
    assert (mark.marked_by_id, mark.source) == (room.trainer.id, MarkSource.REGISTER)
    steps = db.session.scalars(select(MarkChange).order_by(MarkChange.id)).all()
    assert [(step.booking_id, step.presence, step.minutes_late) for step in steps] == [
        (room.bookings[0].id, Presence.ATTENDED, 0),
        (room.bookings[1].id, Presence.ABSENT, 0),
        (room.bookings[0].id, Presence.ATTENDED, 20),
        (room.bookings[1].id, None, 0),
    ]
    assert {step.changed_by_id for step in steps} == {room.trainer.id}


def test_the_audit_log_says_what_the_register_said_about_each_person(room: Room) -> None:
    take(room, [ATTENDED, ABSENT])
    late = MarkState(Presence.ATTENDED, late=20)
    take_register(trainer_of(room), part_of(room), [MarkWanted(room.bookings[0].ref, late, ATTENDED)])
    db.session.commit()
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.deed == "marked in the register").order_by(AuditEntry.id)
    ).all()
    assert [entry.subject_id for entry in entries] == [booking.id for booking in (*room.bookings[:2], room.bookings[0])]
    assert entries[2].actor_id == room.trainer.id
    assert entries[2].values is not None
    assert entries[2].values.before == {"register": "Attended"}
    assert entries[2].values.after == {"part": 1, "register": "Attended", "minutes late": 20}


def test_saving_what_is_there_already_adds_no_history(room: Room) -> None:
    assert take(room, [ATTENDED]).changed == 1
    taken = take_register(trainer_of(room), part_of(room), [MarkWanted(room.bookings[0].ref, ATTENDED, ATTENDED)])
    assert taken.changed == 0
    db.session.commit()
    assert len(db.session.scalars(select(MarkChange)).all()) == 1


def test_of_two_trainers_the_second_loses_nothing_and_is_told_where_they_met(room: Room) -> None:
    second = make_person("Una", role=Role.TRAINER)
    make_assignment(room.course_session, second, TrainerPart.CO_TRAINER)
    take(room, [ATTENDED, NOT_MARKED])
    taken = take(room, [ABSENT, EXCUSED, ATTENDED], viewer=viewer_of(second, Role.TRAINER))
    db.session.commit()
    assert said(room) == [ATTENDED, EXCUSED, ATTENDED]
    assert taken.changed == 2
    assert [(one.attendee.key, one.attendee.state, one.wanted) for one in taken.conflicts] == [
        (room.bookings[0].ref, ATTENDED, ABSENT)
    ]
    assert taken.conflicts[0].attendee.marked_by == "Tess Trainer"


def test_two_trainers_at_the_same_moment_both_have_their_marks_kept(room: Room, app: Flask) -> None:
    part_id, viewer = part_of(room), trainer_of(room)
    refs = [booking.ref for booking in room.bookings]
    db.session.remove()
    failures: list[BaseException] = []

    def mark(ref: str) -> None:
        with app.app_context():
            try:
                in_unit_of_work(lambda: take_register(viewer, part_id, [MarkWanted(ref, ATTENDED, NOT_MARKED)]))
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)

    threads = [threading.Thread(target=mark, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [attendee.state for attendee in attendees_of(viewer, part_id)] == [ATTENDED] * 3


@pytest.mark.parametrize(
    ("part", "state"),
    [
        (TrainerPart.SHADOW, AssignmentState.ACCEPTED),
        (TrainerPart.OBSERVER, AssignmentState.ACCEPTED),
        (TrainerPart.LEAD, AssignmentState.ASKED),
        (TrainerPart.LEAD, AssignmentState.WITHDRAWN),
    ],
)
def test_whoever_does_not_teach_has_no_register(room: Room, part: TrainerPart, state: AssignmentState) -> None:
    other = make_person(role=Role.TRAINER)
    make_assignment(room.course_session, other, part, state)
    with pytest.raises(LookupError):
        take(room, [ATTENDED], viewer=viewer_of(other, Role.TRAINER))
    assert attendees_of(viewer_of(other, Role.TRAINER), part_of(room)) == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_the_desk_may_take_every_register(room: Room, role: Role) -> None:
    take(room, [ATTENDED], viewer=viewer_of(make_person(role=role), role))
    assert said(room)[0] == ATTENDED


def test_a_register_opens_two_hours_before_its_part(room: Room, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 07:29")
    with pytest.raises(Refused, match="cannot be taken yet"):
        take(room, [ATTENDED])
    wall_clock.set("2026-12-03 07:30")
    assert take(room, [ATTENDED]).changed == 1


def test_minutes_that_cannot_be_are_refused_by_name(room: Room) -> None:
    with pytest.raises(Refused, match="Ada Learner00 cannot miss more than the 390 minutes"):
        take(room, [MarkState(Presence.ATTENDED, late=200, early=191)])


def test_a_person_of_another_session_is_not_on_this_register(room: Room) -> None:
    stranger = make_booking(make_room().course_session)
    with pytest.raises(LookupError):
        take_register(trainer_of(room), part_of(room), [MarkWanted(stranger.ref, ATTENDED, NOT_MARKED)])


def test_who_cancelled_is_not_on_the_register_and_who_was_marked_before_stays(
    app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(2, days=2)
    take(room, [ATTENDED, ATTENDED])
    room.bookings[0].state = BookingState.LAPSED
    make_booking(room.course_session, state=BookingState.WAITING, waiting_since=room.bookings[0].asked_at)
    db.session.commit()
    assert len(said(room)) == 2
    assert len(said(room, 2)) == 1


def test_the_database_counts_outcomes_as_the_rule_does(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-05 10:00")
    presences = [None, *Presence]
    pairs = [(first, second) for first in presences for second in presences]
    room = make_room(len(pairs), days=2, capacity=50)
    take(room, [MarkState(first) for first, _ in pairs])
    take(room, [MarkState(second) for _, second in pairs], number=2)
    db.session.commit()
    outcomes = booking_outcomes()
    found = {row[0]: Outcome(row[1]) for row in db.session.execute(select(outcomes.c.booking_id, outcomes.c.outcome))}
    for booking, pair in zip(room.bookings, pairs, strict=True):
        marks = {place: presence for place, presence in enumerate(pair) if presence is not None}
        assert found[booking.id] is outcome_of(marks, [0, 1]), pair


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE mark SET walk_in_id = (SELECT id FROM walk_in)", "one_attendee"),
        ("UPDATE mark SET minutes_late = -1", "minutes_not_negative"),
        ("UPDATE mark SET presence = 'absent', minutes_late = 5", "minutes_if_attended"),
        ("UPDATE mark SET presence = 'asleep'", "presence"),
        ("UPDATE mark SET minutes_counted = -1", "counted_not_negative"),
        ("UPDATE mark_change SET booking_id = NULL", "one_attendee"),
        ("UPDATE walk_in SET name = ''", "name_given"),
        ("UPDATE register SET closed_at = NULL", "closed_by_has_moment"),
    ],
)
def test_the_database_refuses_a_mark_that_cannot_be(
    room: Room, database: Engine, statement: str, constraint: str
) -> None:
    take(room, [ATTENDED])
    add_walk_in(trainer_of(room), part_of(room), "Wim Walker")
    close_register(trainer_of(room), part_of(room))
    db.session.commit()
    if statement.startswith("UPDATE mark "):
        statement += " WHERE booking_id IS NOT NULL"
    with pytest.raises(IntegrityError, match=constraint), database.begin() as connection:
        connection.execute(text(statement))


def test_one_mark_a_person_and_part(room: Room) -> None:
    take(room, [ATTENDED])
    db.session.commit()
    db.session.add(
        Mark(
            part_id=part_of(room), booking_id=room.bookings[0].id, presence=Presence.ABSENT, source=MarkSource.REGISTER
        )
    )
    with pytest.raises(IntegrityError, match=r"uq_mark_booking_id|mark\.booking_id, mark\.part_id"):
        db.session.flush()
    db.session.rollback()
    assert db.session.get_one(CourseSession, room.course_session.id).status is SessionStatus.PUBLISHED


def test_who_is_no_trainer_any_more_sees_no_register(room: Room) -> None:
    part_id = part_of(room)
    assert len(attendees_of(trainer_of(room), part_id)) == len(room.bookings)
    assert attendees_of(viewer_of(room.trainer), part_id) == []
