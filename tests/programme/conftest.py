"""What the tests of the programme share: a standing clock, the desk and the world."""

import pytest

from tests.conftest import WallClock
from tests.pages import Client
from tests.programme.world import NOW, World, make_world, officer


@pytest.fixture
def desk(wall_clock: WallClock, client: Client) -> Client:
    """The officer, on a Saturday in November 2026."""
    wall_clock.set(NOW)
    return officer(client)


@pytest.fixture
def world(desk: Client) -> World:
    """A course, a hall and two trainers."""
    assert desk
    return make_world()
