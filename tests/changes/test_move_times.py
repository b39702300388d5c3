"""What is so long before the start of a session stays so long before it when the session moves."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask

from tests.changes.sessions import DAY, Room, make_room
from tests.conftest import WallClock
from training.core import clock
from training.core.database import db


@pytest.fixture(autouse=True)
def now(wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def local(day: date, hour: int) -> datetime:
    return clock.instant(day, time(hour))


@pytest.fixture
def room(app: Flask) -> Room:
    room = make_room("Ada")
    session = room.session
    session.applications_close_at = local(date(2026, 11, 20), 17)
    session.limits_until = local(date(2026, 11, 26), 9)
    session.booking_closes_at = local(date(2026, 12, 1), 12)
    db.session.commit()
    return room


@pytest.mark.parametrize("days", [7, -3], ids=["later", "sooner"])
def test_applications_limits_and_booking_close_as_long_before(room: Room, days: int) -> None:
    room.move(days)
    session, by = room.session, timedelta(days=days)
    assert session.applications_close_at == local(date(2026, 11, 20) + by, 17)
    assert session.limits_until == local(date(2026, 11, 26) + by, 9)
    assert session.booking_closes_at == local(date(2026, 12, 1) + by, 12)


def test_to_the_other_side_of_a_clock_change_they_close_at_the_same_hour(room: Room) -> None:
    room.move((date(2027, 6, 3) - DAY).days)
    session = room.session
    assert session.applications_close_at == local(date(2027, 5, 21), 17)
    assert session.limits_until == local(date(2027, 5, 27), 9)
    assert session.booking_closes_at == local(date(2027, 6, 1), 12)


def test_a_close_of_applications_that_was_acted_on_stays_as_it_was(room: Room) -> None:
    room.session.allotted_at = clock.now()
    db.session.commit()
    room.move(7)
    assert room.session.applications_close_at == local(date(2026, 11, 20), 17)
