"""What a mail says that answers an invitation (METHOD:REPLY), read on plain values without believing any of it."""

import re
from codecs import lookup
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.message import Message
from itertools import islice
from typing import Any, cast
from urllib.parse import unquote

from icalendar import Calendar, Component

from training.calendars.models import Participation

ANSWERS = {answer.value: answer for answer in Participation}
MOST_ANSWERS = 50
"""In one mail: a session has a handful of days, and each answer costs a transaction."""
MOST_PARTS = 200
"""Of one mail are looked at."""
LONGEST_FIELD = 2_000
"""Characters of the fields that say what a part is: the library takes more time than there is over far longer ones."""
_TYPES = ("text/calendar", "application/ics")
_CHARSETS = re.compile(
    r"utf-(8|16|32)(-le|-be|-sig)?|ascii|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|gb\w+|hz|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+"
)
"""What Python calls the charsets of mail programs. Some others, as punycode, take the square of the time."""


@dataclass(frozen=True)
class Reply:
    """The answer to one invitation: of whom, about which version of it, and when it was written."""

    uid: str
    sequence: int
    stamped_at: datetime | None
    answers: tuple[tuple[str, Participation], ...]
    """Each with the address it is for, in lower case."""


def replies_in(message: Message) -> list[Reply]:
    """The answers in a mail, each once; none where there is nothing that can be read as one.

    Exchange leaves the organiser out, and some programs attach the same answer a second time.
    """
    found = (reply for text in _calendars(message) for reply in _replies(text))
    return list(dict.fromkeys(islice(found, MOST_ANSWERS)))


def _calendars(message: Message) -> Iterator[str]:
    for part in islice(message.walk(), MOST_PARTS):
        if any(len(str(part.get(name, ""))) > LONGEST_FIELD for name in ("Content-Type", "Content-Disposition")):
            continue
        name = (part.get_filename() or "").lower()
        if part.get_content_type() not in _TYPES and not name.endswith(".ics"):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield _decoded(content, part.get_content_charset())


def _decoded(content: bytes, charset: str | None) -> str:
    text = content.decode(_known(charset), "replace")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _known(charset: str | None) -> str:
    """The charset, where it is one that mail is written in; else the usual one."""
    try:
        name = lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARSETS.fullmatch(name) else "utf-8"


def _replies(text: str) -> Iterator[Reply]:
    try:
        calendars = cast("list[Component]", Calendar.from_ical(text, multiple=True))
    except ValueError:
        return
    for calendar in calendars:
        if calendar.name == "VCALENDAR" and str(calendar.get("METHOD", "")).upper() == "REPLY":
            for event in calendar.walk("VEVENT"):
                reply = _reply(event)
                if reply is not None:
                    yield reply


def _reply(event: Component) -> Reply | None:
    uid = str(event.get("UID", "")).strip()
    answers = tuple(_answers(event))
    sequence = _number(event.get("SEQUENCE", 0))
    if not uid or not answers or sequence is None:
        return None
    return Reply(uid, sequence, _moment(event.get("DTSTAMP")), answers)


def _answers(event: Component) -> Iterator[tuple[str, Participation]]:
    said: Any = event.get("ATTENDEE", [])
    attendees = cast("list[Any]", said if isinstance(said, list) else [said])
    for attendee in attendees:
        parameters: Mapping[str, Any] = getattr(attendee, "params", {})
        answer = ANSWERS.get(str(parameters.get("PARTSTAT", "")).lower())
        address = _address(str(attendee)) or _address(str(parameters.get("EMAIL", "")))
        if answer is not None and address:
            yield address, answer


def _address(text: str) -> str:
    """The bare address in `mailto:…`, in lower case; empty where there is none."""
    address = unquote(re.sub(r"^mailto:", "", text.strip(), flags=re.IGNORECASE)).partition("?")[0].strip().lower()
    return address if "@" in address else ""


def _number(value: object) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None


def _moment(value: object) -> datetime | None:
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(moment, date):
        return datetime.combine(moment, time(), UTC)
    return None
