"""When impact is asked, what looks like somebody's name, and what figures may be shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.core import clock
from training.evaluations.rules import (
    impact_due_at,
    is_nhs_number,
    looks_personal,
    may_be_shown,
    mean,
    shuffle_key,
)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(1, 52))  # noqa: DTZ001
def test_impact_is_due_on_the_same_weekday_at_the_same_time_on_the_wall(naive: datetime, weeks: int) -> None:
    ended = clock.instant(naive.date(), naive.time().replace(hour=16, minute=0, second=0, microsecond=0))
    due = impact_due_at(ended, weeks)
    assert clock.local(due).date() - clock.local(ended).date() == timedelta(weeks=weeks)
    assert clock.local(due).time() == clock.local(ended).time()


def test_twelve_weeks_over_the_change_of_clocks() -> None:
    assert impact_due_at(datetime(2027, 2, 1, 16, tzinfo=UTC), 12) == datetime(2027, 4, 26, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("I spoke to Jamie Smith after the session", "a name, “Jamie Smith”"),
        ("the family of Mary-Ann O’Neill", None),
        ("he was born on a Tuesday", "a date of birth or another exact date"),
        ("DOB 03/04/2015", "a date of birth or another exact date"),
        ("on 3rd April 2015 we met", "a date of birth or another exact date"),
        ("number 943 476 5919 on the form", "an NHS number"),
        ("call me on 943 476 5918", None),
        ("I will use the Graded Care Profile with Working Together guidance", None),
        ("In Supervision I will ask. The Trainers were good", None),
        ("More time for group work", None),
    ],
)
def test_what_looks_like_a_child_or_a_family_is_seen(text: str, seen: str | None) -> None:
    assert looks_personal(text) == seen


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert looks_personal(text) is None or text


@given(st.integers(0, 999_999_999))
def test_at_most_one_last_digit_makes_nine_an_nhs_number(nine: int) -> None:
    assert sum(is_nhs_number(f"{nine:09}{last}") for last in range(10)) <= 1


@given(st.dictionaries(st.integers(1, 10), st.integers(1, 30), min_size=1))
def test_the_mean_lies_between_the_lowest_and_the_highest(numbers: dict[int, int]) -> None:
    found = mean(numbers)
    assert found is not None
    assert min(numbers) <= found <= max(numbers)


def test_nobody_has_no_mean_and_four_people_are_too_few() -> None:
    assert mean({}) is None
    assert [may_be_shown(people) for people in (0, 4, 5)] == [False, False, True]


def test_comments_stand_in_the_same_order_every_time_and_not_in_that_of_sending() -> None:
    keys = sorted(range(50), key=lambda key: shuffle_key("WT-7K3M", key))
    assert keys == sorted(range(49, -1, -1), key=lambda key: shuffle_key("WT-7K3M", key))
    assert keys not in (list(range(50)), list(reversed(range(50))))
    assert keys != sorted(range(50), key=lambda key: shuffle_key("WT-8K3M", key))
