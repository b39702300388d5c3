"""Migrations make exactly what the models say, on both engines, and lose no row on the way up or down."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.engines.databases import Run, bare_database
from tests.engines.permission import databases_allowed
from tests.engines.schema import VERSION_TABLE, Schema, differences, schema_of
from tests.engines.specimens import fill
from tests.guards.sources import ROOT
from tests.installations import config_for
from training import create_app
from training.core.database import db
from training.tables import METADATA

MIGRATIONS = ROOT / "migrations"


@contextmanager
def bare(run: Run, engine_name: str, name: str) -> Generator[Flask]:
    """The application over a database of its own without a table, inside its context."""
    with databases_allowed(), bare_database(run, engine_name, name) as url:
        app = create_app(config_for(url))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def bare_app(run: Run, engine_name: str) -> Generator[Flask]:
    """See `bare`."""
    with bare(run, engine_name, "migrated") as app:
        yield app


def revisions() -> list[str]:
    """All revisions, the oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def schema(engine: Engine) -> Schema:
    with engine.connect() as connection:
        return schema_of(connection)


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    names = [name for name in inspect(engine).get_table_names() if name != VERSION_TABLE]
    with engine.connect() as connection:
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def test_revisions_are_numbered_in_one_line() -> None:
    assert revisions() == [f"{number:04d}" for number in range(1, len(revisions()) + 1)]
    files = sorted(path.name[:4] for path in Path(MIGRATIONS / "versions").glob("*.py"))
    assert files == revisions()


def test_migrated_and_modelled_databases_are_the_same(run: Run, engine_name: str) -> None:
    with bare(run, engine_name, "migrated"):
        upgrade()
        migrated = schema(db.engine)
    with bare(run, engine_name, "modelled"):
        METADATA.create_all(db.engine)
        modelled = schema(db.engine)
    assert len(modelled) > len(METADATA.tables)
    assert differences(migrated, modelled) == {}


def test_up_down_and_up_again_with_rows_in_every_table(bare_app: Flask) -> None:
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)
    before, filled = schema(db.engine), counts(db.engine)
    assert min(filled.values()) >= 1
    for revision in reversed(revisions()[:-1]):
        downgrade(revision=revision)
        kept = counts(db.engine)
        assert {name: count for name, count in kept.items() if count < filled.get(name, 0)} == {}
        upgrade()
        assert {name: count for name, count in kept.items() if counts(db.engine).get(name, count) < count} == {}
        assert differences(schema(db.engine), before) == {}
        downgrade(revision=revision)
    downgrade(revision="base")
    assert schema(db.engine) == {}
    upgrade()
    assert differences(schema(db.engine), before) == {}


def with_one_more(folder: Path, deed: str) -> str:
    """A copy of the migrations in `folder` with one more revision that does `deed`; its path."""
    copy = shutil.copytree(MIGRATIONS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    head = revisions()[-1]
    text = f'"""one more"""\nfrom alembic import op\nrevision = "9999"\ndown_revision = "{head}"\n'
    (copy / "versions" / "9999_one_more.py").write_text(f"{text}def upgrade():\n    {deed}\n")
    return str(copy)


def test_rebuilding_a_table_leaves_the_rows_that_belong_to_it(bare_app: Flask, tmp_path: Path) -> None:
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)
    filled, before = counts(db.engine), schema(db.engine)
    rebuild = "with op.batch_alter_table(table, recreate='always'): pass"
    if db.engine.dialect.name == "postgresql":
        rebuild = "op.execute(f'ALTER TABLE \"{table}\" ADD COLUMN extra integer')"
    upgrade(directory=with_one_more(tmp_path, f"for table in {sorted(METADATA.tables)!r}:\n        {rebuild}"))
    assert counts(db.engine) == filled
    if db.engine.dialect.name == "sqlite":
        assert differences(schema(db.engine), before) == {}
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_orphans_rows_is_refused_whole(bare_app: Flask, tmp_path: Path) -> None:
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)
    filled = counts(db.engine)
    with pytest.raises((SystemExit, IntegrityError)):
        upgrade(directory=with_one_more(tmp_path, "op.execute('DELETE FROM agency')"))
    assert counts(db.engine) == filled


def test_a_changed_rule_is_seen_as_drift(run: Run, engine_name: str) -> None:
    with bare(run, engine_name, "drifted"):
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE pot (size INTEGER, CONSTRAINT ck_pot_size CHECK (size > 0))"))
            connection.execute(text("CREATE INDEX ix_pot_size ON pot (size) WHERE size > 5"))
        first = schema(db.engine)
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE pot"))
            connection.execute(text("CREATE TABLE pot (size INTEGER, CONSTRAINT ck_pot_size CHECK (size > 1))"))
            connection.execute(text("CREATE INDEX ix_pot_size ON pot (size) WHERE size > 6"))
        changed = " ".join(differences(first, schema(db.engine)))
        assert "pot" in changed
        assert "ix_pot_size" in changed


def test_specimens_meet_the_constraints(run: Run) -> None:
    with bare(run, "sqlite", "specimens"):
        METADATA.create_all(db.engine)
        with db.engine.begin() as connection:
            rows = fill(connection)
        assert rows.keys() == METADATA.tables.keys()
        table = METADATA.sorted_tables[0]
        with pytest.raises(IntegrityError), db.engine.begin() as again:
            again.execute(table.insert().values(rows[table.name][0]))
