"""Workers in processes of their own that end at a chosen point, as if the power had gone; run as a module.

The process waits for lines with what to do, and forks for each: so a test need not start Python anew every time.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

from flask import Flask

from tests.engines.permission import databases_allowed
from tests.installations import config_for
from training import create_app
from training.core import sending, transports
from training.core.transports import SmtpTransport

ROOT = Path(__file__).resolve().parents[2]
BEFORE_ACCEPTANCE = ("after the claim", "before the hand-over", "in the middle of the hand-over")
AFTER_ACCEPTANCE = ("after the acceptance", "before the settling is committed")
NOTHING_OPEN = ("after the settling",)
POINTS = (*BEFORE_ACCEPTANCE, *AFTER_ACCEPTANCE, *NOTHING_OPEN)


class Workers:
    """Starts workers that end before they are done."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run_until(self, point: str, database_url: str, smtp_url: str) -> None:
        """Let a worker send until it is killed at `point`; returns when it is dead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([point, database_url, smtp_url]) + "\n")
        self._process.stdin.flush()
        status = json.loads(self._process.stdout.readline())
        assert os.WIFSIGNALED(status), f"the worker was to be killed {point} and ended by itself: {status}"
        assert os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def started() -> Generator[Workers]:
    """The process that forks workers, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.sending_process"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield Workers(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def die(*_: object) -> None:
    """End at once, without a word to anybody."""
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(SmtpTransport):
    """Hands mail over, and ends before or after it."""

    after: bool

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """See `Transport`."""
        if self.after:
            super().deliver(message, recipient)
        die()


class DyingBefore(Dying):
    after = False


class DyingAfter(Dying):
    after = True


@contextmanager
def deadly(point: str) -> Generator[type[SmtpTransport]]:
    """The way mail goes while the process ends at `point` of it."""
    note_outcome = getattr(sending, "_note_outcome")  # noqa: B009

    def note_and_die(*arguments: object) -> None:
        note_outcome(*arguments)
        die()

    patches: dict[str, Callable[[], object]] = {
        "after the claim": lambda: patch.object(sending, "_reason_to_drop", die),
        "in the middle of the hand-over": lambda: patch.object(transports, "_hand_over", die),
        "before the settling is committed": lambda: patch.object(sending, "_note_outcome", note_and_die),
    }
    if point in patches:
        with patches[point]():  # type: ignore[attr-defined]
            yield SmtpTransport
    elif point == "before the hand-over":
        yield DyingBefore
    elif point == "after the acceptance":
        yield DyingAfter
    else:
        yield SmtpTransport


def work(app: Flask, point: str, smtp_url: str) -> None:
    """Send one message after another until the end."""
    with databases_allowed(), app.app_context(), deadly(point) as way:
        transport = way.from_url(smtp_url)
        while sending.send_next(transport):
            if point in NOTHING_OPEN:
                die()


def main() -> None:
    """Fork a worker for each line of standard input, and tell how it ended."""
    apps: dict[str, Flask] = {}
    for line in sys.stdin:
        point, database_url, smtp_url = json.loads(line)
        if database_url not in apps:
            apps[database_url] = create_app(config_for(database_url))
        child = os.fork()
        if child == 0:
            work(apps[database_url], point, smtp_url)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(status) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
