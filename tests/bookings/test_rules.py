"""Decisions about places on plain values: working days, cut-offs, offers, who may book."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.bookings.rules import (
    Promotion,
    Refusal,
    Terms,
    cut_off,
    is_late_cancellation,
    may_book,
    may_have_place,
    offer_limit,
    overlap,
    place_or_wait,
    promotion_kind,
    working_days_before,
)
from training.bookings.terms import bank_holidays

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
MOMENTS = st.timedeltas(timedelta(), timedelta(days=4000)).map(lambda since: datetime(2024, 1, 1, tzinfo=UTC) + since)
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays()


def test_the_cut_off_counts_back_over_weekend_and_bank_holidays() -> None:
    assert cut_off(date(2026, 12, 3), 3, bank_holidays()) == date(2026, 11, 30)
    assert cut_off(date(2026, 12, 1), 3, bank_holidays()) == date(2026, 11, 26)
    # Christmas Day on a Friday, Boxing Day kept on the Monday, New Year's Day on a Friday.
    assert cut_off(date(2026, 12, 30), 3, bank_holidays()) == date(2026, 12, 23)
    assert cut_off(date(2027, 1, 4), 3, bank_holidays()) == date(2026, 12, 29)


@given(DAYS, st.integers(0, 30))
def test_so_many_working_days_lie_between(day: date, days: int) -> None:
    earlier = working_days_before(day, days, bank_holidays())
    between = [earlier + timedelta(days=step) for step in range((day - earlier).days)]
    assert sum(is_working(one) for one in between) == days
    assert days == 0 or is_working(earlier)


@given(DAYS, st.integers(0, 30))
def test_late_begins_the_day_after_the_cut_off(day: date, days: int) -> None:
    last = cut_off(day, days, bank_holidays())
    assert not is_late_cancellation(last, last)
    assert is_late_cancellation(last + timedelta(days=1), last)


@given(DAYS, DAYS, st.integers(0, 10))
def test_once_people_are_asked_first_it_stays_so(today: date, last: date, certain: int) -> None:
    if promotion_kind(today, last, certain, bank_holidays()) is Promotion.OFFER:
        assert promotion_kind(today + timedelta(days=1), last, certain, bank_holidays()) is Promotion.OFFER


def test_people_are_booked_at_once_while_two_working_days_remain_to_the_cut_off() -> None:
    monday = date(2026, 11, 30)
    assert promotion_kind(date(2026, 11, 26), monday, 2, bank_holidays()) is Promotion.CONFIRM
    assert promotion_kind(date(2026, 11, 27), monday, 2, bank_holidays()) is Promotion.OFFER


@given(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=60)))
def test_an_offer_never_passes_the_start_and_never_outlasts_the_terms(now: datetime, ahead: timedelta) -> None:
    terms = Terms()
    limit = offer_limit(now, now + ahead, terms)
    assert now < limit <= now + ahead
    assert limit - now <= timedelta(hours=terms.offer_hours)
    if ahead <= timedelta(hours=terms.short_offers_within_hours):
        assert limit - now <= timedelta(hours=terms.short_offer_hours)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, None),
        ({"published": False}, Refusal.NOT_PUBLISHED),
        ({"opens_at": NOON + timedelta(seconds=1)}, Refusal.NOT_OPEN_YET),
        ({"opens_at": NOON}, None),
        ({"closes_at": NOON}, Refusal.CLOSED),
        ({"closes_at": NOON + timedelta(seconds=1)}, None),
        ({"starts_at": NOON}, Refusal.BEGUN),
        ({"starts_at": NOON, "published": False}, Refusal.NOT_PUBLISHED),
    ],
)
def test_what_stops_a_booking(change: dict[str, Any], refusal: Refusal | None) -> None:
    given_values: dict[str, Any] = {
        "published": True, "opens_at": None, "closes_at": None, "starts_at": NOON + timedelta(days=1), **change,
    }  # fmt: skip
    assert may_book(NOON, **given_values) is refusal


def test_a_place_is_passed_on_until_two_hours_before_the_start_or_the_close_of_booking() -> None:
    starts_at = NOON + timedelta(hours=2)

    def passed_on(now: datetime, closes_at: datetime | None = None, *, published: bool = True) -> bool:
        return may_have_place(now, published=published, closes_at=closes_at, starts_at=starts_at, terms=Terms())

    assert passed_on(NOON - timedelta(seconds=1))
    assert not passed_on(NOON)
    assert not passed_on(NOON - timedelta(hours=1), NOON - timedelta(hours=1))
    assert not passed_on(NOON - timedelta(hours=1), published=False)


@given(st.integers(0, 100), st.integers(0, 100))
def test_there_is_a_place_only_below_the_capacity(capacity: int, held: int) -> None:
    assert place_or_wait(capacity, held) == (held + 1 <= capacity)


def test_sittings_that_only_touch_do_not_clash() -> None:
    hour = timedelta(hours=1)
    assert not overlap(NOON, NOON + hour, NOON + hour, NOON + 2 * hour)
    assert overlap(NOON, NOON + hour, NOON + hour / 2, NOON + 2 * hour)
