"""The figures of reports as plain values that can be added up, and how they are rounded to be read."""

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Self


@dataclass(frozen=True)
class Sums:
    """Counts that add up name by name."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Attendance(Sums):
    """Who came and who did not, over delivered sessions. Bookings are those confirmed at the start.

    Each confirmed booking is exactly one of attended (in any part, once), absent, excused, not marked.
    """

    attended: int = 0
    absent: int = 0
    excused: int = 0
    not_marked: int = 0
    walk_ins: int = 0
    late_cancellations: int = 0

    @property
    def attendances(self) -> int:
        """Bookings attended and walk-ins; `walk_ins` is an “of which”."""
        return self.attended + self.walk_ins

    @property
    def bookings(self) -> int:
        """Bookings confirmed at the start."""
        return self.attended + self.absent + self.excused + self.not_marked


@dataclass(frozen=True)
class Delivery(Sums):
    """What ran. Delivered sessions are finished ones; the others ran and have a register that is not closed."""

    delivered: int = 0
    not_closed: int = 0
    places_offered: int = 0
    """Places of the sessions delivered and of those whose register is not closed."""
    places_filled: int = 0
    """Confirmed bookings on the same sessions."""
    not_closed_bookings: int = 0


NOTHING_HELD = Attendance()
NOTHING_RAN = Delivery()


def rounded(expected: Fraction | None) -> int | None:
    """An expectation in whole attendances or sessions, halves up; None stays None."""
    return None if expected is None else int(expected + Fraction(1, 2))


def share(part: int, whole: Fraction | int | None) -> int | None:
    """`part` of `whole` in whole per cent, rounded down; None where there is no whole.

    Rounded down, so that 89.9 % is never shown as the 90 % that it has not reached.
    """
    return None if not whole else int(Fraction(100 * part) / whole)


def per_session(attendances: int, sessions: int) -> str:
    """Attendances per session to one decimal, such as "26.1"; empty without a session."""
    return f"{attendances / sessions:.1f}" if sessions else ""
