"""What every test may ask for: both engines, the application, a client, a mailbox and a clock.

A test that asks for `app`, `database` or `client` runs once on SQLite and once on PostgreSQL; code under test really
commits, and what it left is deleted afterwards. A test that asks for none of them cannot reach a database. Arrange
rows with the stages' operations and end with `db.session.commit()`; a request never sees what is not committed.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, event

from tests import mailbox as mailboxes
from tests.engines.databases import ENGINES, Emptier, Run, new_database
from tests.leaks import watch_for_leaks
from tests.pages import Client
from training import create_app
from training.config import Config
from training.core.database import db

hypothesis_settings.register_profile("muster", deadline=None, print_blob=True)
hypothesis_settings.register_profile("ci", parent=hypothesis_settings.get_profile("muster"), derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "muster")


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


def testing_config(database_url: str, smtp_url: str | None = None, mail_folder: Path | None = None) -> Config:
    """The settings of an installation under test."""
    return Config(
        environment="testing",
        database_url=database_url,
        secret_key="only-for-tests-only-for-tests-only-for-tests",
        base_url="http://localhost",
        mail_from="Training <training@partnership.example>",
        smtp_url=smtp_url,
        mail_folder=mail_folder,
    )


def migrate(database_url: str) -> None:
    """Bring the database at `database_url` to the newest migration."""
    app = create_app(testing_config(database_url))
    with app.app_context():
        upgrade()
        db.engine.dispose()


class Installations:
    """The application on each engine, made on first use and kept for the whole process."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._made: dict[str, tuple[Flask, Emptier]] = {}

    def on(self, engine_name: str) -> tuple[Flask, Emptier]:
        """The application on `engine_name`, and what empties its database."""
        if engine_name not in self._made:
            url = new_database(self.run, engine_name, migrate)
            app = create_app(testing_config(url))
            watch_for_leaks(app)
            with app.app_context():
                self._made[engine_name] = app, Emptier(db.engine)
        return self._made[engine_name]

    def close(self) -> None:
        """Close every connection."""
        for _, emptier in self._made.values():
            emptier.engine.dispose()


@pytest.fixture(scope="session")
def installations(run: Run) -> Generator[Installations]:
    """See `Installations`; tests ask for `app`."""
    made = Installations(run)
    with permission():
        yield made
        made.close()


class permission:  # noqa: N801 - reads as a word in a with statement
    """Lets engines begin transactions inside the block; outside every block the guard refuses."""

    depth = 0
