"""The database: the model base, the engines' habits, and how a transaction begins."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import Date, Text, Time

from training.core.columns import Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all tables share: named constraints and one meaning for each Python type."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: Instant, date: Date, time: Time, str: Text},
    )


OWNER_ONLY = 0o600

db = SQLAlchemy(model_class=Base, disable_autonaming=True)

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Generator[None]:
    """Transactions that begin inside only read: the engine refuses a write, and nobody waits for a lock."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def begin_reading() -> None:
    """From here on transactions of this context only read; `begin_writing` ends it."""
    _reading.set(True)


def begin_writing() -> None:
    """From here on transactions of this context may write."""
    _reading.set(False)


def configure_database(app: Flask, url: str) -> None:
    """Bind `db` to `url` and teach its engine when to lock and what to refuse."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # What a statement was about belongs to people, so no error and no log repeats its values.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("postgresql"):
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        teach(db.engine)


def teach(engine: Engine) -> None:
    """Attach the listeners to `engine`: pragmas for SQLite, and how each transaction begins."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _before_sqlite_connect)
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "begin", _on_postgresql_begin)


def _before_sqlite_connect(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    """Make a new database file readable by its owner only; SQLite gives its further files the same rights."""
    name = str(arguments[0])
    if name in ("", ":memory:") or name.startswith("file:"):
        return
    # Where the file cannot be made, SQLite says so itself in a moment.
    with suppress(OSError):
        os.close(os.open(Path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def _on_sqlite_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: a deferred one that reads and then writes
    # fails at once when somebody else wrote meanwhile.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    if _reading.get():
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _on_postgresql_begin(connection: Connection) -> None:
    if _reading.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
