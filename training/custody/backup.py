"""Backups: a copy of the database as it is at one moment, taken while people work, and tested before it counts."""

import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url

from training.core.refusal import Refused

OWNER_ONLY = 0o600
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Backup:
    """What was written, and how large it is in bytes."""

    path: Path
    size: int


def back_up(database_url: str, target: Path) -> Backup:
    """Copy the database into the new file `target`, readable by its owner only.

    On SQLite a database file like the original; on PostgreSQL what `pg_dump --format=custom` writes. Refused where
    there is such a file already, where pg_dump is missing or fails, and where the copy turns out not to be whole.
    """
    url = make_url(database_url)
    if target.exists() or target.is_symlink():
        raise Refused(f"There is something called {target} already, and nothing is overwritten")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}")
    # Under another name until it is whole, so that nobody keeps half a backup for a whole one.
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    try:
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(url, part)
        else:
            _dump_postgresql(url, part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size)


def _copy_sqlite(url: URL, part: Path) -> None:
    """SQLite’s own way to copy a database that is in use: what is committed meanwhile is copied too, or not at all."""
    if not url.database or url.database == ":memory:":
        raise Refused("A database in memory cannot be backed up")
    if not Path(url.database).is_file():
        raise Refused(f"There is no database at {url.database}")
    source = sqlite3.connect(unquote(url.database), timeout=WAIT_SECONDS)
    copy = sqlite3.connect(part)
    try:
        # In one go: page by page it would begin again whenever somebody writes.
        source.backup(copy)
        # A file on its own: without write-ahead log, so that copying it elsewhere cannot leave half behind.
        copy.execute("PRAGMA journal_mode=DELETE")
        problems = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [f"a row of {row[0]} without its parent" for row in copy.execute("PRAGMA foreign_key_check")]
    finally:
        copy.close()
        source.close()
    if problems:
        raise Refused(f"The copy is not whole: {problems[0]}. Look at the database before anything else")


def _dump_postgresql(url: URL, part: Path) -> None:
    program = _pg_dump()
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    # Not as an argument, which everybody on the machine could read.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the program found above, with arguments of our own
        [program, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}", f"--dbname={address}"],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"pg_dump could not copy the database: {done.stderr.strip() or 'it gave no reason'}")
    part.chmod(OWNER_ONLY)


def _pg_dump() -> str:
    folder = os.environ.get("PG_BIN")
    found = shutil.which("pg_dump", path=folder) if folder else shutil.which("pg_dump")
    if found is None:
        raise Refused(
            "pg_dump is not here. Install PostgreSQL’s client programs, of the server’s version or newer, or run "
            "pg_dump --format=custom where they are"
        )
    return found
