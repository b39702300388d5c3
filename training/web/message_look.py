"""A message as it will look, for a frame on a page: its own HTML, with styles that the page's policy lets through."""

import re

from icalendar import Calendar

from training.core.clock import local
from training.web.formats import day, moment, time_range
from training.web.security import content_security_nonce

_STYLED = re.compile(r' style="([^"]*)"')
_LEADING = re.compile(r' href="[^"]*"')
METHODS = {
    "REQUEST": "puts this into the calendar, or changes it there",
    "CANCEL": "takes this out of the calendar",
}


def framed(html: str) -> str:
    """`html`, a message as it was written, for the `srcdoc` of a frame: nothing in it leads anywhere.

    The page's policy refuses styles on elements, so each becomes a class of a style sheet with the page's nonce.
    """
    classes: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return f' class="{classes.setdefault(found[1], f"s{len(classes)}")}"'

    body = _STYLED.sub(named, _LEADING.sub("", html))
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    sheet = f'<style nonce="{content_security_nonce()}">{rules}</style>'
    return body.replace("</head>", f"{sheet}</head>", 1)


def calendar_in_words(content: bytes, method: str) -> str:
    """What a calendar part does to the calendar of whoever gets it, and when the entry is."""
    event = next(iter(Calendar.from_ical(content).walk("VEVENT")))
    starts, ends = event.decoded("dtstart"), event.decoded("dtend")
    summary = str(event.get("summary", "")) or "an entry without a name"
    one_day = local(starts).date() == local(ends).date()
    when = f"{day(starts)}, {time_range(starts, ends)}" if one_day else f"{moment(starts)} to {moment(ends)}"
    changes = int(event.get("sequence", 0))
    change = f" It is change number {changes} of the entry." if changes else ""
    return f"It {METHODS.get(method, 'is about this')}: {summary}, {when}.{change}"
