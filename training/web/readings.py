"""How typed days, times and numbers are read: into a value, or into a sentence on how to put it right."""

import re
from datetime import date, time

from training.web.formats import MONTHS, listing

FIRST_YEAR, LAST_YEAR = 1900, 2199

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:. ]?(?P<minute>\d{2}))? ?(?P<half>am|pm|a\.m\.?|p\.m\.?)?",
    re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_POUNDS = re.compile(r"£?(?P<pounds>\d{1,7})(?:\.(?P<pence>\d{2}))?", re.ASCII)
_FIGURES = re.compile(r"\d{1,4}", re.ASCII)
_WORDS = {"noon": time(12), "midday": time(12), "midnight": time(0)}


class ReadingError(ValueError):
    """What was typed cannot be read: a sentence for the person, and which part of the answer is wrong."""

    def __init__(self, sentence: str, part: str = "") -> None:
        super().__init__(sentence)
        self.part = part


def read_number(text: str, subject: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number, with or without commas; `subject` opens an error ("The number of places")."""
    figures = text.replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(figures):
        raise ReadingError(f"{subject} must be a whole number, like 20")
    value = int(figures)
    if least is not None and most is not None and not least <= value <= most:
        raise ReadingError(f"{subject} must be between {least:,} and {most:,}")
    if least is not None and value < least:
        raise ReadingError(f"{subject} must be {least:,} or more")
    if most is not None and value > most:
        raise ReadingError(f"{subject} must be {most:,} or less")
    return value


def read_pence(text: str, subject: str) -> int:
    """Pence of a sum of money in pounds, written "£1,200", "87.50" or "120"; `subject` opens an error."""
    match = _POUNDS.fullmatch(text.replace(",", "").replace(" ", ""))
    if not match:
        raise ReadingError(f"{subject} must be a sum in pounds, like 120 or 87.50")
    return int(match["pounds"]) * 100 + int(match["pence"] or 0)


def read_clock(text: str, thing: str) -> time:
    """A time of day written as "9:30am", "9.30", "14:00", "4pm", "0930" or "noon".

    `thing` is what an error asks for: "the start time".
    Between one and six without am, pm or a leading nought, the half of the day is asked for: nobody who
    writes "1.30" means the night.
    """
    written = " ".join(text.lower().split())
    if written in _WORDS:
        return _WORDS[written]
    match = _CLOCK.fullmatch(written)
    unreadable = ReadingError(f"Enter {thing} like 9:30am or 2pm")
    if not match:
        raise unreadable
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "")[:1]
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise unreadable
    if half:
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    if match["minute"] is None:
        raise unreadable
    if 1 <= hour <= 6 and not match["hour"].startswith("0"):
        raise ReadingError(f"Enter {thing} with am or pm, like {hour}:{minute:02}pm")
    return time(hour, minute)


def _read_month(text: str) -> int | None:
    """A month in figures or as a word of at least three letters."""
    if _FIGURES.fullmatch(text):
        return int(text) if 1 <= int(text) <= 12 else None
    if len(text) < 3:
        return None
    return next((place for place, name in enumerate(MONTHS, 1) if name.lower().startswith(text.lower())), None)


def read_day(day: str, month: str, year: str, thing: str) -> date | None:
    """A day from its three parts, None when all are empty; `thing` is "the start date".

    The month may be a word. An error's part is "day", "month" or "year": the first that is wrong.
    """
    parts = {"day": day.strip(), "month": month.strip(), "year": year.strip()}
    missing = [name for name, text in parts.items() if not text]
    if len(missing) == 3:
        return None
    subject = thing[:1].upper() + thing[1:]
    if missing:
        raise ReadingError(f"{subject} must include a {listing(missing)}", missing[0])
    not_real = f"{subject} must be a real date"
    if not _FIGURES.fullmatch(parts["day"]) or not 1 <= int(parts["day"]) <= 31:
        raise ReadingError(not_real, "day")
    month_number = _read_month(parts["month"])
    if month_number is None:
        raise ReadingError(not_real, "month")
    if not _FIGURES.fullmatch(parts["year"]) or len(parts["year"]) != 4:
        raise ReadingError("Year must include 4 numbers", "year")
    if not FIRST_YEAR <= int(parts["year"]) <= LAST_YEAR:
        raise ReadingError(f"{subject} must be between {FIRST_YEAR} and {LAST_YEAR}", "year")
    try:
        return date(int(parts["year"]), month_number, int(parts["day"]))
    except ValueError as beyond_the_month:
        raise ReadingError(not_real, "day") from beyond_the_month
