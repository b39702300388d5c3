"""A message as it will look, for a frame on a page: its own HTML, with styles that the page's policy lets through."""

import re

from icalendar import Calendar
from markupsafe import Markup

from training.web.formats import moment
from training.web.security import content_security_nonce

_STYLED = re.compile(r' style="([^"]*)"')
_LEADING = re.compile(r' href="[^"]*"')
METHODS = {
    "REQUEST": "puts into the calendar, or changes there",
    "CANCEL": "takes out of the calendar",
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
    sheet = Markup('<style nonce="{}">{}</style>').format(content_security_nonce(), Markup(rules))  # noqa: S704
    return body.replace("</head>", f"{sheet}</head>", 1)


def calendar_in_words(content: bytes, method: str) -> str:
    """What a calendar part does to the calendar of whoever gets it, and when the entry is."""
    event = next(iter(Calendar.from_ical(content).walk("VEVENT")))
    starts, ends = event.decoded("dtstart"), event.decoded("dtend")
    summary = str(event.get("summary", "")) or "an entry"
    times = int(event.get("sequence", 0))
    change = f" It is change number {times} of the entry." if times else ""
    return f"It {METHODS.get(method, 'is about')} “{summary}”, {moment(starts)} to {moment(ends)}.{change}"
