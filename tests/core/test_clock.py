"""The one clock: what is reckoned with days, and setting it back."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.core import clock
from training.core.clock import months_later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 24), 36, date(2029, 11, 24)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-600, 600))
def test_later_is_later_by_that_many_months(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_the_clock_stands_where_it_is_set_and_goes_on_afterwards() -> None:
    evening = datetime(2020, 6, 30, 23, 30, tzinfo=UTC)
    with clock.as_of(evening):
        assert (clock.now(), clock.today()) == (evening, date(2020, 7, 1))
        with clock.as_of(evening - timedelta(days=1)):
            assert clock.now() == evening - timedelta(days=1)
        assert clock.now() == evening
    assert clock.now() > evening


def test_the_clock_goes_on_after_a_failure_too() -> None:
    with suppress(ZeroDivisionError), clock.as_of(datetime(2020, 6, 30, tzinfo=UTC)):
        raise ZeroDivisionError
    assert clock.now().year > 2020


def test_the_clock_is_set_for_one_thread_alone() -> None:
    seen: list[datetime] = []
    with clock.as_of(datetime(2020, 6, 30, tzinfo=UTC)):
        other = Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0].year > 2020
