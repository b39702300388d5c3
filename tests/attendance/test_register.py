"""Taking a register: who may, what is kept, and two trainers in one room."""

import threading
from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from tests.attendance.rooms import Room, make_room
from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_booking, make_person, viewer_of
from training.attendance.models import Mark, MarkChange, MarkSource, Presence, WalkIn
from training.attendance.operations import MarkWanted, Taken, close_register, reopen_register, take_register
from training.attendance.operations_walk_ins import add_walk_in
from training.attendance.queries import attendees_of, booking_outcomes
from training.attendance.rules import NOT_MARKED, MarkState, Outcome, outcome_of
from training.bookings.models import BookingState
from training.catalogue.models import CourseKind
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import in_unit_of_work
from training.core.viewer import Role, Viewer
from training.records.models import Completion
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerPart

ATTENDED = MarkState(Presence.ATTENDED)
ABSENT = MarkState(Presence.ABSENT)
EXCUSED = MarkState(Presence.EXCUSED)


@pytest.fixture
def room(app: Flask, wall_clock: WallClock) -> Room:
    """Three people on a day that has just begun."""
    wall_clock.set("2026-12-03 09:45")
    room = make_room()
    db.session.commit()
    return room


def trainer_of(room: Room) -> Viewer:
    return viewer_of(room.trainer, Role.TRAINER)


def part_of(room: Room, number: int = 1) -> int:
    return room.course_session.parts[number - 1].id


def take(room: Room, states: Sequence[MarkState], *, number: int = 1, viewer: Viewer | None = None) -> Taken:
    """Mark the booked in order, on top of nothing."""
    marks = [MarkWanted(booking.ref, state, NOT_MARKED) for booking, state in zip(room.bookings, states, strict=False)]
    return take_register(viewer or trainer_of(room), part_of(room, number), marks)


def said(room: Room, number: int = 1) -> list[MarkState]:
    return [attendee.state for attendee in attendees_of(trainer_of(room), part_of(room, number))]


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


class TestWalkIns:
    """Somebody comes without a booking."""

    def test_are_on_the_register_and_attended(self, room: Room) -> None:
        added = add_walk_in(trainer_of(room), part_of(room), "  Wim   Walker ", job_role="Nurse")
        db.session.commit()
        assert added.warning == ""
        last = attendees_of(trainer_of(room), part_of(room))[-1]
        assert (last.name, last.job_role, last.is_walk_in, last.state) == ("Wim Walker", "Nurse", True, ATTENDED)

    def test_with_a_known_address_are_matched_to_the_person_and_their_job(self, room: Room) -> None:
        known = make_person("Kim", "Known", address="kim@school.example", agency=make_agency("Hill School"))
        walk_in = add_walk_in(trainer_of(room), part_of(room), "Kim", " Kim@School.example ").walk_in
        assert walk_in.person_id == known.id
        assert walk_in.agency is not None
        assert (walk_in.agency.name, walk_in.job_role) == ("Hill School", "Social worker")

    def test_who_are_booked_are_to_be_marked_in_the_list_instead(self, room: Room) -> None:
        booked = room.bookings[0].person
        with pytest.raises(Refused, match=r"Ada Learner00 is booked on this session\. Mark them in the list instead"):
            add_walk_in(trainer_of(room), part_of(room), "Ada", booked.address or "")

    def test_who_were_only_waiting_may_come_in(self, room: Room) -> None:
        waiting = make_person()
        make_booking(room.course_session, waiting, state=BookingState.WAITING, waiting_since=room.bookings[0].asked_at)
        added = add_walk_in(trainer_of(room), part_of(room), waiting.name, waiting.address or "")
        assert added.walk_in.person_id == waiting.id

    def test_are_never_added_twice(self, room: Room) -> None:
        add_walk_in(trainer_of(room), part_of(room), "Wim Walker")
        add_walk_in(trainer_of(room), part_of(room), "Vera Walker", "vera@people.example")
        with pytest.raises(Refused, match="on this register already"):
            add_walk_in(trainer_of(room), part_of(room), "wim walker")
        with pytest.raises(Refused, match="on this register already, with this address"):
            add_walk_in(trainer_of(room), part_of(room), "V. Walker", "Vera@people.example")

    def test_beyond_the_places_are_warned_of_and_let_in(self, app: Flask, wall_clock: WallClock) -> None:
        wall_clock.set("2026-12-03 10:00")
        room = make_room(2, capacity=2)
        take(room, [ABSENT])
        assert add_walk_in(trainer_of(room), part_of(room), "First").warning == ""
        second = add_walk_in(trainer_of(room), part_of(room), "Second")
        assert second.warning == "There are now 3 people for 2 places. Check that the room is safe."
        assert len(db.session.scalars(select(WalkIn)).all()) == 2

    def test_need_a_name_and_an_agency_that_exists(self, room: Room) -> None:
        with pytest.raises(Refused, match="Enter the name"):
            add_walk_in(trainer_of(room), part_of(room), "  ")
        with pytest.raises(Refused, match="agency from the list"):
            add_walk_in(trainer_of(room), part_of(room), "Wim", agency_id=99_999)


