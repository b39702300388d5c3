"""The one clock: instants in UTC, and the partnership's own time for people to read."""

from calendar import monthrange
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL_ZONE_NAME = "Europe/London"
LOCAL_ZONE = ZoneInfo(LOCAL_ZONE_NAME)
_set_to: ContextVar[datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> datetime:
    """The present moment, in UTC and aware of it."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def as_of(moment: datetime) -> Generator[None]:
    """Let the clock stand at `moment` within, for this thread alone: to write down a past as it was written then."""
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)


def today() -> date:
    """The date on the wall where the partnership is."""
    return now().astimezone(LOCAL_ZONE).date()


def local(moment: datetime, zone_name: str = LOCAL_ZONE_NAME) -> datetime:
    """`moment` as people at `zone_name` read it from their clock."""
    return moment.astimezone(ZoneInfo(zone_name))


def instant(on: date, at: time, zone_name: str = LOCAL_ZONE_NAME) -> datetime:
    """The moment in UTC when clocks in `zone_name` show `at` on the day `on`.

    A time that is skipped in spring is reckoned as if the clocks had not gone forward yet; of a time shown
    twice in autumn the first is meant.
    """
    return datetime.combine(on, at, ZoneInfo(zone_name)).astimezone(UTC)


def start_of_day(on: date) -> datetime:
    """The moment in UTC when the day `on` begins where the partnership is."""
    return instant(on, time.min)


def months_later(day: date, months: int) -> date:
    """The same day `months` later (earlier, where below nought), or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
