"""How dates, times, counts and lists are written on pages and in messages."""

from collections.abc import Iterable
from datetime import date, datetime, time

from flask import Flask

from training.core import clock as partnership_clock

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
PLURALS = {"person": "people", "child": "children", "member of staff": "members of staff"}


def _local_day(value: date) -> date:
    """The day itself, or the day in London on which an aware moment falls."""
    if isinstance(value, datetime):
        return _local(value).date()
    return value


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown in London time.")
    return partnership_clock.local(value)


def day(value: date) -> str:
    """A date in full: "Thursday 3 December 2026". An aware moment is taken in London time."""
    value = _local_day(value)
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """A date for tables: "3 Dec 2026"."""
    value = _local_day(value)
    return f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


def month(value: date) -> str:
    """The month of a date, as a heading: "December 2026"."""
    value = _local_day(value)
    return f"{MONTHS[value.month - 1]} {value.year}"


def day_parts(value: date) -> tuple[str, int, str]:
    """A date for a date block: ("Thu", 3, "Dec")."""
    value = _local_day(value)
    return WEEKDAYS[value.weekday()][:3], value.day, MONTHS[value.month - 1][:3]


def clock(value: time | datetime) -> str:
    """A time of day: "9:30am", "4pm", "noon", "midnight". An aware moment is taken in London time."""
    if isinstance(value, datetime):
        value = _local(value).time()
    if (value.hour, value.minute) == (0, 0):
        return "midnight"
    if (value.hour, value.minute) == (12, 0):
        return "noon"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def time_range(start: time | datetime, end: time | datetime) -> str:
    """From when to when: "9:30am to 4pm"."""
    return f"{clock(start)} to {clock(end)}"


def moment(value: datetime) -> str:
    """An aware moment in London time: "Thursday 3 December 2026 at 9:30am".

    Raises ValueError for a moment without a time zone.
    """
    return f"{day(value)} at {clock(value)}"


def short_moment(value: datetime) -> str:
    """An aware moment for tables: "3 Dec 2026, 9:30am"."""
    return f"{short_day(value)}, {clock(value)}"


def number(value: int) -> str:
    """A whole number with commas at the thousands: "1,987"."""
    return f"{value:,}"


def pounds(pence: int) -> str:
    """A sum of money: "£25", "£1,250.50"."""
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}.{rest:02}" if rest else f"£{whole:,}"


def plural(noun: str) -> str:
    """The plural of an English noun: places, agencies, batches, people."""
    if noun in PLURALS:
        return PLURALS[noun]
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun}s"


def count(value: int, noun: str, many: str = "") -> str:
    """A number with what it counts: "1 place", "3 places", "no places".

    `many` is the plural where the rules of `plural` do not find it.
    """
    words = noun if value == 1 else many or plural(noun)
    return f"{number(value) if value else 'no'} {words}"


def ordinal(value: int) -> str:
    """A position in words, "third", or from eleven on in figures, "21st". Raises ValueError below one."""
    if value < 1:
        raise ValueError("A position starts at one.")
    if value <= len(ORDINALS):
        return ORDINALS[value - 1]
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{number(value)}{ending}"


def places_left(free: int, capacity: int | None) -> str:
    """What somebody who wants to come needs to know: how many places are free, or that there are none.

    A capacity of None means that places are not limited. Fewer than no places (a session that was made
    smaller) reads as full.
    """
    if capacity is None:
        return "Places not limited"
    if free <= 0:
        return "Full: join the waiting list"
    return f"{count(free, 'place')} left"


def percent(part: int, whole: int) -> str:
    """A share in whole per cent: "48%".

    0% and 100% are said only when they are exact; a share of nothing is "no figure".
    """
    if whole == 0:
        return "no figure"
    rounded = round(100 * part / whole)
    if rounded == 0 and part > 0:
        return "under 1%"
    if rounded == 100 and part < whole:
        return "over 99%"
    return f"{rounded}%"


def listing(items: Iterable[str], joiner: str = "and") -> str:
    """Items as a sentence lists them: "a", "a and b", "a, b and c"."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}"


FILTERS = (
    day,
    short_day,
    month,
    day_parts,
    clock,
    time_range,
    moment,
    short_moment,
    number,
    pounds,
    plural,
    count,
    ordinal,
    places_left,
    percent,
    listing,
)


def register_formats(app: Flask) -> None:
    """Give templates every format as a filter of the same name.

    Jinja's own `count`, another name for its `length`, gives way.
    """
    for function in FILTERS:
        app.add_template_filter(function, function.__name__)
