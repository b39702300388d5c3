"""Messages that came back: noted once, on the right message, and never on one that has not left."""

from datetime import timedelta

from flask import Flask

from tests.conftest import WallClock
from tests.core.post import Post, again, put
from training.core import clock, sending
from training.core.bounces import LONGEST_DIAGNOSTIC, note_bounce
from training.core.database import db
from training.core.outbox import MessageState

UNKNOWN = "550 5.1.1 User unknown"


def sent() -> tuple[int, str]:
    """A message that was sent: its key and its Message-ID."""
    message = put("one")
    key, message_id = message.id, message.message_id
    sending.send_all(Post())
    return key, message_id


def test_a_message_that_came_back_says_when_and_why(app: Flask, wall_clock: WallClock) -> None:
    key, message_id = sent()
    wall_clock.forward(hours=1)
    assert note_bounce(message_id, UNKNOWN, "Priya@People.example")
    db.session.commit()
    message = again(key)
    assert (message.state, message.bounced_at, message.bounce) == (MessageState.SENT, clock.now(), UNKNOWN)


def test_the_first_bounce_stands_and_a_second_is_not_noted(app: Flask, wall_clock: WallClock) -> None:
    key, message_id = sent()
    assert note_bounce(message_id, UNKNOWN)
    db.session.commit()
    first = again(key).bounced_at
    wall_clock.forward(hours=1)
    assert not note_bounce(message_id, "552 mailbox full")
    db.session.commit()
    assert (again(key).bounced_at, again(key).bounce) == (first, UNKNOWN)


def test_a_bounce_about_another_address_or_message_is_passed_over(app: Flask) -> None:
    key, message_id = sent()
    assert not note_bounce(message_id, UNKNOWN, "old@people.example")
    assert not note_bounce("<nobody@training.example>", UNKNOWN)
    assert again(key).bounced_at is None


def test_a_message_that_has_not_left_cannot_come_back(app: Flask) -> None:
    message = put("one")
    key, message_id = message.id, message.message_id
    assert not note_bounce(message_id, UNKNOWN)
    assert again(key).bounced_at is None


def test_what_the_server_said_is_kept_on_one_line_and_not_without_end(app: Flask) -> None:
    key, message_id = sent()
    assert note_bounce(message_id, "550\r\nBcc: x" + "y" * 2_000)
    db.session.commit()
    kept = again(key).bounce
    assert kept.startswith("550 Bcc: xy")
    assert len(kept) == LONGEST_DIAGNOSTIC


def test_a_bounce_of_an_earlier_attempt_says_nothing_about_the_last(app: Flask, wall_clock: WallClock) -> None:
    """A mailbox may be read anew from some days ago."""
    wall_clock.set("2026-12-03 09:30")
    key, message_id = sent()
    before, slow_clock = clock.now() - timedelta(hours=2), clock.now() - timedelta(minutes=10)
    assert not note_bounce(message_id, UNKNOWN, at=before)
    assert note_bounce(message_id, UNKNOWN, at=slow_clock)
    assert again(key).id == key
