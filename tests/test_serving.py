"""The web server and the worker live and end together."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from training.serving import is_free, run_together


def leaves_a_mark(mark: Path) -> tuple[str, ...]:
    """A process that writes its id and then works until it is told to end, which it does in good order."""
    return (
        sys.executable,
        "-c",
        "import os, pathlib, signal, sys, time\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "signal.signal(signal.SIGTERM, lambda *_: (mark.write_text('ended'), sys.exit(0)))\n"
        "mark.write_text(str(os.getpid()))\n"
        "time.sleep(60)\n",
    )


def wait_for(mark: Path) -> None:
    """Until the process has written its mark, at most ten seconds."""
    until = time.monotonic() + 10
    while not mark.exists() and time.monotonic() < until:
        time.sleep(0.02)


def test_when_one_ends_the_other_is_ended(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    waits_then_fails = (
        sys.executable,
        "-c",
        f"import pathlib, sys, time\nwhile not pathlib.Path({str(mark)!r}).exists(): time.sleep(0.05)\nsys.exit(3)",
    )
    began = time.monotonic()
    assert run_together([leaves_a_mark(mark), waits_then_fails], os.environ, str(tmp_path)) == 1
    assert mark.read_text() == "ended"
    assert time.monotonic() - began < 15


def test_told_to_end_it_ends_both_in_good_order(tmp_path: Path) -> None:
    marks = [tmp_path / "web", tmp_path / "worker"]

    def tell() -> None:
        for mark in marks:
            wait_for(mark)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=tell).start()
    assert run_together([leaves_a_mark(mark) for mark in marks], os.environ, str(tmp_path)) == 0
    assert [mark.read_text() for mark in marks] == ["ended", "ended"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_port_that_is_used_is_noticed() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert not is_free("127.0.0.1", port)
    assert is_free("127.0.0.1", port)
