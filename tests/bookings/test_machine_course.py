"""Whatever people, managers, an officer and the worker do to two dates of a course, the invariants hold."""

import os
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bookings.course_machine import CourseMachine
from tests.bookings.officer_machine import OfficerMachine
from tests.conftest import WallClock

EXAMPLES = int(os.environ.get("MUSTER_TEST_EXAMPLES", "15"))
"""For a long search: MUSTER_TEST_EXAMPLES=200."""


def _drive(machine: type[CourseMachine], wall_clock: WallClock) -> None:
    machine.wall_clock = wall_clock
    options: dict[str, Any] = {
        "max_examples": EXAMPLES,
        "stateful_step_count": 30,
        "deadline": None,
        "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much],
    }
    run_state_machine_as_test(machine, settings=settings(**options))


def test_generated_sequences_over_two_dates_keep_the_invariants(app: Flask, wall_clock: WallClock) -> None:
    _drive(CourseMachine, wall_clock)


def test_with_an_officer_and_newcomers_the_invariants_hold_as_well(app: Flask, wall_clock: WallClock) -> None:
    _drive(OfficerMachine, wall_clock)
