"""A backup is whole although people work, can be restored elsewhere, and sends nothing twice."""

import shutil
import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select, text

from tests.core.post import Post, put
from tests.engines import postgresql
from tests.engines.databases import Run, bare_database
from tests.factories import make_person
from training.cli import main
from training.core import clock, sending
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.settings import change_setting
from training.core.viewer import COMMAND
from training.custody.backup import back_up
from training.people.models import Person


def address_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


# On PostgreSQL that is pg_dump's own promise; see the restore below.
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_copy_taken_while_somebody_writes_is_whole(app: Flask, tmp_path: Path) -> None:
    for _ in range(50):
        make_person()
    db.session.commit()
    file = str(db.engine.url.database)
    stop = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(file, timeout=10, isolation_level=None)
        number = 0
        while not stop.is_set():
            # Always two at a time: a copy with an odd one is no copy of any moment.
            connection.execute("BEGIN IMMEDIATE")
            for half in ("a", "b"):
                connection.execute(
                    "INSERT INTO person (ref, given_name, family_name, sort_key, search_text, telephone, created_at,"
                    " row_version) VALUES (?, 'Two', 'Two', 'two', 'two', '', '2026-12-03 09:00:00', 1)",
                    (f"W-{number}-{half}",),
                )
            connection.execute("COMMIT")
            number += 1
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [back_up(address_of(db.engine), tmp_path / f"copy-{number}.sqlite") for number in range(5)]
    finally:
        stop.set()
        writer.join()
    counts: list[int] = []
    for copy in copies:
        assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
        with sqlite3.connect(copy.path) as connection:
            counts.append(connection.execute("SELECT count(*) FROM person WHERE ref LIKE 'W-%'").fetchone()[0])
            assert connection.execute("SELECT count(*) FROM person WHERE ref LIKE 'P-%'").fetchone()[0] == 50
        connection.close()
    assert [count % 2 for count in counts] == [0] * 5
    assert counts == sorted(counts)
    assert counts[-1] > 0, "nobody wrote while the copies were taken"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"copy-{number}.sqlite" for number in range(5)]


def test_a_copy_is_restored_to_another_place_with_the_same_rows(
    app: Flask, engine_name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person("Zoë", "O’Hara")
    db.session.commit()
    wanted = (person.id, "Zoë", "O’Hara")
    if engine_name == "postgresql":
        programs = postgresql.binaries()
        if not (programs / "pg_dump").exists() or not (programs / "pg_restore").exists():
            pytest.fail("the PostgreSQL that tests run on has no pg_dump")
        monkeypatch.setenv("PG_BIN", str(programs))
    copy = back_up(address_of(db.engine), tmp_path / "copy").path
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    names = "SELECT id, given_name, family_name FROM person"
    if engine_name == "sqlite":
        shutil.copyfile(copy, tmp_path / "restored.sqlite")
        with sqlite3.connect(tmp_path / "restored.sqlite") as connection:
            assert connection.execute(names).fetchall() == [wanted]
            triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
            assert connection.execute(triggers).fetchone() == (5,)
        connection.close()
        return
    with bare_database(run, engine_name, "restored") as url:
        plain = url.replace("postgresql+psycopg", "postgresql")
        program = postgresql.binaries() / "pg_restore"
        subprocess.run([program, "--exit-on-error", "--no-owner", f"--dbname={plain}", copy], check=True)
        engine = db.create_engine(url)
        with engine.connect() as connection:
            assert [tuple(row) for row in connection.execute(text(names))] == [wanted]
            triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_%append_only'"
            assert connection.execute(text(triggers)).scalar() == 2
        engine.dispose()


def test_nothing_is_overwritten_and_nothing_half_is_left(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(Refused, match="nothing is overwritten"):
        back_up(address_of(db.engine), tmp_path / "there")
    with pytest.raises(Refused, match="There is no folder"):
        back_up(address_of(db.engine), tmp_path / "nowhere" / "copy")
    with pytest.raises(Refused, match="There is no database"):
        back_up(f"sqlite:///{tmp_path}/none.sqlite", tmp_path / "copy")
    with pytest.raises(Refused, match="in memory"):
        back_up("sqlite://", tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "orphans.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))")
        connection.execute("INSERT INTO child VALUES (7)")
    connection.close()
    with pytest.raises(Refused, match="The copy is not whole: a row of child without its parent"):
        back_up(f"sqlite:///{file}", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_without_pg_dump_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(Refused, match="pg_dump is not here"):
        back_up("postgresql+psycopg://localhost/muster", tmp_path / "copy")
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'server version mismatch' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(Refused, match="server version mismatch"):
        back_up("postgresql+psycopg://localhost/muster", tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["pg_dump"]


def test_held_mail_waits_and_what_is_older_than_the_backup_is_given_up(app: Flask) -> None:
    old = put("Before the backup", "booking:1").id
    change_setting(COMMAND, sending.HELD, True)
    db.session.commit()
    post = Post()
    assert sending.send_all(post) == 0
    moment = clock.now()
    new = put("After the restore", "booking:1").id
    assert sending.drop_written_before(COMMAND, moment) == 1
    change_setting(COMMAND, sending.HELD, False)
    db.session.commit()
    assert sending.send_all(post) == 1
    states = {row.id: row.state for row in db.session.execute(select(OutboxMessage.id, OutboxMessage.state))}
    assert states == {old: MessageState.DROPPED, new: MessageState.SENT}


def test_the_commands_hold_and_release_mail_and_take_everything_out_and_in(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person("Priya")
    db.session.commit()
    monkeypatch.setenv("MUSTER_DATABASE_URL", address_of(db.engine))

    def muster(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code == code, result.output
        return result.output

    assert "No message is sent" in muster("hold-mail")
    assert "Messages given up: 0" in muster("release-mail", "--drop-before", "2026-12-03 09:00")
    target = str(tmp_path / "all.zip")
    assert f"tables are in {target}" in muster("export", target)
    assert "nothing is overwritten." in muster("export", target, code=1)
    assert "This installation is not empty" in muster("load", target, code=1)
    assert db.session.scalar(select(Person.given_name)) == "Priya"