class TestClosing:
    """The register is closed, the session finishes, records are written."""

    def test_the_last_register_finishes_the_session_and_writes_completions(self, room: Room) -> None:
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

    def test_not_marked_stays_not_marked(self, room: Room) -> None:
        take(room, [ATTENDED])
        assert close_register(trainer_of(room), part_of(room)).not_marked == 2
        assert said(room) == [ATTENDED, NOT_MARKED, NOT_MARKED]

    def test_of_two_parts_only_the_second_finishes(self, app: Flask, wall_clock: WallClock) -> None:
        wall_clock.set("2026-12-03 10:00")
        room = make_room(2, days=2)
        take(room, [ATTENDED, ATTENDED])
        assert not close_register(trainer_of(room), part_of(room)).finished
        wall_clock.set("2026-12-04 10:00")
        take(room, [ATTENDED, ABSENT], number=2)
        closed = close_register(trainer_of(room), part_of(room, 2))
        assert (closed.finished, closed.completions) == (True, 1)

    def test_not_before_the_part_begins_and_not_twice(self, room: Room, wall_clock: WallClock) -> None:
        wall_clock.set("2026-12-03 09:29")
        with pytest.raises(Refused, match="not started yet"):
            close_register(trainer_of(room), part_of(room))
        wall_clock.set("2026-12-03 09:30")
        close_register(trainer_of(room), part_of(room))
        for deed in (lambda: close_register(trainer_of(room), part_of(room)), lambda: take(room, [ATTENDED])):
            with pytest.raises(Refused, match="This register is closed"):
                deed()

    def test_a_meeting_is_attended_and_not_completed(self, app: Flask, wall_clock: WallClock) -> None:
        wall_clock.set("2026-12-03 10:00")
        room = make_room(1)
        room.course_session.course.kind = CourseKind.MEETING
        take(room, [ATTENDED])
        assert close_register(trainer_of(room), part_of(room)).completions == 0

    def test_opened_again_it_takes_completions_back_and_writes_them_anew(self, room: Room) -> None:
        take(room, [ATTENDED, ATTENDED])
        close_register(trainer_of(room), part_of(room))
        officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
        reopen_register(officer, part_of(room), "Cara was there after all")
        assert room.course_session.status is SessionStatus.PUBLISHED
        revoked = db.session.scalars(select(Completion)).all()
        assert [one.revoked_reason for one in revoked] == [
            "The register was opened again: Cara was there after all"
        ] * 2
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

    def test_is_undone_by_the_officer_only_with_a_reason_and_only_where_it_is_closed(self, room: Room) -> None:
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
    def test_needs_a_session_that_is_on(self, room: Room, status: SessionStatus, words: str) -> None:
        if status is SessionStatus.CALLED_OFF:
            room.course_session.called_off_at = clock.now()
        room.course_session.status = status
        db.session.commit()
        with pytest.raises(Refused, match=words):
            close_register(trainer_of(room), part_of(room))


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
