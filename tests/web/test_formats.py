"""Dates, times, counts and lists read as people say them."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask, render_template_string

from training.web import formats


def test_a_day_is_written_in_full() -> None:
    assert formats.day(date(2026, 12, 3)) == "Thursday 3 December 2026"
    assert formats.short_day(date(2026, 12, 3)) == "3 Dec 2026"
    assert formats.month(date(2026, 12, 3)) == "December 2026"
    assert formats.day_parts(date(2026, 12, 3)) == ("Thu", 3, "Dec")


def test_a_moment_late_in_the_utc_evening_falls_on_the_next_day_in_london_summer() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert formats.day(late) == "Wednesday 1 July 2026"
    assert formats.short_day(late) == "1 Jul 2026"
    assert formats.clock(late) == "12:30am"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (time(9, 30), "9:30am"),
        (time(16), "4pm"),
        (time(12), "noon"),
        (time(0), "midnight"),
        (time(12, 5), "12:05pm"),
        (time(0, 15), "12:15am"),
        (time(23, 59), "11:59pm"),
        (time(12, 0, 30), "noon"),
    ],
)
def test_times_are_written_as_people_say_them(at: time, written: str) -> None:
    assert formats.clock(at) == written


def test_a_range_of_times() -> None:
    assert formats.time_range(time(9, 30), time(16)) == "9:30am to 4pm"


@pytest.mark.parametrize(
    ("moment", "written", "short"),
    [
        (
            datetime(2026, 12, 3, 9, 30, tzinfo=UTC),
            "Thursday 3 December 2026 at 9:30am",
            "3 Dec 2026, 9:30am",
        ),
        (datetime(2026, 7, 3, 9, 30, tzinfo=UTC), "Friday 3 July 2026 at 10:30am", "3 Jul 2026, 10:30am"),
        (
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "Sunday 25 October 2026 at 1:30am",
            "25 Oct 2026, 1:30am",
        ),
        (
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            "Sunday 25 October 2026 at 1:30am",
            "25 Oct 2026, 1:30am",
        ),
    ],
)
def test_moments_are_shown_in_london_time(moment: datetime, written: str, short: str) -> None:
    assert formats.moment(moment) == written
    assert formats.short_moment(moment) == short


def test_a_moment_without_a_zone_is_refused() -> None:
    without_zone = datetime(2026, 12, 3, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        formats.moment(without_zone)


@pytest.mark.parametrize(
    ("value", "noun", "many", "written"),
    [
        (1, "place", "", "1 place"),
        (3, "place", "", "3 places"),
        (0, "place", "", "no places"),
        (1987, "attendance", "", "1,987 attendances"),
        (2, "agency", "", "2 agencies"),
        (2, "day", "", "2 days"),
        (2, "batch", "", "2 batches"),
        (2, "person", "", "2 people"),
        (1, "person", "", "1 person"),
        (2, "course in the plan", "courses in the plan", "2 courses in the plan"),
    ],
)
def test_counts_say_what_they_count(value: int, noun: str, many: str, written: str) -> None:
    assert formats.count(value, noun, many) == written


@pytest.mark.parametrize(
    ("place", "word"),
    [
        (1, "first"),
        (3, "third"),
        (10, "tenth"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (23, "23rd"),
        (111, "111th"),
        (1001, "1,001st"),
    ],
)
def test_positions_in_a_list(place: int, word: str) -> None:
    assert formats.ordinal(place) == word


def test_there_is_no_position_before_the_first() -> None:
    with pytest.raises(ValueError, match="starts at one"):
        formats.ordinal(0)


@pytest.mark.parametrize(
    ("free", "capacity", "words"),
    [
        (12, 20, "12 places left"),
        (1, 20, "1 place left"),
        (0, 20, "Full: join the waiting list"),
        (-2, 20, "Full: join the waiting list"),
        (0, None, "Places not limited"),
    ],
)
def test_places_left_in_words(free: int, capacity: int | None, words: str) -> None:
    assert formats.places_left(free, capacity) == words


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (12, 25, "48%"),
        (0, 25, "0%"),
        (25, 25, "100%"),
        (1, 1000, "under 1%"),
        (999, 1000, "over 99%"),
        (0, 0, "no figure"),
        (30, 25, "120%"),
    ],
)
def test_shares_never_round_to_none_or_all(part: int, whole: int, written: str) -> None:
    assert formats.percent(part, whole) == written


def test_lists_are_joined_as_in_a_sentence() -> None:
    assert formats.listing([]) == ""
    assert formats.listing(["a"]) == "a"
    assert formats.listing(["a", "b"]) == "a and b"
    assert formats.listing(name for name in ("a", "b", "c")) == "a, b and c"
    assert formats.listing([".csv", ".xlsx"], "or") == ".csv or .xlsx"


def test_templates_know_every_format_by_its_name() -> None:
    app = Flask(__name__)
    formats.register_formats(app)
    with app.test_request_context():
        assert render_template_string("{{ 3 | count('place') }}, {{ 3 | ordinal }}") == "3 places, third"
        assert all(function.__name__ in app.jinja_env.filters for function in formats.FILTERS)
