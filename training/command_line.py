"""What every command begins with: the application, and a database that it was written for."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import click
from flask import Flask

from training import create_app
from training.config import Config
from training.core.database import db
from training.core.refusal import Refused
from training.web.health import OldDatabaseError, refuse_old_database


def application(config: Config) -> Flask:
    """The application for the present command; its connections are closed when the command ends."""
    app = create_app(config)

    def close() -> None:
        with app.app_context():
            db.engine.dispose()

    click.get_current_context().call_on_close(close)
    return app


def require_newest_migration(app: Flask) -> None:
    """End with the command to run where the database is not at the newest migration."""
    try:
        refuse_old_database(app)
    except OldDatabaseError as old:
        click.echo(str(old), err=True)
        sys.exit(1)


@contextmanager
def refusals_in_words() -> Generator[None]:
    """End the command with the sentence of a refusal."""
    try:
        yield
    except Refused as refusal:
        click.echo(f"{refusal.sentence}.", err=True)
        sys.exit(1)
