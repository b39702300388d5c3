"""Sending while the database goes away and comes back, with several workers at once, and after a night without any."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from tests.conftest import WallClock
from tests.core.post import Post, again, put
from tests.engines import postgresql
from tests.engines.permission import databases_allowed
from tests.factories import make_course, make_person, make_session
from tests.installations import config_for, create
from tests.mailbox import Mailbox
from training import create_app
from training.bookings.operations import book_place
from training.config import ROOT, installation
from training.core import clock, sending
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.viewer import COMMAND
from training.jobs import run_once

STREAMS, EACH = 6, 5
WORKER = "from training.cli import main; main(['worker'])"


def write_many() -> list[str]:
    """Some messages in each of some streams, as people would book one after another; their Message-IDs."""
    for number in range(EACH):
        for stream in range(STREAMS):
            put(f"{stream}.{number}", f"booking:{stream}")
    message_ids = list(db.session.scalars(select(OutboxMessage.message_id).order_by(OutboxMessage.id)))
    db.session.rollback()
    return message_ids


def assert_in_order(subjects: list[str]) -> None:
    """Each stream came in the order in which it was written."""
    for stream in range(STREAMS):
        own = [subject for subject in subjects if subject.startswith(f"About {stream}.")]
        assert own == [f"About {stream}.{number}" for number in range(EACH)]


@contextmanager
def worker(app: Flask, mailbox: Mailbox, log: Path) -> Generator["subprocess.Popen[bytes]"]:
    """A real worker, as `muster worker` starts it; killed at the end of the block."""
    with app.app_context():
        address = db.engine.url.render_as_string(hide_password=False)
    environment = {
        **os.environ, "MUSTER_ENV": "development", "MUSTER_DATABASE_URL": address, "MUSTER_SMTP_URL": mailbox.url,
        "MUSTER_MAIL_FOLDER": str(log.parent / "mail"), "MUSTER_MAIL_FROM": "Training <training@partnership.example>",
    }  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def until(condition: Callable[[], bool], what: str, log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} took more than {seconds} seconds\n{log.read_text()[-2000:]}"
        time.sleep(0.1)


def test_two_workers_at_once_send_each_message_once_and_in_order(app: Flask, mailbox: Mailbox, tmp_path: Path) -> None:
    message_ids = write_many()
    one, two = tmp_path / "one", tmp_path / "two"
    with worker(app, mailbox, one), worker(app, mailbox, two):
        until(lambda: len(mailbox.deliveries) >= len(message_ids), "sending", one)

        def settled() -> bool:
            open_states = (MessageState.QUEUED, MessageState.SENDING)
            found = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.state.in_(open_states))).all()
            db.session.rollback()
            return not found

        until(settled, "settling", two)
    assert sorted(str(each.message["Message-ID"]) for each in mailbox.deliveries) == sorted(message_ids)
    assert_in_order([str(each.message["Subject"]) for each in mailbox.deliveries])


class Server:
    """A PostgreSQL of the test's own, which it can stop and start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = postgresql.url(folder, "muster_outage")
        postgresql.ensure_running(folder, os.getpid())
        maintenance = create_engine(postgresql.url(folder, "postgres"), isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE muster_outage")
            # As it is delivered: the tests' own server may lose what it has just committed.
            connection.exec_driver_sql("ALTER DATABASE muster_outage SET synchronous_commit = on")
        maintenance.dispose()
        create(self.address)

    def stop(self) -> None:
        postgresql.stop(self.folder)

    def start(self) -> None:
        postgresql.start(self.folder)


@pytest.fixture
def own_server() -> Generator[tuple[Server, Flask]]:
    """The application over a server that is nobody else's."""
    # Not in pytest's own folder, into which root's server, run as nobody, may not look.
    folder = Path(os.environ["MUSTER_TEST_RUN"].partition(":")[2]) / f"outage-{os.getpid()}"
    folder.mkdir(mode=0o755)
    with databases_allowed():
        server = Server(folder / "postgresql")
        application = create_app(config_for(server.address))
        with application.app_context():
            yield server, application
            db.session.remove()
            db.engine.dispose()
    server.stop()


def test_a_database_that_goes_away_in_the_middle_and_comes_back_loses_nothing(
    own_server: tuple[Server, Flask], wall_clock: WallClock
) -> None:
    server, _ = own_server
    keys = [put(what, "booking:1").id for what in ("one", "two", "three")]
    db.session.rollback()
    post = Post()

    def go_away_at_the_second() -> None:
        if len(post.accepted) == 1:
            server.stop()

    post.before = go_away_at_the_second
    with pytest.raises(OperationalError):
        sending.send_all(post)
    assert post.subjects == ["About one", "About two"], "the second was handed over and could not be settled"
    for _ in range(3):
        with pytest.raises(OperationalError):
            sending.send_all(post)
    post.before = lambda: None
    server.start()
    assert sending.send_all(post) == 0, "it is still leased to a worker that might be alive"
    wall_clock.forward(minutes=sending.LEASE.total_seconds() / 60 + 1)
    assert sending.send_all(post) == 2
    assert [again(key).state for key in keys] == [MessageState.SENT] * 3
    assert post.subjects == ["About one", "About two", "About two", "About three"]
    assert post.accepted[1]["Message-ID"] == post.accepted[2]["Message-ID"]


def test_a_night_without_a_worker_is_caught_up_with_without_stale_reminders(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    person = make_person("Priya")
    course = make_course("Neglect")
    begun, coming = (make_session(course, on=date(2026, 11, day)) for day in (24, 26))
    for session in (begun, coming):
        book_place(COMMAND, session.id, person.id, declared=True)
        db.session.commit()
    config = replace(installation(), smtp_url=mailbox.url, mail_folder=None)
    run_once(app, config)
    confirmed = len(mailbox.deliveries)
    assert confirmed == 2
    # The worker is away from before the last reminder of the one session until after its start.
    wall_clock.set("2026-11-16 07:00")
    run_once(app, config)
    before = len(mailbox.deliveries)
    wall_clock.set("2026-11-25 10:00")
    run_once(app, config)
    late = [each.text for each in mailbox.deliveries[before:]]
    assert not [text for text in late if "24 November 2026" in text], "it has begun long ago"
    assert [text for text in late if "26 November 2026" in text], "the reminder of the other is not too late"
    run_once(app, config)
    assert len(mailbox.deliveries) == before + len(late), "nothing is said twice"
    assert clock.today() == date(2026, 11, 25)
