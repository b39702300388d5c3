"""Signs of life of the workers."""

from flask import Flask

from tests.conftest import WallClock
from training.core import heartbeat
from training.core.transaction import unit_of_work


def test_the_last_sign_of_any_worker_counts(app: Flask, wall_clock: WallClock) -> None:
    assert heartbeat.worker_last_seen() is None
    wall_clock.set("2026-12-03 09:30")
    with unit_of_work():
        heartbeat.show_life("a:1")
        heartbeat.show_life("b:1")
    later = wall_clock.forward(minutes=1)
    with unit_of_work():
        heartbeat.show_life("a:1")
    assert heartbeat.worker_last_seen() == later
