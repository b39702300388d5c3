"""What a plan lets us expect by a day, and how what happened is judged against it; pure reckoning.

Shares and expectations are exact fractions; pages round them.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from training.planning.years import TrainingYear

GREEN_FROM = Fraction(9, 10)
"""The share of what was expected from which a figure is green. Source: the partnership's rule for its plan."""
AMBER_FROM = Fraction(7, 10)
"""The share of what was expected from which a figure is amber. Source: the partnership's rule for its plan."""
LEAST_TARGET_JUDGED = 5
"""Below this one person or one session more or less would change the colour. Source: the partnership's rule."""


class Colour(StrEnum):
    """How a figure stands against what was expected of it; no colour is None."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


COLOUR_LABELS = {Colour.GREEN: "On track", Colour.AMBER: "Behind", Colour.RED: "Far behind"}


def expected_share(by_quarter: Sequence[int], year: TrainingYear, on: date) -> Fraction | None:
    """The share of a year's planned total that is expected by the end of the day `on`, from 0 to 1.

    `by_quarter` holds what is planned for the four quarters: places, or sessions. It follows the quarters, and
    by day within the current one; all is expected of a past year and nothing of a coming one. None when nothing
    is planned. Source: the partnership's rule for its plan.
    """
    total = sum(by_quarter)
    if total == 0:
        return None
    starts = year.quarter_starts()
    ends = (*starts[1:], year.last_day + timedelta(days=1))
    due = Fraction(0)
    for planned, begins, ends_before in zip(by_quarter, starts, ends, strict=True):
        length = (ends_before - begins).days
        passed = min(max((on - begins).days + 1, 0), length)
        due += planned * Fraction(passed, length)
    return due / total


def expected_attendances(target: int, places_offered: int, places_planned: int) -> Fraction | None:
    """How many of an agency's own people are expected to have come: target × places offered / places planned.

    None is “not offered yet”: no place was offered so far, so nobody could come. Where places were offered that
    nobody had planned no share can be reckoned, and the whole target stands.
    Source: the partnership's rule for its plan.
    """
    if places_offered == 0:
        return None
    if places_planned == 0:
        return Fraction(target)
    return Fraction(target * places_offered, places_planned)


def colour(actual: int, expected: Fraction | None, target: int | None) -> Colour | None:
    """Green at 90 % or more of what was expected, amber at 70 %, red below.

    None for a target under five or a missing one, and where nothing is expected yet.
    Source: the partnership's rule for its plan.
    """
    if target is None or target < LEAST_TARGET_JUDGED or not expected:
        return None
    share = actual / expected
    if share >= GREEN_FROM:
        return Colour.GREEN
    return Colour.AMBER if share >= AMBER_FROM else Colour.RED
