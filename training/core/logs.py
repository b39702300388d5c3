"""What the processes write to their logs: plain lines, without people’s addresses and without secrets of links."""

import logging
import re
import time

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

PRIVATE = (
    # Only from the beginning of a word: otherwise a long one without an address would be looked at again and again.
    (re.compile(r"(?<![\w.+'%-])[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
    (re.compile(r"(/link/|/calendars/|/sessions/[\w-]+/book/(?!new\b)|[?&]again=)[\w%-]+"), r"\1[token]"),
    # What PostgreSQL tells about a refused row: its columns may be told, their values not.
    (re.compile(r"(Key \([^)]*\))=\(.*?\)(?=[ ,.]|$)"), r"\1=[values]"),
    (re.compile(r"Failing row contains \(.*\)"), "Failing row contains [values]"),
)
"""What no line may hold, and what stands there instead."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def discreet(text: str) -> str:
    """`text` without e-mail addresses, tokens in addresses of pages, and values that a database repeated."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return text


class DiscreetFormatter(logging.Formatter):
    """Formats a record with its traceback as others do, then takes out what is private.

    Moments are in UTC and say so. What a message repeats from elsewhere cannot begin a line of its own: only
    tracebacks go on over several lines.
    """

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line without its traceback; control characters are written out."""
        return _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """One entry, on as many lines as its traceback needs."""
        return discreet(super().format(record))


class DiscreetHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to the standard error of the process; there is one in a process, however many applications it makes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(DiscreetFormatter(LINE))


def configure_logs() -> None:
    """Let every logger of this process, those of libraries too, end in one discreet handler."""
    root = logging.getLogger()
    if not any(isinstance(handler, DiscreetHandler) for handler in root.handlers):
        root.addHandler(DiscreetHandler())
