"""What a plan lets us expect, and when a figure is green, amber or red."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.planning.rules import Colour, colour, expected_attendances, expected_share
from training.planning.years import TrainingYear

YEAR = TrainingYear(2026)
counts = st.integers(0, 500)
quarters = st.tuples(counts, counts, counts, counts)
days = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("on", "share"),
    [
        (date(2026, 3, 31), Fraction(0)),
        (date(2026, 4, 1), Fraction(1, 91) * Fraction(1, 10)),
        (date(2026, 6, 30), Fraction(1, 10)),
        (date(2026, 8, 15), Fraction(1, 10) + Fraction(46, 92) * Fraction(4, 10)),
        (date(2026, 9, 30), Fraction(5, 10)),
        (date(2026, 12, 31), Fraction(5, 10)),
        (date(2027, 3, 31), Fraction(1)),
        (date(2029, 1, 1), Fraction(1)),
    ],
)
def test_the_share_follows_the_quarters_and_the_days_within_one(on: date, share: Fraction) -> None:
    assert expected_share((10, 40, 0, 50), YEAR, on) == share


def test_nothing_planned_has_no_share() -> None:
    assert expected_share((0, 0, 0, 0), YEAR, date(2026, 8, 1)) is None


@given(quarters, days)
def test_the_share_lies_between_none_and_all_and_never_falls(planned: tuple[int, int, int, int], on: date) -> None:
    today = expected_share(planned, YEAR, on)
    if today is None:
        assert sum(planned) == 0
        return
    tomorrow = expected_share(planned, YEAR, on + timedelta(days=1))
    assert tomorrow is not None
    assert 0 <= today <= tomorrow <= 1
    assert on >= YEAR.first_day or today == 0
    assert on < YEAR.last_day or today == 1


def test_an_agency_is_expected_by_the_places_offered_so_far() -> None:
    assert expected_attendances(30, 50, 100) == 15
    assert expected_attendances(30, 150, 100) == 45
    assert expected_attendances(30, 0, 100) is None
    assert expected_attendances(30, 25, 0) == 30


@given(st.integers(0, 300), st.integers(1, 3000), st.integers(1, 3000))
def test_all_places_offered_expect_the_whole_target(target: int, offered: int, planned: int) -> None:
    assert expected_attendances(target, planned, planned) == target
    expected = expected_attendances(target, offered, planned)
    assert expected is not None
    assert expected * planned == target * offered


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(9, Colour.GREEN), (15, Colour.GREEN), (8, Colour.AMBER), (7, Colour.AMBER), (6, Colour.RED), (0, Colour.RED)],
)
def test_colours_change_at_nine_and_seven_tenths(actual: int, expected: Colour) -> None:
    assert colour(actual, Fraction(10), 10) is expected


@pytest.mark.parametrize(("expected", "target"), [(Fraction(4), 4), (Fraction(9), None), (None, 20), (Fraction(0), 20)])
def test_some_figures_have_no_colour(expected: Fraction | None, target: int | None) -> None:
    assert colour(3, expected, target) is None


@given(st.integers(0, 500), st.integers(0, 500), st.fractions(min_value=Fraction(1, 100), max_value=500))
def test_more_attendances_never_look_worse(one: int, more: int, expected: Fraction) -> None:
    order = [Colour.RED, Colour.AMBER, Colour.GREEN]
    lesser, greater = colour(one, expected, 50), colour(one + more, expected, 50)
    assert lesser is not None
    assert greater is not None
    assert order.index(lesser) <= order.index(greater)
