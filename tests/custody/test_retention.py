"""What is past its time goes, and nothing else: per class, by hand and at night, piece by piece."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from tests.conftest import WallClock
from tests.core.post import put
from tests.custody.people import a_record, with_account
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.accounts.configuring import viewer_for
from training.accounts.operations import owner_of, sign_up
from training.attendance.models import WalkIn
from training.bookings.models import Booking, BookingState, BookingWarning
from training.bookings.models_answers import DeclinedBy
from training.bookings.models_told import ManagerTold, ToldStanding
from training.bookings.operations_told import subject_of
from training.core import audit, clock, tasks
from training.core.audit import AuditEntry, AuditValues
from training.core.database import db
from training.core.notes import Note
from training.core.outbox import MessageState, OutboxMessage
from training.core.settings import change_setting
from training.core.tasks import Task, TaskState
from training.core.transaction import in_unit_of_work
from training.core.viewer import COMMAND, WORKER, Role
from training.custody.models import RetentionRun
from training.custody.operations_retention import ask_for_run, past_its_time, remove_every_night, remove_piece
from training.custody.queries_retention_rows import SHOWS, first_to_go
from training.custody.retention import AUTOMATIC, RecordClass, class_named
from training.custody.retention_classes import classes
from training.people.models import Person
from training.people.operations import NewPerson
from training.records.models import Completion, Proof
from training.schedule.models import SessionStatus

NOW, NIGHT, LONG_AGO = "2026-11-21 10:00", "2026-11-21 02:30", "2019-01-10 10:00"


def the(name: str) -> RecordClass:
    found = class_named(name)
    assert found is not None
    return found


@pytest.fixture
def long_ago(app: Flask, wall_clock: WallClock) -> Person:
    """Somebody who was last here long ago; then it is now."""
    wall_clock.set(LONG_AGO)
    person = a_record()
    make_booking(make_session(on=date(2019, 2, 1), status=SessionStatus.FINISHED), person)
    db.session.commit()
    wall_clock.set(NOW)
    return person


def due() -> list[int]:
    return list(db.session.scalars(the("people").due(the("people").older_than)))


def test_somebody_without_activity_is_due(long_ago: Person) -> None:
    a_record()
    db.session.commit()
    assert due() == [long_ago.id]


def test_what_keeps_somebody(long_ago: Person) -> None:
    course = make_course()

    def completion(expires: date | None, on: date) -> Completion:
        return Completion(
            person_id=long_ago.id, course=course, edition=course.edition, completed_on=on, hours=3,
            expires_on=expires, proof=Proof.EVIDENCE, source=f"test:{on}",
        )  # fmt: skip

    account = with_account(long_ago)
    account.created_at = clock.now() - timedelta(days=4000)
    account.last_seen_at = clock.now() - timedelta(days=30)
    db.session.commit()
    assert due() == []
    account.last_seen_at = clock.now() - timedelta(days=3000)
    db.session.commit()
    assert due() == [long_ago.id]
    in_date, old = completion(date(2026, 12, 1), date(2019, 3, 1)), completion(None, date(2019, 3, 2))
    db.session.add(in_date)
    db.session.commit()
    assert due() == []
    db.session.delete(in_date)
    db.session.add(old)
    db.session.commit()
    assert due() == [long_ago.id]
    booking = make_booking(make_session(), long_ago, created_at=clock.now() - timedelta(days=4000))
    db.session.commit()
    assert due() == []
    booking.course_session.status = SessionStatus.CALLED_OFF
    booking.course_session.called_off_at = clock.now()
    booking.course_session.ends_at = booking.course_session.starts_at = clock.now() - timedelta(days=3000)
    booking.course_session.ends_at += timedelta(hours=3)
    db.session.commit()
    assert due() == [long_ago.id]


def test_a_role_keeps_somebody(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    make_person(role=Role.TRAINER)
    db.session.commit()
    wall_clock.set(NOW)
    assert due() == []


def one_of_everything() -> None:
    """Rows of every other class, as of now."""
    message = put("old words")
    message.state, message.sent_at = MessageState.SENT, clock.now()
    put("not sent yet")
    booking = make_booking(
        make_session(),
        make_person(role=Role.TRAINER),
        state=BookingState.DECLINED,
        declined_by=DeclinedBy.MANAGER,
        confirmed_at=None,
        reason="Ill",
        created_at=clock.now(),
    )
    db.session.add_all(
        [
            Note(kind="search-without-result", details={"words": "neglect"}),
            WalkIn(course_session=booking.course_session, name="Kim", address="kim@people.example"),
            Task(ref="TASK-1", kind="retention", input={}, state=TaskState.DONE, finished_at=clock.now()),
        ]
    )
    audit.record(COMMAND, "changed", booking, before={"reason": ""}, after={"reason": "Ill"})
    db.session.commit()


def test_each_class_strips_or_removes_only_what_is_past_its_time(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    one_of_everything()
    wall_clock.set("2026-11-20 10:00")
    entries = db.session.scalar(select(func.count(AuditEntry.id)))
    for each in classes():
        while remove_piece(WORKER, each):
            pass
        assert past_its_time(each) == 0, each.name
    db.session.commit()
    sent = db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == MessageState.SENT)).one()
    waits = db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == MessageState.QUEUED)).one()
    assert (sent.body_text, sent.recipient_address) == ("", "")
    assert waits.body_text
    assert db.session.scalars(select(WalkIn)).one().name == "Anonymised"
    assert db.session.scalars(select(Booking)).one().reason == ""
    assert db.session.scalar(select(func.count(Note.id))) == 0
    assert db.session.scalar(select(func.count(Task.id))) == 0
    assert db.session.scalar(select(func.count(AuditValues.entry_id))) == 0
    assert db.session.scalar(select(func.count(AuditEntry.id))) == entries
    removed = {run.record_class: run.removed for run in db.session.scalars(select(RetentionRun))}
    assert removed == {
        "messages": 1, "notes": 1, "walk-ins": 1, "reasons": 1, "tasks": 1, "audit-values": 1,
    }  # fmt: skip


def test_who_never_confirmed_is_forgotten_and_may_ask_again(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-10-20 10:00")
    asked = NewPerson(
        given_name="Nia", family_name="Never", address="nia@home.example", agency_named="Home", job_role="Cook"
    )
    sign_up(asked)
    sign_up(replace(asked, given_name="Bea", address="bea@home.example"))
    a_record()
    db.session.commit()
    booked = db.session.scalars(select(Person).where(Person.given_name == "Bea")).one()
    make_booking(make_session(), booked)
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    assert past_its_time(the("unconfirmed")) == 0, "a month counts to its last day"
    wall_clock.set("2026-11-21 10:00")
    assert remove_piece(WORKER, the("unconfirmed")) == 1
    db.session.commit()
    names = set(db.session.scalars(select(Person.given_name)))
    assert "Nia" not in names
    assert {"Bea", "Priya"} <= names
    assert past_its_time(the("unconfirmed")) == 0
    sign_up(asked)
    db.session.commit()
    assert owner_of("nia@home.example") is not None


def test_the_page_of_each_class_shows_what_would_go_and_not_what_it_says(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    one_of_everything()
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    client.sign_in(officer)
    assert {each.name for each in classes() if not each.names_people} == SHOWS.keys()
    shown = {each.name: client.get(f"/desk/settings/retention/{each.name}") for each in classes()}
    going = {name: [row[1] for row in page.rows()] for name, page in shown.items() if page.select("table")}
    booking, walk_in = db.session.scalars(select(Booking)).one(), db.session.scalars(select(WalkIn)).one()
    assert going["reasons"] == [f"Booking {booking.ref}"]
    assert going["walk-ins"] == [f"Somebody at session {walk_in.course_session.ref}"]
    assert walk_in.name not in shown["walk-ins"]
    assert booking.reason not in shown["reasons"]
    assert "All 1, the oldest first. The words are removed." in shown["reasons"]
    assert set(going) >= {"messages", "notes", "tasks", "audit-values"}
    assert "What would go" not in shown["merges"]


def test_what_is_young_stays(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    one_of_everything()
    wall_clock.forward(days=20)
    assert {each.name: past_its_time(each) for each in classes() if past_its_time(each)} == {}


def test_the_night_does_nothing_until_it_is_switched_on(long_ago: Person, wall_clock: WallClock) -> None:
    key = long_ago.id
    wall_clock.set(NIGHT)
    db.session.commit()
    assert remove_every_night() == 0
    change_setting(COMMAND, AUTOMATIC, value=True)
    db.session.commit()
    wall_clock.set(NOW)
    assert remove_every_night() == 0
    wall_clock.set(NIGHT)
    # The person, and what the log says about them.
    assert remove_every_night() >= 1
    assert db.session.get_one(Person, key).anonymised_at is not None
    assert remove_every_night() == 0
    runs = db.session.scalars(select(RetentionRun).where(RetentionRun.record_class == "people")).all()
    assert [(run.removed, run.asked_by_id) for run in runs] == [(1, None)]


def test_an_officer_looks_and_lets_the_worker_run(long_ago: Person, client: Client) -> None:
    ref, officer = long_ago.ref, make_person(role=Role.OFFICER)
    name = officer.name
    db.session.commit()
    client.sign_in(officer)
    page = client.click(client.get("/desk/settings/retention"), "People without activity")
    assert f"Priya Banerjee {ref}" in page
    client.submit(page, {})
    assert tasks.run_next(viewer_for)
    task = db.session.scalars(select(Task)).one()
    assert (task.state, task.messages[0][:35]) == (TaskState.DONE, "People without activity: 1 row past")
    after = client.get("/desk/settings/retention/people")
    assert "Nothing is past its time" in after
    assert name in client.get("/desk/settings/retention")
    client.get("/desk/settings/retention/nothing", status=404)


def test_the_work_is_refused_to_somebody_who_has_lost_the_role(long_ago: Person) -> None:
    key = long_ago.id
    ask_for_run(viewer_of(make_person("Former"), Role.OFFICER), the("people"))
    db.session.commit()
    tasks.run_next(viewer_for)
    assert db.session.scalars(select(Task.state)).one() is TaskState.REFUSED
    assert db.session.get_one(Person, key).anonymised_at is None


def test_a_run_that_is_cut_off_leaves_nothing_half_done(long_ago: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    key = long_ago.id

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.custody.operations_retention._note", cut_off)
    with pytest.raises(KeyboardInterrupt):
        in_unit_of_work(lambda: remove_piece(WORKER, the("people")))
    assert db.session.get_one(Person, key).anonymised_at is None
    monkeypatch.undo()
    assert in_unit_of_work(lambda: remove_piece(WORKER, the("people"))) == 1


def test_two_at_once_count_each_row_once(app: Flask, database: Engine, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    for number in range(20):
        a_record()
        put(f"old {number}").state = MessageState.DROPPED
    db.session.commit()
    wall_clock.set(NOW)
    removed: list[int] = []
    begin = Barrier(2)

    def run() -> None:
        with app.app_context():
            begin.wait()
            removed.extend(
                in_unit_of_work(lambda name=name: remove_piece(WORKER, the(name))) for name in ("messages", "people")
            )

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(removed) == 40
    assert db.session.scalar(select(func.sum(RetentionRun.removed))) == 40
    assert database.dialect.name in ("sqlite", "postgresql")


def test_managers_are_forgotten_a_year_after_what_they_were_asked_about(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2025-11-10 10:00")
    person = a_record(
        job_role="Nurse", agency_id=make_agency().id, manager_name="Mo", manager_address="mo@ward.example"
    )
    job = person.employments[0]
    job.manager_confirmed_at = clock.now()
    old, new = make_session(on=date(2025, 11, 19)), make_session(on=date(2025, 11, 21))
    bookings = [make_booking(one, person, deputy_name="Dee", deputy_address="dee@ward.example") for one in (old, new)]
    db.session.add_all(
        ManagerTold(booking=each, standing=ToldStanding.COMING, dates=[], address="mo@ward.example")
        for each in bookings
    )
    job.to_on = date(2025, 11, 20)
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    assert [past_its_time(the(name)) for name in ("managers", "former-managers")] == [1, 0]
    assert remove_piece(WORKER, the("managers")) == 1
    first, second = (db.session.query(ManagerTold).filter_by(booking_id=each.id).one() for each in bookings)
    assert (bookings[0].deputy_name, bookings[0].deputy_address, first.address) == ("", "", "")
    assert (bookings[1].deputy_address, second.address) == ("dee@ward.example", "mo@ward.example")
    wall_clock.set("2026-11-21 10:00")
    assert [going.what for going in first_to_go(the("former-managers"))] == [f"A job of {person.ref}: Nurse"]
    assert remove_piece(WORKER, the("former-managers")) == 1
    db.session.commit()
    assert (job.manager_name, job.manager_address, job.manager_confirmed_at) == ("", "", None)
    assert job.job_role == "Nurse"


def test_what_was_asked_about_a_booking_goes_with_the_reasons(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    booking = make_booking(make_session(), a_record())
    warning = BookingWarning(booking=booking, kind="clash", sentence="At the same time.", note="Ill", answer="Come")
    db.session.add(warning)
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    assert remove_piece(WORKER, the("reasons")) == 1
    db.session.commit()
    assert (warning.sentence, warning.note, warning.answer) == ("At the same time.", "", "")
    assert past_its_time(the("reasons")) == 0


def test_a_present_job_keeps_its_manager(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    a_record(job_role="Nurse", agency_id=make_agency().id, manager_name="Mo", manager_address="mo@ward.example")
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    assert past_its_time(the("former-managers")) == 0


def test_no_hash_of_an_address_is_left_of_an_old_message(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(LONG_AGO)
    old, other = put("to a manager", stream=subject_of("mo@ward.example")), put("to a person")
    old.key = f"{old.stream}:2020-01-01"
    kept = other.stream, other.key
    for message in (old, other):
        message.state, message.sent_at, message.bounce = MessageState.SENT, clock.now(), "no mo@ward.example here"
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    assert remove_piece(WORKER, the("messages")) == 2
    db.session.commit()
    assert (old.stream, old.key) == (f"forgotten:{old.id}", f"forgotten:{old.id}")
    assert (other.stream, other.key) == kept
    assert (old.bounce, other.bounce) == ("", "")
