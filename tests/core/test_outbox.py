"""Messages: each once by its key, in the order of its stream, never lost, and wiped of their secrets once sent."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import WallClock
from tests.core.post import KIND, Post, again, put
from training.core import clock, sending
from training.core.calendars import CalendarEvent, cancellation, invite, new_uid
from training.core.database import db
from training.core.outbox import CalendarPart, MessageState, Recipient, enqueue
from training.core.transports import AcceptanceUnknown, PermanentFailure, TemporaryFailure


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(autouse=True)
def morning(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")


def calendar_part(method: str, uid: str) -> CalendarPart:
    event = CalendarEvent(
        uid=uid,
        sequence=0 if method == "REQUEST" else 1,
        stamped_at=clock.now(),
        starts_at=clock.local(clock.now() + timedelta(days=7)).replace(tzinfo=None),
        ends_at=clock.local(clock.now() + timedelta(days=7, hours=3)).replace(tzinfo=None),
        summary="Neglect",
        organiser_address="training@partnership.example",
        attendee_address="priya@people.example",
    )
    content = invite(event) if method == "REQUEST" else cancellation(event)
    return CalendarPart(content, method, uid)


def test_the_same_thing_is_not_said_twice(app: Flask, post: Post) -> None:
    put("a place", key="booking-confirmed:1")
    said_before = enqueue(
        KIND,
        {"what": "a place", "name": "Priya", "link": ""},
        key="booking-confirmed:1",
        stream="booking:1",
        about="booking:1",
        to=Recipient("Priya Nair", "priya@people.example"),
    )
    assert said_before is None
    sending.send_all(post)
    assert post.subjects == ["About a place"]


def test_a_stream_is_sent_in_order_and_others_do_not_wait(app: Flask, post: Post) -> None:
    put("one", "booking:1")
    put("two", "booking:1")
    put("other", "booking:2")
    post.failures.append(TemporaryFailure("Busy."))
    assert sending.send_all(post) == 2
    assert post.subjects == ["About other"], "“two” waits for “one”, which is tried again later"


def test_a_failed_attempt_is_repeated_after_a_while_under_the_same_message_id(
    app: Flask, post: Post, wall_clock: WallClock
) -> None:
    message = put("one")
    key, message_id = message.id, message.message_id
    post.failures.append(AcceptanceUnknown("It may or may not have been accepted."))
    sending.send_all(post)
    assert again(key).state is MessageState.QUEUED
    assert again(key).last_error == "It may or may not have been accepted."
    assert sending.send_all(post) == 0, "not before its time"
    wall_clock.forward(minutes=2)
    sending.send_all(post)
    assert [mail["Message-ID"] for mail in post.accepted] == [message_id]
    assert again(key).state is MessageState.SENT
    assert again(key).attempts == 2


def test_a_refused_address_fails_at_once_and_the_stream_goes_on(app: Flask, post: Post) -> None:
    key = put("one").id
    put("two")
    post.failures.append(PermanentFailure("No such mailbox."))
    sending.send_all(post)
    assert again(key).state is MessageState.FAILED
    assert again(key).last_error == "No such mailbox."
    assert post.subjects == ["About two"]


def test_after_the_last_retry_it_shows_as_failed(app: Flask, post: Post, wall_clock: WallClock) -> None:
    key = put("one").id
    for _ in range(len(sending.RETRIES) + 1):
        post.failures.append(TemporaryFailure("Busy."))
        assert sending.send_all(post) == 1
        wall_clock.forward(days=2)
    assert again(key).state is MessageState.FAILED
    assert again(key).attempts == len(sending.RETRIES) + 1


def test_a_message_whose_worker_was_killed_is_sent_when_its_lease_has_run_out(
    app: Flask, post: Post, wall_clock: WallClock
) -> None:
    key = put("one").id
    message = again(key)
    message.state, message.lease_until = MessageState.SENDING, clock.now() + sending.LEASE
    db.session.commit()
    assert sending.send_all(post) == 0
    wall_clock.forward(minutes=sending.LEASE.total_seconds() / 60 + 1)
    assert sending.send_all(post) == 1
    assert again(key).state is MessageState.SENT


def test_it_waits_until_its_time(app: Flask, post: Post, wall_clock: WallClock) -> None:
    put("tomorrow", not_before=clock.now() + timedelta(days=1))
    assert sending.send_all(post) == 0
    wall_clock.forward(days=1, minutes=1)
    assert sending.send_all(post) == 1


def test_what_is_no_longer_true_is_dropped(app: Flask, post: Post, wall_clock: WallClock) -> None:
    key = put("today", not_after=clock.now() + timedelta(hours=1)).id
    wall_clock.forward(hours=2)
    sending.send_all(post)
    assert again(key).state is MessageState.DROPPED
    assert post.accepted == []


def test_the_cancel_of_an_invite_that_never_went_is_dropped(app: Flask, post: Post) -> None:
    uid = new_uid()
    key = put("cancelled", calendar=calendar_part("CANCEL", uid)).id
    sending.send_all(post)
    assert again(key).state is MessageState.DROPPED


def test_the_cancel_of_an_invite_that_went_is_sent(app: Flask, post: Post) -> None:
    uid = new_uid()
    put("booked", calendar=calendar_part("REQUEST", uid))
    put("cancelled", calendar=calendar_part("CANCEL", uid))
    sending.send_all(post)
    assert post.subjects == ["About booked", "About cancelled"]


def test_links_and_codes_are_wiped_once_sent_and_never_shown(app: Flask, post: Post) -> None:
    key = put("one").id
    assert again(key).shown_text.startswith("Hello Priya,\n\nsee [link]\n")
    assert "s3cret" in again(key).body_text, "it must still be sent"
    sending.send_all(post)
    sent = again(key)
    assert "s3cret" not in sent.body_text + sent.body_html
    assert sent.secrets == []
    assert "s3cret" in post.accepted[0].as_string()


def test_links_and_codes_are_wiped_once_given_up(app: Flask, post: Post, wall_clock: WallClock) -> None:
    key = put("today", not_after=clock.now() + timedelta(hours=1)).id
    wall_clock.forward(hours=2)
    sending.send_all(post)
    dropped = again(key)
    assert dropped.state is MessageState.DROPPED
    assert "s3cret" not in dropped.body_text + dropped.body_html
    assert dropped.secrets == []


def test_a_worker_that_comes_too_late_leaves_what_another_has_settled(
    app: Flask, post: Post, wall_clock: WallClock
) -> None:
    key = put("one").id
    slow = Post()

    def meanwhile() -> None:
        # The lease of the slow worker runs out while the server keeps it waiting, and another sends the message.
        wall_clock.forward(minutes=sending.LEASE.total_seconds() / 60 + 1)
        assert sending.send_all(post) == 1

    slow.before = meanwhile
    slow.failures.append(TemporaryFailure("Busy."))
    sending.send_next(slow)
    message = again(key)
    assert (message.state, message.attempts) == (MessageState.SENT, 2)
    assert message.sent_at is not None
    assert message.last_error is None


def test_a_message_at_which_the_worker_always_dies_fails_in_the_end(
    app: Flask, post: Post, wall_clock: WallClock
) -> None:
    deadly = put("one").id
    put("two")
    message = again(deadly)
    message.attempts, message.state = sending.MOST_ATTEMPTS, MessageState.SENDING
    message.lease_until = clock.now()
    db.session.commit()
    wall_clock.forward(minutes=1)
    sending.send_all(post)
    assert again(deadly).state is MessageState.FAILED
    assert post.subjects == ["About two"], "the stream goes on"


def test_a_fault_of_ours_stops_nobody_behind_it(app: Flask, post: Post) -> None:
    faulty = put("one", "booking:1").id
    put("two", "booking:2")
    post.failures.append(RuntimeError("a bug"))
    assert sending.send_all(post) == 2
    assert again(faulty).state is MessageState.QUEUED
    assert "a bug" in (again(faulty).last_error or "")
    assert post.subjects == ["About two"]


def test_claiming_looks_only_at_what_is_not_settled(app: Flask, post: Post, statements: list[str]) -> None:
    put("one")
    statements.clear()
    sending.send_next(post)
    [claim] = [statement for statement in statements if "RETURNING" in statement]
    if db.engine.dialect.name == "sqlite":
        raw = claim.replace("?", "'2026-12-03'")
        plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {raw}"))]
        assert any("ix_outbox_message_unsettled" in step for step in plan), plan
        assert not any(step.startswith("SCAN") and "USING" not in step for step in plan), plan
    else:
        assert "IN ('queued', 'sending')" in claim
