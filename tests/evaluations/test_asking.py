"""From the closed register to the mail: who is asked, when, and only once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from tests.attendance.rooms import Room, make_room
from tests.conftest import WallClock
from tests.evaluations.finished import finish, make_finished, mark
from tests.factories import make_booking, make_person
from tests.mailbox import Mailbox
from training.attendance.models import Presence
from training.attendance.operations import reopen_register
from training.attendance.operations_walk_ins import add_walk_in
from training.catalogue.models import CourseKind
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.sending import send_all
from training.core.transports import SmtpTransport
from training.core.viewer import COMMAND
from training.evaluations.models import EvaluationForm, EvaluationRequest, QuestionKind, Stage
from training.evaluations.operations import ask, ensure_form, open_requests
from training.evaluations.ticks import ask_due_requests, open_and_ask, open_due_requests


@pytest.fixture
def room(app: Flask, wall_clock: WallClock) -> Room:
    """A finished session: two of three attended."""
    wall_clock.set("2026-12-03 16:30")
    return make_finished(3, attended=2)


def requests(stage: Stage) -> list[EvaluationRequest]:
    return list(
        db.session.scalars(
            select(EvaluationRequest).where(EvaluationRequest.stage == stage).order_by(EvaluationRequest.id)
        )
    )


def test_everybody_who_attended_is_asked_at_the_end_and_twelve_weeks_later(room: Room) -> None:
    assert open_due_requests() == 2
    end, impact = requests(Stage.END), requests(Stage.IMPACT)
    attended = [booking.person_id for booking in room.bookings[:2]]
    assert [one.person_id for one in end] == [one.person_id for one in impact] == attended
    assert {one.due_at for one in end} == {clock.now()}
    assert {one.due_at for one in impact} == {datetime(2027, 2, 25, 16, tzinfo=UTC)}
    assert {one.expires_at - one.due_at for one in end} == {timedelta(days=28)}
    assert {one.expires_at - one.due_at for one in impact} == {timedelta(days=42)}


def test_opening_twice_opens_once(room: Room) -> None:
    assert [open_due_requests(), open_due_requests()] == [2, 0]
    assert len(requests(Stage.END)) == len(requests(Stage.IMPACT)) == 2


def test_one_round_asks_what_it_opens_by_first_name(room: Room) -> None:
    assert open_and_ask() == 2
    asked = select(OutboxMessage.body_text).where(OutboxMessage.kind == "evaluations.end-asked")
    given = sorted(booking.person.given_name for booking in room.bookings[:2])
    assert sorted(text.splitlines()[0] for text in db.session.scalars(asked)) == [f"Hello {name}," for name in given]


def test_two_workers_at_once_open_and_ask_once(room: Room, app: Flask) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                open_due_requests()
                ask_due_requests()
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    ask_due_requests()
    assert len(requests(Stage.END)) == 2
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 2


def test_attending_any_part_is_enough(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-04 16:30")
    room = make_room(2, days=2)
    mark(room, [Presence.ATTENDED, Presence.ABSENT])
    mark(room, [Presence.ABSENT, Presence.EXCUSED], number=2)
    finish(room)
    assert open_due_requests() == 1


def test_walk_ins_are_asked_where_they_can_be_reached(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    room = make_room(0)
    known = make_person(address="known@people.example").id
    part = room.course_session.parts[0].id
    add_walk_in(COMMAND, part, "Known", "known@people.example")
    add_walk_in(COMMAND, part, "Stranger", "stranger@people.example")
    add_walk_in(COMMAND, part, "Nobody")
    finish(room)
    assert open_due_requests() == 2
    assert [one.person_id for one in requests(Stage.END)] == [known, None]
    assert ask_due_requests() == 2
    addresses = db.session.scalars(select(OutboxMessage.recipient_address).order_by(OutboxMessage.id)).all()
    assert addresses == ["known@people.example", "stranger@people.example"]


def test_meetings_and_sessions_of_long_ago_are_left_out(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 16:30")
    meeting = make_finished(2)
    meeting.course_session.course.kind = CourseKind.MEETING
    make_finished(2)
    db.session.commit()
    wall_clock.set("2027-01-05 10:00")
    assert open_due_requests() == 0
    wall_clock.set("2026-12-20 10:00")
    assert open_due_requests() == 2


def test_who_is_marked_later_is_asked_then(room: Room) -> None:
    open_due_requests()
    reopen_register(COMMAND, room.course_session.parts[0].id, "Cara was there")
    db.session.commit()
    assert open_due_requests() == 0
    mark(room, [Presence.ATTENDED] * 3)
    finish(room)
    assert open_due_requests() == 1
    assert len(requests(Stage.END)) == 3


def test_who_is_no_longer_marked_as_attended_is_not_asked(room: Room) -> None:
    open_due_requests()
    reopen_register(COMMAND, room.course_session.parts[0].id, "It was somebody else")
    db.session.commit()
    assert ask_due_requests() == 0
    mark(room, [Presence.ABSENT, Presence.ATTENDED])
    finish(room)
    first = requests(Stage.END)[0].id
    assert not ask(first)
    assert ask_due_requests() == 1


def test_the_mail_asks_once_with_a_link_and_a_code(room: Room, mailbox: Mailbox) -> None:
    open_due_requests()
    assert [ask_due_requests(), ask_due_requests()] == [2, 0]
    assert send_all(SmtpTransport.from_url(mailbox.url)) == 2
    mail = mailbox.only(room.bookings[0].person.address or "")
    title = room.course_session.course.title
    assert mail.message["Subject"] == f"How was it? {title}, Thursday 3 December 2026"
    assert "http://localhost/link/" in mail.text
    assert "type the code" in mail.text
    assert "You can answer until Thursday 31 December 2026 at 4:30pm." in mail.text
    assert "without your name" in mail.text
    kept = db.session.scalars(select(OutboxMessage.body_text)).all()
    assert all("[link]" in body and "/link/" not in body.replace("localhost/link\n", "") for body in kept)


def test_impact_is_asked_on_its_day_and_not_before(room: Room, wall_clock: WallClock) -> None:
    open_due_requests()
    ask_due_requests()
    wall_clock.set("2027-02-25 15:59")
    assert ask_due_requests() == 0
    wall_clock.set("2027-02-25 16:00")
    assert ask_due_requests() == 2
    subjects = db.session.scalars(select(OutboxMessage.subject)).all()
    assert sum(subject.startswith("What came of it?") for subject in subjects) == 2


def test_people_without_an_address_are_not_asked_by_mail_and_what_ran_out_is_not_sent(
    app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 16:30")
    room = make_room(1)
    room.booking_ids.append(make_booking(room.course_session, make_person(address=None)).id)
    mark(room, [Presence.ATTENDED, Presence.ATTENDED])
    finish(room)
    assert open_due_requests() == 2
    wall_clock.set("2026-12-31 16:30")
    assert ask_due_requests() == 0
    wall_clock.set("2026-12-31 16:29")
    assert ask_due_requests() == 1


def test_a_session_that_is_not_finished_opens_nothing(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 16:30")
    room = make_room(2)
    mark(room, [Presence.ATTENDED])
    assert open_due_requests() == 0
    assert open_requests(room.course_session.id) == 0


def test_the_default_forms_ask_the_outcome_statements_at_both_stages(room: Room) -> None:
    edition = room.course_session.edition
    end, impact = ensure_form(edition, Stage.END), ensure_form(edition, Stage.IMPACT)
    assert ensure_form(edition, Stage.END) is end
    db.session.commit()
    for form in (end, impact):
        assert [q.outcome_id for q in form.questions[:2]] == [outcome.id for outcome in edition.outcomes]
        assert all(1 <= question.level <= 4 for question in form.questions)
    kinds = [question.kind for question in end.questions]
    assert kinds.count(QuestionKind.RATING) == 4
    assert kinds.count(QuestionKind.INTENTION) == 3
    coming_back = [q for q in impact.questions if q.kind is QuestionKind.INTENTION]
    assert [q.choices[0] for q in coming_back] == ["Done"] * 3
    assert len(db.session.scalars(select(EvaluationForm)).all()) == 2
    with pytest.raises(ValueError, match="no default form"):
        ensure_form(edition, Stage.SUPERVISOR)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE evaluation_request SET booking_id = NULL", "one_attendee"),
        ("UPDATE evaluation_request SET stage = 'end'", "uq_evaluation_request_booking_id|booking_id"),
        ("UPDATE evaluation_request SET answered_at = due_at", "answered_was_asked"),
        ("UPDATE evaluation_request SET expires_at = due_at", "expires_after_due"),
        ("UPDATE evaluation_form SET stage = 'end'", "uq_evaluation_form_edition_id|edition_id"),
        ("UPDATE question SET level = 5", "kirkpatrick_level"),
        ("UPDATE question SET kind = 'outcome'", "outcome_has_statement"),
        ("UPDATE question SET position = 1", "uq_question_form_id|position"),
        (
            "INSERT INTO answer (request_id, question_id) SELECT r.id, q.id FROM evaluation_request r, question q",
            "says_something",
        ),
    ],
)
def test_the_database_refuses_an_evaluation_that_cannot_be(
    room: Room, database: Engine, statement: str, constraint: str
) -> None:
    open_due_requests()
    db.session.remove()
    with pytest.raises(IntegrityError, match=constraint), database.begin() as connection:
        connection.execute(text(statement))
