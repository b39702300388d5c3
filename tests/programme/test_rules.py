"""What deserves a look in a programme: days, trainers and rooms, decided on plain values; and the terms."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.programme.rules import (
    Closure,
    Mark,
    Slot,
    Teacher,
    Timetable,
    day_concerns,
    is_free,
    next_free_weekday,
    teacher_concerns,
)
from training.programme.term_dates import Season, Term
from training.schedule.rules import PartTimes

TODAY = date(2026, 11, 21)
TUESDAY = date(2027, 1, 12)
HALF_TERM = Closure("Spring half term", date(2027, 2, 15), date(2027, 2, 19))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def slot(key: str, *parts: PartTimes, venue: int | None = None, teachers: tuple[Teacher, ...] = ()) -> Slot:
    called = f"Session {key}"
    return Slot(key=key, called=called, parts=parts, venue_id=venue, venue="Town Hall", teachers=teachers)


def part(on: date = TUESDAY, starts: int = 9, ends: int = 12) -> PartTimes:
    return PartTimes(on, time(starts), time(ends))


def teacher(number: int, *agencies: str, teaches: bool = True) -> Teacher:
    return Teacher(number, f"Trainer {number}", frozenset(agencies), teaches)


@pytest.mark.parametrize(
    ("day", "marks"),
    [
        (TUESDAY, []),
        (date(2026, 11, 20), [Mark.PAST]),
        (date(2027, 1, 9), [Mark.WEEKEND]),
        (date(2027, 3, 26), [Mark.BANK_HOLIDAY]),
        (date(2026, 12, 28), [Mark.BANK_HOLIDAY]),
        (date(2027, 2, 17), [Mark.SCHOOL_HOLIDAY]),
    ],
)
def test_a_day_is_told_by_what_is_unusual_about_it(day: date, marks: list[Mark]) -> None:
    assert [concern.mark for concern in day_concerns([day], [HALF_TERM], TODAY)] == marks


def test_the_sentence_names_the_holiday() -> None:
    found = day_concerns([date(2026, 12, 28), date(2027, 2, 17)], [HALF_TERM], TODAY)
    assert [concern.sentence for concern in found] == [
        "28 Dec 2026 is a bank holiday: Boxing Day.",
        "17 Feb 2027 is in the school holidays: Spring half term.",
    ]


@given(DAYS)
def test_a_suggested_day_is_free_the_same_weekday_and_never_earlier(day: date) -> None:
    found = next_free_weekday(day, [HALF_TERM])
    if day.weekday() >= 5:
        assert found is None
    else:
        assert found is not None
        assert is_free(found, [HALF_TERM])
        assert found >= day
        assert (found - day).days % 7 == 0
        assert not any(is_free(day + timedelta(weeks=week), [HALF_TERM]) for week in range((found - day).days // 7))


def test_no_day_is_suggested_where_half_a_year_is_closed() -> None:
    assert next_free_weekday(TUESDAY, [Closure("Closed", TUESDAY, TUESDAY + timedelta(days=300))]) is None


@pytest.mark.parametrize(
    ("teachers", "marks"),
    [
        ([], [Mark.NO_TRAINER]),
        ([teacher(1, "A", teaches=False)], [Mark.NO_TRAINER]),
        ([teacher(1, "A")], [Mark.NO_SECOND]),
        ([teacher(1, "A"), teacher(2, "A", teaches=False)], [Mark.NO_SECOND]),
        ([teacher(1, "A"), teacher(2, "A")], [Mark.ONE_AGENCY]),
        ([teacher(1, "A"), teacher(2, "B")], []),
        ([teacher(1, "A"), teacher(2, "A", "B")], []),
        ([teacher(1, "A"), teacher(2)], []),
        ([teacher(1), teacher(2)], []),
    ],
)
def test_two_trainers_of_different_agencies_is_the_aim(teachers: list[Teacher], marks: list[Mark]) -> None:
    assert [concern.mark for concern in teacher_concerns(teachers)] == marks


def test_a_clash_names_the_other_session_and_its_hours_both_ways() -> None:
    one = slot("A", part(), venue=1, teachers=(teacher(1), teacher(2)))
    other = slot("B", part(starts=11, ends=13), venue=1, teachers=(teacher(2),))
    timetable = Timetable([one, other])
    assert [concern.sentence for concern in timetable.concerns(one)] == [
        "Town Hall is taken by Session B, 12 Jan 2027, 11am to 1pm. Is there a second room?",
        "Trainer 2 is at Session B in these hours, 12 Jan 2027, 11am to 1pm.",
    ]
    assert {concern.mark for concern in timetable.concerns(other)} == {Mark.ROOM, Mark.TRAINER}


def test_sessions_that_follow_each_other_or_are_elsewhere_do_not_clash() -> None:
    mine = slot("A", part(), venue=1, teachers=(teacher(1),))
    others = [
        slot("B", part(starts=12, ends=13), venue=1, teachers=(teacher(1),)),
        slot("C", part(), venue=2, teachers=(teacher(3),)),
        slot("D", part(TUESDAY + timedelta(days=1)), venue=1, teachers=(teacher(1),)),
    ]
    assert Timetable([mine, *others]).concerns(mine) == []


def test_a_session_of_several_days_meets_another_once() -> None:
    days = (part(), part(TUESDAY + timedelta(days=7)))
    mine, other = slot("A", *days, venue=1), slot("B", *days, venue=1)
    assert [concern.mark for concern in Timetable([mine, other]).concerns(mine)] == [Mark.ROOM]


@given(DAYS)
def test_every_day_lies_in_one_term_and_terms_follow_each_other(day: date) -> None:
    term = Term.of(day)
    assert term.first <= day <= term.last
    assert term.later(1).first == term.last + timedelta(days=1)
    assert term.later(1).later(-1) == term
    assert Term.parse(str(term)) == term
    assert term.months[0] == term.first
    assert term.months[-1] <= term.last


def test_a_term_is_called_as_people_call_it() -> None:
    term = Term.of(date(2027, 2, 1))
    assert (term.name, str(term), term.later(1).season, len(term.later(1).months)) == (
        "Spring term 2027", "2027-spring", Season.SUMMER, 5,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "2027", "spring-2027", "2027-winter", "1999-spring", "٢٠٢٧-spring", "2027-spring-1"]
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"term|Season"):
        Term.parse(text)
