"""The databases of one test process: a migrated one on each engine, emptied after every test that used it."""

import fcntl
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from tests.engines import postgresql
from training.tables import METADATA

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "muster_template"


@dataclass(frozen=True)
class Run:
    """One run of the tests: the folder its databases live in, its first process, and this process's name."""

    folder: Path
    process: int
    worker: str

    @contextmanager
    def alone(self) -> Generator[None]:
        """One test process at a time."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def new_database(run: Run, engine_name: str, migrate: Callable[[str], None]) -> str:
    """The address of a database of this process's own, copied from one that `migrate(address)` made once a run."""
    if engine_name == "sqlite":
        return _new_sqlite(run, migrate)
    return _new_postgresql(run, migrate)


def _new_sqlite(run: Run, migrate: Callable[[str], None]) -> str:
    template = run.folder / "template.sqlite"
    with run.alone():
        if not template.exists():
            migrate(f"sqlite:///{template}")
    own = run.folder / f"{run.worker}.sqlite"
    shutil.copyfile(template, own)
    return f"sqlite:///{own}"


def _new_postgresql(run: Run, migrate: Callable[[str], None]) -> str:
    server = run.folder / "postgresql"
    own = f"muster_{run.worker}"
    postgresql.ensure_running(server, run.process)
    with run.alone():
        if not _scalar(server, f"SELECT count(*) FROM pg_database WHERE datname = '{TEMPLATE}'"):
            _execute(server, f"CREATE DATABASE {TEMPLATE}")
            migrate(postgresql.url(server, TEMPLATE))
        _execute(server, f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")
        _execute(server, f"CREATE DATABASE {own} TEMPLATE {TEMPLATE}")
    return postgresql.url(server, own)


@contextmanager
def bare_database(run: Run, engine_name: str, name: str) -> Generator[str]:
    """The address of a new database without a table, dropped afterwards; for the tests of migrations."""
    if engine_name == "sqlite":
        file = run.folder / f"{run.worker}_{name}.sqlite"
        yield f"sqlite:///{file}"
        file.unlink()
        return
    server = run.folder / "postgresql"
    postgresql.ensure_running(server, run.process)
    full_name = f"muster_{run.worker}_{name}"
    with run.alone():
        _execute(server, f"CREATE DATABASE {full_name}")
    yield postgresql.url(server, full_name)
    _execute(server, f"DROP DATABASE {full_name} WITH (FORCE)")


def _scalar(server: Path, statement: str) -> Any:
    with _maintenance(server) as connection:
        return connection.execute(text(statement)).scalar()


def _execute(server: Path, statement: str) -> None:
    with _maintenance(server) as connection:
        connection.execute(text(statement))


@contextmanager
def _maintenance(server: Path) -> Generator[Connection]:
    address = postgresql.url(server, "postgres")
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _sqlite_triggers(connection: Connection) -> dict[str, str]:
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {str(row.name): str(row.sql) for row in rows}


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@dataclass
class Emptier:
    """Puts a database back to what its migrations left, by deleting what was added: 3 ms where a copy takes 60."""

    engine: Engine
    seeded: dict[str, Sequence[dict[str, Any]]] = field(init=False)
    """The rows that migrations themselves put in, by table."""
    triggers: dict[str, str] = field(init=False)
    """What SQLite refuses beyond its constraints, by name: lifted while the tables are emptied."""

    def __post_init__(self) -> None:
        if self.engine.dialect.name == "sqlite":
            # Nothing in a test database needs to survive a power cut.
            event.listen(self.engine, "connect", _hurry)
            self.engine.dispose()
        with self.engine.begin() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in METADATA.sorted_tables
            }
            self.triggers = _sqlite_triggers(connection)
        self.seeded = {name: found for name, found in rows.items() if found}

    def empty(self) -> None:
        """Delete every row but the seeded ones; fails when the test left a transaction open that holds a lock."""
        deletes = [f'DELETE FROM "{name}"' for name in METADATA.tables]
        if self.engine.dialect.name == "sqlite":
            before, after = ["PRAGMA query_only=OFF", "PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"], ["COMMIT"]
            after.append("PRAGMA foreign_keys=ON")
            lifted = [f'DROP TRIGGER "{name}"' for name in self.triggers]
            statements = [*before, *lifted, *deletes, *self.triggers.values(), *after]
        else:
            # As a replica: without triggers, and so without the foreign keys' questions about order.
            settings = "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '3s'"
            statements = [f"DO $$ BEGIN {settings}; {'; '.join(deletes)}; END $$", "COMMIT"]
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            cursor.close()
        finally:
            connection.close()
        if self.seeded:
            with self.engine.begin() as seeding:
                for table in METADATA.sorted_tables:
                    if rows := self.seeded.get(table.name):
                        seeding.execute(table.insert(), list(rows))
