"""Everything goes from one engine to the other and back without a byte being different."""

import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from tests.engines.databases import Run, bare_database
from tests.engines.permission import databases_allowed
from tests.factories import make_person
from tests.installations import config_for
from training import create_app
from training.core.database import db, reading
from training.core.transaction import unit_of_work
from training.core.viewer import COMMAND
from training.custody.exit_kit_export import export
from training.custody.exit_kit_load import load
from training.demonstration.filling import fill
from training.reports.printing import agencies_text, delivery_text


@contextmanager
def migrated(run: Run, engine_name: str, name: str) -> Generator[Flask]:
    """The application over a new, migrated database, inside its context."""
    with databases_allowed(), bare_database(run, engine_name, name) as url:
        app = create_app(config_for(url))
        with app.app_context():
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a kit."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def zipped(archive: Path) -> dict[str, bytes]:
    """Every file of a kit in one file."""
    with zipfile.ZipFile(archive) as kit:
        return {name: kit.read(name) for name in kit.namelist()}


def reports() -> list[str]:
    """What the reports say, for this year and over each level."""
    with reading():
        said = [delivery_text(COMMAND, {}, "csv"), agencies_text(COMMAND, {"level": "sector"}, "csv")]
    db.session.remove()
    return said


def test_demonstration_to_postgresql_and_back(run: Run, tmp_path: Path) -> None:
    with migrated(run, "sqlite", "exit_from"):
        with unit_of_work():
            fill()
        export(tmp_path / "first", with_secrets=True)
        said = reports()
    first = contents(tmp_path / "first")
    assert sum(len(body) for body in first.values()) > 1_000_000
    with migrated(run, "postgresql", "exit_over"):
        assert load(tmp_path / "first") > 5_000
        export(tmp_path / "second.zip", with_secrets=True)
        assert reports() == said
        with unit_of_work():
            assert make_person().id > 1, "the next row has the key of one that is there"
    assert zipped(tmp_path / "second.zip") == first
    with migrated(run, "sqlite", "exit_back"):
        load(tmp_path / "second.zip")
        export(tmp_path / "third", with_secrets=True)
        assert reports() == said
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    assert contents(tmp_path / "third") == first
