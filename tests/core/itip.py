"""What RFC 5546 lets a calendar in a mail hold, by its method: as its tables say, and as libical checks it.

The tables are looked up in what vobject reads. Where libical is on the machine it checks the same, so neither stands
alone; in CI it must be there (`test_itip.py`).
"""

from collections.abc import Callable
from typing import Any, cast

import vobject

from tests.core import libical

ONE, AT_MOST_ONE, SOME, NONE = (1, 1), (0, 1), (1, 99), (0, 0)
REQUEST: dict[str, tuple[int, int]] = {
    "dtstamp": ONE, "dtstart": ONE, "organizer": ONE, "summary": ONE, "uid": ONE, "attendee": SOME,
    "dtend": AT_MOST_ONE, "sequence": AT_MOST_ONE, "status": AT_MOST_ONE, "location": AT_MOST_ONE,
    "description": AT_MOST_ONE, "url": AT_MOST_ONE, "class": AT_MOST_ONE, "transp": AT_MOST_ONE,
    "request-status": NONE,
}  # fmt: skip
"""RFC 5546, 3.2.2; several attendees are for clients, one is for us."""
CANCEL: dict[str, tuple[int, int]] = {**REQUEST, "sequence": ONE, "summary": AT_MOST_ONE, "attendee": (0, 99)}
"""RFC 5546, 3.2.5."""
STATUSES = {"REQUEST": ("TENTATIVE", "CONFIRMED"), "CANCEL": ("CANCELLED",)}
TABLES = {"REQUEST": REQUEST, "CANCEL": CANCEL}


def against_the_tables(calendar: bytes) -> list[str]:
    """What the calendar holds that the table of its method does not allow, or lacks."""
    read = cast("Any", vobject).readOne(calendar.decode())
    method = str(read.method.value) if "method" in read.contents else ""
    if method not in TABLES:
        return [f"{method or 'no method'} has no place in a mail of ours"]
    found: list[str] = []
    for event in read.contents["vevent"]:
        for name, (least, most) in TABLES[method].items():
            count = len(event.contents.get(name, []))
            if not least <= count <= most:
                found.append(f"{count} times {name}")
        statuses = [str(status.value) for status in event.contents.get("status", [])]
        found += [f"status {status}" for status in statuses if status not in STATUSES[method]]
    return found


EXAMINERS: dict[str, Callable[[bytes], list[str]]] = {"tables": against_the_tables}
if libical.is_here():
    EXAMINERS["libical"] = libical.complaints


def complaints(calendar: bytes) -> list[str]:
    """What any of those who examine here find wrong with a calendar in a mail."""
    return [f"{name}: {fault}" for name, examine in EXAMINERS.items() for fault in examine(calendar)]
