"""When a session may be dated and published, decided on plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.catalogue.models import Mode
from training.core import clock
from training.schedule.rules import (
    LINK_TO_FOLLOW,
    PartTimes,
    Readiness,
    booking_times_problem,
    link_problem,
    missing_to_publish,
    parts_problems,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 12, 3)
SPRING_FORWARD, FALL_BACK = date(2027, 3, 28), date(2026, 10, 25)

READY = Readiness(
    course_is_live=True, mode=Mode.FACE_TO_FACE, has_venue=True, link="", capacity=25,
    starts=[NOW + timedelta(days=10)], booking_closes_at=None,
)  # fmt: skip


def part(on: date, starts: str, ends: str) -> PartTimes:
    return PartTimes(on, time.fromisoformat(starts), time.fromisoformat(ends))


def problems(*parts: PartTimes) -> list[tuple[int, str]]:
    return [(problem.index, problem.field) for problem in parts_problems(parts)]


def test_days_that_follow_one_another_are_fine() -> None:
    assert problems(part(DAY, "09:30", "12:00"), part(DAY, "12:00", "16:00"), part(DAY, "16:00", "17:00")) == []


def test_a_part_ends_after_it_starts() -> None:
    assert problems(part(DAY, "16:00", "09:30"), part(DAY, "10:00", "10:00")) == [(0, "ends"), (1, "ends")]


def test_parts_do_not_overlap_in_whatever_order_they_come() -> None:
    assert problems(part(DAY, "13:00", "16:00"), part(DAY, "09:30", "13:30")) == [(0, "starts")]


def test_a_part_within_a_long_one_overlaps_even_with_another_between() -> None:
    found = problems(part(DAY, "09:00", "17:00"), part(DAY, "10:00", "11:00"), part(DAY, "12:00", "13:00"))
    assert found == [(1, "starts"), (2, "starts")]


@pytest.mark.parametrize("day", [SPRING_FORWARD, FALL_BACK])
def test_hours_that_clocks_skip_or_show_twice_are_refused(day: date) -> None:
    assert problems(part(day, "01:30", "04:00")) == [(0, "starts")]
    assert problems(part(day, "00:30", "01:30")) == [(0, "ends")]
    assert problems(part(day, "09:30", "16:00")) == []


def test_a_day_of_change_lasts_as_long_as_it_lasts() -> None:
    across = part(FALL_BACK, "00:30", "03:00")
    assert across.ends_at - across.starts_at == timedelta(hours=3, minutes=30)
    across = part(SPRING_FORWARD, "00:30", "03:00")
    assert across.ends_at - across.starts_at == timedelta(hours=1, minutes=30)


HALF_HOURS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
CLOCK_CHANGE_DAYS = st.sampled_from([SPRING_FORWARD, FALL_BACK, SPRING_FORWARD - timedelta(days=1), DAY])
PARTS = st.lists(st.builds(PartTimes, CLOCK_CHANGE_DAYS, HALF_HOURS, HALF_HOURS), max_size=6)


@given(PARTS)
def test_parts_without_problems_are_in_order_apart_and_read_back_as_typed(parts: list[PartTimes]) -> None:
    if parts_problems(parts):
        return
    ordered = sorted(parts)
    for one in ordered:
        assert one.starts_at < one.ends_at
        assert clock.local(one.starts_at).time() == one.starts
        assert clock.local(one.ends_at).time() == one.ends
    for earlier, later in pairwise(ordered):
        assert earlier.ends_at <= later.starts_at


@given(PARTS)
def test_problems_are_the_same_in_whatever_order_the_parts_come(parts: list[PartTimes]) -> None:
    assert bool(parts_problems(parts)) == bool(parts_problems(parts[::-1]))


@given(PARTS)
def test_without_the_parts_at_fault_nothing_is_wrong(parts: list[PartTimes]) -> None:
    wrong = {problem.index for problem in parts_problems(parts)}
    assert parts_problems([one for index, one in enumerate(parts) if index not in wrong]) == []


def test_a_draft_that_has_everything_may_be_published() -> None:
    assert missing_to_publish(READY, NOW) == []


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        (replace(READY, course_is_live=False), "Make the course live"),
        (replace(READY, starts=[]), "Add a date"),
        (replace(READY, starts=[NOW]), "Choose a date in the future"),
        (replace(READY, has_venue=False), "Choose a venue"),
        (replace(READY, mode=Mode.VIRTUAL), f"Add the online link, or say that it is “{LINK_TO_FOLLOW}”"),
        (replace(READY, capacity=0), "Give the number of places"),
        (replace(READY, booking_closes_at=NOW), "Let booking close in the future"),
    ],
)
def test_what_is_missing_is_said(lacking: Readiness, sentence: str) -> None:
    assert missing_to_publish(lacking, NOW) == [sentence]


def test_a_hybrid_session_needs_a_venue_and_a_link() -> None:
    assert len(missing_to_publish(replace(READY, mode=Mode.HYBRID, has_venue=False), NOW)) == 2
    assert missing_to_publish(replace(READY, mode=Mode.HYBRID, link=LINK_TO_FOLLOW), NOW) == []
    assert missing_to_publish(replace(READY, mode=Mode.VIRTUAL, has_venue=False, link="https://a.example"), NOW) == []


@pytest.mark.parametrize("text", ["", LINK_TO_FOLLOW, "https://meet.example/a?b=c"])
def test_a_link_is_an_address_or_follows(text: str) -> None:
    assert link_problem(text) == ""


@pytest.mark.parametrize("text", ["meet.example", "javascript:alert(1)", "https://meet.example/a b", "tbc"])
def test_other_texts_are_no_link(text: str) -> None:
    assert "begins with https://" in link_problem(text)


def test_booking_opens_before_it_closes_and_both_before_the_start() -> None:
    start = NOW + timedelta(days=10)
    hour = timedelta(hours=1)
    assert booking_times_problem(None, None, start) == ("", "")
    assert booking_times_problem(NOW, start, start) == ("", "")
    assert booking_times_problem(start, None, start)[0] == "booking_opens"
    assert booking_times_problem(None, start + hour, start)[0] == "booking_closes"
    assert booking_times_problem(NOW, NOW, start)[0] == "booking_closes"
