"""How long a completion counts; on plain values."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expiry(completed_on: date, valid_months: int) -> date | None:
    """The last day on which a completion counts; None where it does not expire."""
    return months_later(completed_on, valid_months) if valid_months else None
