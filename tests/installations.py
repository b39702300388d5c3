"""The application under test, once on each engine."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from tests.engines.databases import Emptier, Run, new_database
from tests.headers import watch_headers
from tests.leaks import watch_for_leaks
from training import create_app
from training.config import Config
from training.core.database import db


def config_for(database_url: str, smtp_url: str | None = None, mail_folder: Path | None = None) -> Config:
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
    app = create_app(config_for(database_url))
    with app.app_context():
        upgrade()
        db.engine.dispose()


def create(database_url: str) -> None:
    """Make all tables in the empty database at `database_url` as the models say."""
    app = create_app(config_for(database_url))
    with app.app_context():
        db.metadata.create_all(db.engine)
        db.engine.dispose()


class Installations:
    """The application on each engine, made on first use and kept for the whole process."""

    def __init__(self, run: Run, prepare: Callable[[str], None]) -> None:
        self.run = run
        self.prepare = prepare
        self._made: dict[str, tuple[Flask, Emptier]] = {}

    def on(self, engine_name: str) -> tuple[Flask, Emptier]:
        """The application on `engine_name`, and what empties its database after each test."""
        if engine_name not in self._made:
            url = new_database(self.run, engine_name, self.prepare)
            app = create_app(config_for(url))
            watch_for_leaks(app)
            watch_headers(app)
            with app.app_context():
                self._made[engine_name] = app, Emptier(db.engine)
        return self._made[engine_name]

    def close(self) -> None:
        """Close every connection."""
        for _, emptier in self._made.values():
            emptier.engine.dispose()
