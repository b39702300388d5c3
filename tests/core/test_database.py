"""A database file of SQLite belongs to its owner alone."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.engines.permission import databases_allowed
from training.core.database import teach


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_on_the_machine_reads_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "muster.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    teach(engine)
    before = os.umask(0o022)
    try:
        with databases_allowed(), engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE thing (id INTEGER)")
            made = ("muster.sqlite", "muster.sqlite-wal", "muster.sqlite-shm")
            assert {each.name: rights(each) for each in tmp_path.iterdir()} == dict.fromkeys(made, 0o600)
    finally:
        os.umask(before)
        engine.dispose()


def test_a_database_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "muster.sqlite"
    sqlite3.connect(path).close()
    path.chmod(0o640)
    engine = create_engine(f"sqlite:///{path}")
    teach(engine)
    with databases_allowed(), engine.connect():
        assert rights(path) == 0o640
    engine.dispose()


def test_a_folder_that_is_not_there_is_told_by_the_database(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'nowhere' / 'muster.sqlite'}")
    teach(engine)
    with databases_allowed(), pytest.raises(OperationalError, match="unable to open"):
        engine.connect()
