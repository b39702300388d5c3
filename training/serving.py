"""Running the web server and the worker side by side, and ending both together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

WEB_PROCESSES = 2
ENDED_WITHIN_SECONDS = 15
"""How long a process may take to end when it is asked to; after that it is made to."""


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on `port` yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def web_command(host: str, port: int) -> tuple[str, ...]:
    """How the web server is started."""
    return (
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{host}:{port}",
        "--workers", str(WEB_PROCESSES), "--log-level", "warning",
    )  # fmt: skip


def worker_command() -> tuple[str, ...]:
    """How the worker is started."""
    return sys.executable, "-c", "from training.cli import main; main(['worker'])"


def run_together(commands: Sequence[Sequence[str]], environment: Mapping[str, str], folder: str) -> int:
    """Run `commands` until one of them ends or this process is told to; then end all. 0 if it was told to.

    An interrupt or SIGTERM ends everything in good order; a process that ends by itself ends the others with it.
    """
    told = _Told()
    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    running = [
        # A session of its own: Ctrl-C reaches only this process, which passes it on once.
        subprocess.Popen(command, env=dict(environment), cwd=folder, start_new_session=True)  # noqa: S603
        for command in commands
    ]
    try:
        while not told.already and all(process.poll() is None for process in running):
            time.sleep(0.2)
        return 0 if told.already else 1
    finally:
        _end(running)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Told:
    """Remembers that the process was told to end."""

    def __init__(self) -> None:
        self.already = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.already = True


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        with suppress(ProcessLookupError):
            process.terminate()
    until = time.monotonic() + ENDED_WITHIN_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
