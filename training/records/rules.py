"""How long a completion counts; on plain values."""

from datetime import date

from training.core import clock


def expiry(completed_on: date, valid_months: int) -> date | None:
    """The last day on which a completion counts; None where it does not expire."""
    return clock.months_later(completed_on, valid_months) if valid_months else None
