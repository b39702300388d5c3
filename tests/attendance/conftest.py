"""The room that the tests of this stage begin with."""

import pytest
from flask import Flask

from tests.attendance.rooms import Room, make_room
from tests.conftest import WallClock
from training.core.database import db


@pytest.fixture
def room(app: Flask, wall_clock: WallClock) -> Room:
    """Three people on a day that has just begun."""
    wall_clock.set("2026-12-03 09:45")
    room = make_room()
    db.session.commit()
    return room
