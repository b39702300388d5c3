"""The proof that bookings are right under load: `make load`, or `python -m bench.load --engine sqlite`.

Real web processes and real workers on a real database, a real mail server, and people who all come at once: they book,
press twice, cancel, and their managers answer what they are asked while a scanner opens every link. Afterwards each
claim is looked for in the database and in what arrived. Ends with 1 where one does not hold.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bench.load_claims import Claim, Poll, claims
from bench.load_people import Browser, Crowd, Managers, Record, raise_capacity
from bench.load_world import World, make_world
from tests import mailbox as mailboxes
from tests.engines import postgresql
from tests.mailbox import Mailbox
from training import create_app
from training.config import ROOT, Config
from training.core.database import db
from training.serving import worker_command

BARE, BARE_ROUNDS = "/healthz", 40
STARTED_WITHIN_SECONDS = 60
SETTLED_WITHIN_SECONDS = 600
ENDED_WITHIN_SECONDS = 15
QUIET_ROUNDS = 6
"""How often in a row, half a second apart, nothing may be left to do before all counts as settled."""


@dataclass(frozen=True)
class Size:
    """How much load there is."""

    people: int
    early: int
    places: int
    web_processes: int
    workers: int
    within_seconds: float


SIZES = {
    "postgresql": Size(people=200, early=30, places=25, web_processes=3, workers=2, within_seconds=5),
    "sqlite": Size(people=60, early=10, places=10, web_processes=2, workers=1, within_seconds=5),
}


@contextmanager
def running(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> Generator[None]:
    """The processes of `commands`, until the block ends, however it ends."""
    processes = [subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + ENDED_WITHIN_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def database(engine: str, folder: Path) -> Generator[str]:
    """The address of a new, empty database; one named by MUSTER_BENCH_DATABASE_URL has to be empty."""
    if named := os.environ.get("MUSTER_BENCH_DATABASE_URL"):
        yield named
    elif engine == "sqlite":
        yield f"sqlite:///{folder / 'load.sqlite'}"
    else:
        # It lives in a folder of its own, which its keeper removes together with the server when this process ends.
        home = Path(tempfile.mkdtemp(prefix="muster-load-"))
        home.chmod(0o755)
        server = home / "postgresql"
        postgresql.ensure_running(server, os.getpid())
        maintenance = create_engine(postgresql.url(server, "postgres"), isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.execute(text("CREATE DATABASE load"))
        maintenance.dispose()
        yield postgresql.url(server, "load")


def environment_of(url: str, port: int, mailbox: Mailbox, folder: Path) -> dict[str, str]:
    """What every process of the installation is told."""
    without = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    return without | {
        "MUSTER_ENV": "testing",
        "MUSTER_DATABASE_URL": url,
        "MUSTER_SECRET_KEY": "only-for-measuring-only-for-measuring-only",
        "MUSTER_BASE_URL": f"http://127.0.0.1:{port}",
        "MUSTER_SMTP_URL": mailbox.url,
        "MUSTER_MAIL_FOLDER": str(folder / "mail"),
        "MUSTER_PROXIES": "1",
    }


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web_command(port: int, processes: int) -> tuple[str, ...]:
    """How the web server is started."""
    return (
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}",
        "--workers", str(processes), "--log-level", "warning", "--timeout", "120",
    )  # fmt: skip


def bare_page(base: str) -> float:
    """The median of a bare page in seconds, once the web server answers."""
    record = Record()
    browser = Browser(base, record, address="192.0.2.1")
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while (answer := browser.get(BARE, "start")) is None or answer.status_code >= 500:
        if time.monotonic() > until:
            raise TimeoutError("the web server did not start")
        time.sleep(0.2)
    for _ in range(BARE_ROUNDS):
        browser.get(BARE, "bare")
    return statistics.median(record.seconds["bare"])


def settle(poll: Poll, managers: Managers, mailbox: Mailbox) -> None:
    """Wait until every message is out and every question answered, and nothing new comes of it."""
    quiet, until, seen = 0, time.monotonic() + SETTLED_WITHIN_SECONDS, -1
    while quiet < QUIET_ROUNDS:
        if time.monotonic() > until:
            raise TimeoutError(f"{poll.unsettled()} messages and {managers.unanswered} questions did not settle")
        is_quiet = poll.unsettled() == 0 and managers.unanswered == 0 and len(mailbox.deliveries) == seen
        seen, quiet = len(mailbox.deliveries), quiet + 1 if is_quiet else 0
        time.sleep(0.5)


@contextmanager
def polling(poll: Poll) -> Generator[None]:
    """Count places over and over until the block ends."""
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            try:
                poll.look()
            except OperationalError as error:
                poll.against.append(f"could not be counted: {error}")
            time.sleep(0.03)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def put_load_on(base: str, world: World, size: Size, mailbox: Mailbox, poll: Poll, seed: int) -> Record:
    """Everything that people do, until all of it has settled."""
    record = Record()
    crowd = Crowd(base, world, record, seed)
    officer = Browser(base, record, world.officer)
    with polling(poll), Managers(base, mailbox, record, seed) as managers:
        crowd.wait_for_places()
        raised: list[bool] = []

        def raise_later() -> None:
            time.sleep(size.within_seconds / 3)
            raised.append(raise_capacity(officer, world.session_ref, size.places))

        raising = threading.Thread(target=raise_later)
        raising.start()
        took = crowd.book_at_once(size.within_seconds)
        raising.join()
        if raised != [True]:
            record.failures.append("the officer could not change the number of places")
        settle(poll, managers, mailbox)
    print(f"{size.people} people were answered within {took:.1f} s")
    return record


def print_figures(record: Record, bare: float, mailbox: Mailbox, took: float) -> None:
    """How many requests there were, how long they took in bare pages, and how much was done a second."""
    total = sum(map(len, record.seconds.values()))
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(record.statuses.items()))
    print(f"\n{total} requests in {took:.1f} s: {statuses}")
    print(f"a bare page takes {bare * 1000:.1f} ms\n")
    print(f"{'what':28} {'requests':>8} {'median':>10} {'95 %':>10}   in bare pages")
    for purpose, seconds in sorted(record.seconds.items()):
        ordered = sorted(seconds)
        last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        print(f"{purpose:28} {len(ordered):8} {statistics.median(ordered) / bare:10.0f} {last / bare:10.0f}")
    print(f"\n{', '.join(f'{count} {deed}' for deed, count in sorted(record.deeds.items()))}")
    print(f"{record.deeds['booked'] / took:.1f} bookings and {len(mailbox.deliveries) / took:.1f} messages a second\n")


def run(engine: str, seed: int) -> list[Claim]:
    """Put the whole load on a new installation and return what must hold."""
    size = SIZES[engine]
    with (
        tempfile.TemporaryDirectory() as name,
        database(engine, Path(name)) as url,
        mailboxes.listening(Mailbox()) as mailbox,
    ):
        port = free_port()
        environment = environment_of(url, port, mailbox, Path(name))
        app: Flask = create_app(Config.from_environment(environment))
        world = make_world(app, early=size.early, bookers=size.people)
        base = environment["MUSTER_BASE_URL"]
        web, workers = web_command(port, size.web_processes), [worker_command()] * size.workers
        poll = Poll(url, world.session_id)
        with running([web, *workers], environment):
            bare = bare_page(base)
            began = time.perf_counter()
            record = put_load_on(base, world, size, mailbox, poll, seed)
            print_figures(record, bare, mailbox, time.perf_counter() - began)
        found = claims(app, world, size.places, record, mailbox, poll)
        poll.engine.dispose()
        with app.app_context():
            db.engine.dispose()
    return found


def _end(number: int, _frame: FrameType | None) -> None:
    """Told to end: leave every block, and so end every process."""
    sys.exit(128 + number)


def main() -> int:
    """Run it and print each claim; 1 where one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--engine", choices=SIZES, default="postgresql")
    parser.add_argument("--seed", type=int, default=1, help="what people choose; the order of things is never the same")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    found = run(given.engine, given.seed)
    for claim in found:
        claim.print()
    return 0 if all(claim.holds for claim in found) else 1


if __name__ == "__main__":
    sys.exit(main())
