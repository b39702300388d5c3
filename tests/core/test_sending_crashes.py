"""Whatever ends in the middle of sending, every message arrives in the end, in the order of its stream.

A message comes twice only where its acceptance could not be known, and then under the same Message-ID.
"""

import sqlite3
from collections.abc import Generator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from tests import mailbox as mailboxes
from tests.conftest import WallClock
from tests.core.moody_server import FALLS_SILENT, HANGS_UP, KEEPS_THE_MAIL, PUTS_OFF, REFUSES, MoodyMailbox
from tests.core.post import Post, again, put
from tests.core.sending_process import AFTER_ACCEPTANCE, POINTS, Workers, started
from tests.mailbox import Mailbox
from training.core import sending
from training.core.database import db
from training.core.message_mending import send_again
from training.core.outbox import MessageState, OutboxMessage
from training.core.transports import SmtpTransport
from training.core.viewer import COMMAND

IN_ORDER = ["About one", "About two", "About three"]


@pytest.fixture(scope="module")
def workers() -> Generator[Workers]:
    with started() as workers:
        yield workers


@pytest.fixture
def moody() -> Generator[MoodyMailbox]:
    with mailboxes.listening(MoodyMailbox()) as mailbox:
        yield mailbox


def write_some() -> list[int]:
    """Three messages of one stream and one of another; their keys."""
    keys = [put(what, "booking:1").id for what in ("one", "two", "three")]
    keys.append(put("other", "booking:2").id)
    # On SQLite whoever has a transaction open keeps all others from writing.
    db.session.rollback()
    return keys


def states(keys: list[int]) -> set[MessageState]:
    found = {again(key).state for key in keys}
    db.session.rollback()
    return found


def arrived(mailbox: Mailbox) -> list[tuple[str, str]]:
    """Subject and Message-ID of everything that arrived, in order."""
    return [(str(each.message["Subject"]), str(each.message["Message-ID"])) for each in mailbox.deliveries]


def assert_all_arrived(mailbox: Mailbox, keys: list[int], *, repeated: int) -> None:
    """All arrived, those of the stream in order, so many of them twice and each under one Message-ID."""
    assert states(keys) == {MessageState.SENT}
    found = arrived(mailbox)
    first = list(dict.fromkeys(found))
    assert [subject for subject, _ in first if subject != "About other"] == IN_ORDER
    assert {message_id for _, message_id in found} == {again(key).message_id for key in keys}
    assert len(first) == 4, "no message has two Message-IDs"
    assert len(found) - len(first) == repeated


def address_of(app: Flask) -> str:
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


def after_the_lease(wall_clock: WallClock) -> None:
    wall_clock.forward(minutes=sending.LEASE.total_seconds() / 60 + 1)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_loses_nothing(
    app: Flask, mailbox: Mailbox, workers: Workers, wall_clock: WallClock, point: str
) -> None:
    keys = write_some()
    workers.run_until(point, address_of(app), mailbox.url)
    way = SmtpTransport.from_url(mailbox.url)
    sending.send_all(way)
    if point in POINTS[:-1]:
        assert arrived(mailbox)[-1:] == [("About other", again(keys[-1]).message_id)], "its stream waits for it"
        db.session.rollback()
    after_the_lease(wall_clock)
    sending.send_all(way)
    assert_all_arrived(mailbox, keys, repeated=1 if point in AFTER_ACCEPTANCE else 0)


def test_workers_that_are_killed_one_after_another_lose_nothing(
    app: Flask, mailbox: Mailbox, workers: Workers, wall_clock: WallClock
) -> None:
    keys = write_some()
    address = address_of(app)
    workers.run_until("after the claim", address, mailbox.url)
    workers.run_until("after the acceptance", address, mailbox.url)
    after_the_lease(wall_clock)
    way = SmtpTransport.from_url(mailbox.url)
    sending.send_all(way)
    assert_all_arrived(mailbox, keys, repeated=1)


@pytest.mark.parametrize("mood", [PUTS_OFF, HANGS_UP, FALLS_SILENT])
def test_a_server_in_a_mood_gets_everything_in_the_end(
    app: Flask, moody: MoodyMailbox, wall_clock: WallClock, mood: str
) -> None:
    keys = write_some()
    moody.moods = [mood, mood]
    way = replace(SmtpTransport.from_url(moody.url), acceptance_timeout=0.3)
    for _ in range(5):
        sending.send_all(way)
        wall_clock.forward(minutes=6)
    assert_all_arrived(moody, keys, repeated=2 if mood in KEEPS_THE_MAIL else 0)


def test_a_mail_that_is_refused_shows_as_failed_stops_nobody_and_can_be_sent_again(
    app: Flask, moody: MoodyMailbox
) -> None:
    keys = write_some()
    moody.moods = [REFUSES]
    way = SmtpTransport.from_url(moody.url)
    sending.send_all(way)
    assert [again(key).state for key in keys] == [MessageState.FAILED, *[MessageState.SENT] * 3]
    send_again(COMMAND, db.session.get_one(OutboxMessage, keys[0]))
    db.session.commit()
    sending.send_all(way)
    assert states(keys) == {MessageState.SENT}
    assert sorted(subject for subject, _ in arrived(moody)) == sorted([*IN_ORDER, "About other"])


class Locked:
    """A SQLite file that somebody else writes to for a long time."""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)

    def lock(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def free(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self.free()
        self._connection.close()


@pytest.fixture
def locked(app: Flask) -> Generator[Locked]:
    """Only for SQLite: whoever waits for the file gives up at once rather than after five seconds."""
    assert db.engine.dialect.name == "sqlite"
    found = Locked(str(db.engine.url.database))

    def wait_briefly(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")

    engine = db.engine
    event.listen(engine, "begin", wait_briefly, insert=True)
    yield found
    event.remove(engine, "begin", wait_briefly)
    found.close()
    # The connections that learnt to give up at once.
    engine.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_locked_file_puts_off_and_loses_nothing(
    app: Flask, mailbox: Mailbox, locked: Locked, wall_clock: WallClock
) -> None:
    keys = write_some()
    way = SmtpTransport.from_url(mailbox.url)
    locked.lock()
    with pytest.raises(OperationalError, match="database is locked"):
        sending.send_all(way)
    assert arrived(mailbox) == []
    locked.free()
    sending.send_all(way)
    assert_all_arrived(mailbox, keys, repeated=0)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_that_is_locked_before_settling_repeats_one_under_its_message_id(
    app: Flask, locked: Locked, wall_clock: WallClock
) -> None:
    keys = write_some()
    post = Post(before=locked.lock)
    with pytest.raises(OperationalError, match="database is locked"):
        sending.send_all(post)
    assert post.subjects == ["About one"]
    locked.free()
    post.before = lambda: None
    after_the_lease(wall_clock)
    sending.send_all(post)
    assert states(keys) == {MessageState.SENT}
    assert [subject for subject in post.subjects if subject != "About other"] == ["About one", *IN_ORDER]
    assert post.accepted[0]["Message-ID"] == post.accepted[1]["Message-ID"]
