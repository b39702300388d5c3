"""What every test may ask for: both engines, the application, a client, a mailbox and a clock.

A test that asks for `app`, `database` or `client` runs once on SQLite and once on PostgreSQL; code under test really
commits, and what it left is deleted afterwards. A test that asks for none of them cannot reach a database. Arrange
rows with the stages' operations and end with `db.session.commit()`; a request never sees what is not committed.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, event

from tests import mailbox as mailboxes
from tests.engines.databases import ENGINES, Run
from tests.engines.permission import databases_allowed
from tests.headers import faults_of
from tests.installations import Installations, create, migrate
from tests.leaks import leaks_of
from tests.mailbox import Mailbox
from tests.pages import Client
from training.core import clock
from training.core.database import db

hypothesis_settings.register_profile("muster", deadline=None, print_blob=True)
hypothesis_settings.register_profile("ci", parent=hypothesis_settings.get_profile("muster"), derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "muster")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--from-models`, for the time between changing a model and writing its migration."""
    parser.addoption("--from-models", action="store_true", help="make test databases from the models, unmigrated")


def pytest_configure() -> None:
    """The first process of a run makes the folder in which all its databases live."""
    if "MUSTER_TEST_RUN" not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="muster-tests-"))
        folder.chmod(0o755)
        os.environ["MUSTER_TEST_RUN"] = f"{os.getpid()}:{folder}"


def pytest_unconfigure() -> None:
    """Remove the folder; where a PostgreSQL was started, its keeper does so as soon as this process has ended."""
    process, _, folder = os.environ["MUSTER_TEST_RUN"].partition(":")
    if process == str(os.getpid()) and not (Path(folder) / "postgresql").exists():
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def run() -> Run:
    """The present run of the tests."""
    process, _, folder = os.environ["MUSTER_TEST_RUN"].partition(":")
    return Run(Path(folder), int(process), os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="session")
def installations(run: Run, pytestconfig: pytest.Config) -> Generator[Installations]:
    """The application on each engine; tests ask for `app`."""
    made = Installations(run, create if pytestconfig.getoption("--from-models") else migrate)
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`: whatever stands on it runs on both."""
    return str(request.param)


@pytest.fixture
def app(engine_name: str, installations: Installations) -> Generator[Flask]:
    """The application over an empty, migrated database, inside an application context of the test's own.

    Fails a test that got any response without its security headers.
    """
    with databases_allowed():
        application, emptier = installations.on(engine_name)
        leaks_of(application)
        faults_of(application)
        try:
            with application.app_context():
                yield application
                db.session.remove()
        finally:
            emptier.empty()
        assert faults_of(application) == []


@pytest.fixture
def database(app: Flask) -> Engine:
    """The engine, for tests that open connections of their own (two at once, raw SQL)."""
    with app.app_context():
        return db.engine


@pytest.fixture
def statements(database: Engine) -> Generator[list[str]]:
    """The SQL sent so far; clear it, ask for a page, and count: a list costs the same for 3 rows and for 30."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("PRAGMA"):
            sent.append(statement)

    event.listen(database, "before_cursor_execute", note)
    yield sent
    event.remove(database, "before_cursor_execute", note)


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript that examines every page it gets; see `tests.pages`."""
    return Client(app)


@pytest.fixture
def mailbox() -> Generator[Mailbox]:
    """A mail server on loopback; `mailbox.url` is what `MUSTER_SMTP_URL` would be."""
    with mailboxes.listening(Mailbox()) as mailbox:
        yield mailbox


class WallClock:
    """The clock of the whole process, standing still where the test sets it."""

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None

    def set(self, moment: str) -> datetime:
        """Stand at `moment`, as the partnership's own clocks show it: `"2026-12-03 09:30"`; returns it in UTC."""
        self.release()
        wanted = datetime.fromisoformat(moment).replace(tzinfo=clock.LOCAL_ZONE).astimezone(UTC)
        self._travel = time_machine.travel(wanted, tick=False)
        self._travel.start()
        return wanted

    def forward(self, **units: float) -> datetime:
        """Move on by `days=…`, `hours=…`, `minutes=…` of elapsed time; returns the new moment in UTC."""
        moment = clock.now() + timedelta(**units)
        self.release()
        self._travel = time_machine.travel(moment, tick=False)
        self._travel.start()
        return moment

    def release(self) -> None:
        """Let time pass again."""
        if self._travel is not None:
            self._travel.stop()
            self._travel = None


@pytest.fixture
def wall_clock() -> Generator[WallClock]:
    """Sets what time it is: `wall_clock.set("2026-12-03 09:30")`, `wall_clock.forward(days=7)`."""
    clock_of_the_test = WallClock()
    yield clock_of_the_test
    clock_of_the_test.release()
