"""How long a completion counts; on plain values."""

from datetime import date

from training.core import clock


def expiry(completed_on: date, valid_months: int) -> date | None:
    """The last day on which a completion counts; None where it does not expire."""
    return clock.months_later(completed_on, valid_months) if valid_months else None


def in_date_until(completed_on: date, every_months: int | None) -> date | None:
    """The last day on which a requirement “every n months” is met by what was done; None for one of “once”."""
    return None if every_months is None else clock.months_later(completed_on, every_months)
