"""What a mail says that answers an invitation (METHOD:REPLY), read on plain values without believing any of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.message import Message
from typing import Any, cast
from urllib.parse import unquote

from icalendar import Calendar, Component

from training.calendars.models import Participation

ANSWERS = {answer.value: answer for answer in Participation}
_TYPES = ("text/calendar", "application/ics")


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
    return list(dict.fromkeys(reply for text in _calendars(message) for reply in _replies(text)))


def _calendars(message: Message) -> Iterator[str]:
    for part in message.walk():
        name = (part.get_filename() or "").lower()
        if part.get_content_type() not in _TYPES and not name.endswith(".ics"):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield _decoded(content, part.get_content_charset())


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        text = content.decode(charset or "utf-8", "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


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
