"""What a row of a file of sessions says, and what is wrong with it."""

from datetime import date, time

import pytest

from training.catalogue.models import Mode
from training.core import clock
from training.core.spreadsheets import SheetRow
from training.programme.reading import ProgrammeRow, days_later, understood
from training.schedule.models import ListOrder
from training.schedule.rules import PartTimes

ROW = {"course": "WT", "date": "2027-01-12", "start": "9:30am", "end": "4pm"}
FIRST = PartTimes(date(2027, 1, 12), time(9, 30), time(16))


def read(**cells: str) -> tuple[ProgrammeRow, list[str]]:
    rows, problems = understood([SheetRow(2, {**ROW, **cells})])
    return rows[0], problems[2]


def test_a_short_row_takes_everything_else_from_the_course() -> None:
    row, problems = read()
    assert problems == []
    assert (row.parts, row.mode, row.places, row.opens_at) == ([FIRST], None, None, None)


@pytest.mark.parametrize(("start", "end"), [("09:30:00", "16:00:00"), ("9.30", "16:00"), ("0930", "4 pm")])
def test_times_are_understood_as_excel_and_people_write_them(start: str, end: str) -> None:
    row, problems = read(start=start, end=end)
    assert (row.parts, problems) == ([FIRST], [])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"start": "half nine"}, "“start” is not understood: “half nine”"),
        ({"start": "1:30"}, "with am or pm"),
        ({"start": "01:30:00"}, "“start” is in the night"),
        ({"start": ""}, "“start” is empty."),
        ({"date": ""}, "“date” is empty."),
        ({"course": ""}, "“course” is empty."),
        ({"end": "9am"}, "Enter an end time after the start time."),
        ({"mode": "by post"}, "“mode” must be face to face, virtual or hybrid, not “by post”."),
        ({"places": "many"}, "“places” must be a whole number"),
        ({"places": "0"}, "“places” must be between 1 and 2,000"),
        ({"link": "teams"}, "Enter a link that begins with https://"),
        ({"opens": "soon"}, "“booking opens” must be a day"),
        ({"closes": "3 days before"}, "“booking closes” must be a day"),
        ({"opens": "1 December 2026 late"}, "“booking opens” is not understood: “late”"),
        ({"list_order": "by age"}, "“waiting list” must be time of asking or fairness first"),
        ({"further_days": "next week"}, "“further days” must be days between semicolons"),
        ({"further_days": "19 January 2027 in the morning"}, "“further days” must be days between semicolons"),
        ({"further_days": "12 January 2027 3pm to 5pm"}, "does not overlap with another part (day 2)."),
    ],
)
def test_what_is_not_understood_is_said_with_its_column(cells: dict[str, str], words: str) -> None:
    _row, problems = read(**cells)
    assert len(problems) == 1
    assert words in problems[0]


def test_further_days_have_the_times_of_the_first_or_their_own() -> None:
    row, problems = read(further_days="19/1/2027; 2027-01-26 1pm to 4pm; 2 February 2027, 10:00 - 11:30;")
    assert problems == []
    assert row.parts[1:] == [
        PartTimes(date(2027, 1, 19), time(9, 30), time(16)),
        PartTimes(date(2027, 1, 26), time(13), time(16)),
        PartTimes(date(2027, 2, 2), time(10), time(11, 30)),
    ]


def test_a_session_has_at_most_six_days() -> None:
    _row, problems = read(further_days=";".join(f"{day} January 2027" for day in range(13, 19)))
    assert problems == ["A session has at most 6 days."]


def test_booking_times_are_days_days_with_times_or_working_days_before() -> None:
    row, problems = read(
        date="2027-01-05", opens="1 December 2026", closes="3 working days before", applications="2026-12-15 12:00"
    )
    assert problems == []
    assert row.opens_at == clock.instant(date(2026, 12, 1), time(9))
    # New Year's Day, a Friday, is no working day.
    assert row.closes_at == clock.instant(date(2026, 12, 30), time(17))
    assert row.applications_close_at == clock.instant(date(2026, 12, 15), time(12))


def test_modes_and_orders_are_known_by_their_labels() -> None:
    row, problems = read(mode="Face to Face", list_order="Fairness first", places="1,200")
    assert problems == []
    assert (row.mode, row.list_order, row.places) == (Mode.FACE_TO_FACE, ListOrder.FAIRNESS, 1200)


def test_days_move_over_a_clock_change_at_the_same_time_of_the_clock() -> None:
    (moved,) = days_later([PartTimes(date(2027, 3, 23), time(9, 30), time(16))], 7)
    assert (moved.on, moved.starts_at.hour) == (date(2027, 3, 30), 8)
