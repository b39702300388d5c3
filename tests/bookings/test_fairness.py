"""Who goes first where not everybody can have a place: role, never attended, refused before."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask

from tests.bookings.conditions import counts_as, has_done, make_group, must_do
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from training.bookings.fairness import fair_rank, fair_ranks_for, reason_in_words
from training.bookings.models import BookingState
from training.bookings.models_answers import CancelledBy, DeclinedBy
from training.bookings.rules_fairness import rank
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.people.models import Person
from training.schedule.models import SessionStatus

RANKS = [
    (True, False, True, 0, "The role requires it, never attended, refused before"),
    (True, False, False, 1, "The role requires it, never attended, not refused before"),
    (True, True, True, 2, "The role requires it, attended before, refused before"),
    (True, True, False, 3, "The role requires it, attended before, not refused before"),
    (False, False, True, 4, "The role does not require it, never attended, refused before"),
    (False, False, False, 5, "The role does not require it, never attended, not refused before"),
    (False, True, True, 6, "The role does not require it, attended before, refused before"),
    (False, True, False, 7, "The role does not require it, attended before, not refused before"),
]


@pytest.mark.parametrize(("requires", "attended", "refused", "expected", "words"), RANKS)
def test_the_role_outweighs_attendance_and_attendance_a_refusal(
    requires: bool, attended: bool, refused: bool, expected: int, words: str
) -> None:
    assert rank(requires=requires, attended=attended, refused=refused) == expected
    assert reason_in_words(expected) == words


def test_every_case_has_a_rank_of_its_own() -> None:
    assert sorted(rank(requires=a, attended=b, refused=c) for a, b, c in product((True, False), repeat=3)) == [
        *range(8)
    ]
    for wrong in (-1, 8):
        with pytest.raises(ValueError, match="no rank"):
            reason_in_words(wrong)


@pytest.fixture(autouse=True)
def today(wall_clock: WallClock) -> None:
    """The day on which people ask."""
    wall_clock.set("2026-11-02 09:00")


def rank_of(person: Person, course: Course) -> int:
    return fair_rank(person.id, person.employments[0] if person.employments else None, course)


def test_a_role_that_must_do_it_goes_before_one_that_need_not(app: Flask) -> None:
    course, group = make_course(), make_group(2, "Targeted services")
    must_do(course, workforce_group=group, from_on=date(2026, 1, 1))
    must_do(course, job_role="Social worker", to_on=date(2026, 11, 1))
    person = make_person(agency=make_agency())
    assert rank_of(person, course) == 5
    person.employments[0].workforce_group = group
    db.session.flush()
    assert rank_of(person, course) == 1
    assert fair_rank(person.id, None, course) == 5


def test_an_equivalent_counts_as_attended_also_when_it_has_expired(app: Flask) -> None:
    course, other, person = make_course(), make_course(valid_months=1), make_person()
    counts_as(other, course)
    has_done(person, other, date(2020, 1, 1))
    assert rank_of(person, course) == 7
    assert rank_of(person, other) == 7
    has_done(make_person(), course, date(2020, 1, 1))
    assert rank_of(make_person(), course) == 5


IN_VAIN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"state": BookingState.WAITING}, {}),
    ({"state": BookingState.WAITING}, {"status": SessionStatus.FINISHED}),
    ({"state": BookingState.DECLINED, "declined_by": DeclinedBy.ALLOTMENT}, {}),
    ({"state": BookingState.CANCELLED, "cancelled_by": CancelledBy.CALLED_OFF, "cancelled_at": True}, {}),
]
OTHERWISE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"state": BookingState.CONFIRMED, "confirmed_at": True}, {}),
    ({"state": BookingState.DECLINED, "declined_by": DeclinedBy.MANAGER}, {}),
    ({"state": BookingState.CANCELLED, "cancelled_by": CancelledBy.PERSON, "cancelled_at": True}, {}),
    ({"state": BookingState.LAPSED}, {}),
]


@pytest.mark.parametrize(("columns", "of_session"), IN_VAIN)
def test_whoever_was_refused_goes_before_whoever_was_not(
    app: Flask, columns: dict[str, Any], of_session: dict[str, Any]
) -> None:
    course, person = make_course(), make_person()
    asked_in_vain(course, person, columns, of_session)
    assert rank_of(person, course) == 4
    assert rank_of(person, make_course()) == 5
    has_done(person, course, date(2026, 9, 1))
    assert rank_of(person, course) == 6, "refused since they attended"
    has_done(person, course, date(2026, 10, 20))
    assert rank_of(person, course) == 7, "attended since they were refused"


@pytest.mark.parametrize(("columns", "of_session"), OTHERWISE)
def test_who_had_a_place_or_left_was_not_refused(
    app: Flask, columns: dict[str, Any], of_session: dict[str, Any]
) -> None:
    course, person = make_course(), make_person()
    asked_in_vain(course, person, columns, of_session)
    assert rank_of(person, course) == 5


def asked_in_vain(course: Course, person: Person, columns: dict[str, Any], of_session: dict[str, Any]) -> None:
    """The person asked for a place on a session in October."""
    now = clock.now()
    held = make_session(course, on=date(2026, 10, 1), **of_session)
    given = {name: now if value is True else value for name, value in columns.items()}
    make_booking(held, person, **{"confirmed_at": None, "waiting_since": now, **given})


def test_who_waits_still_was_not_refused(app: Flask) -> None:
    course, person = make_course(), make_person()
    coming = make_session(course, on=date(2026, 12, 1))
    make_booking(coming, person, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    assert rank_of(person, course) == 5


def test_many_people_cost_as_many_queries_as_one(app: Flask, statements: list[str]) -> None:
    course, group = make_course(), make_group(1, "Universal services")
    must_do(course, workforce_group=group)
    people = [make_person(agency=make_agency()) for _ in range(5)]
    has_done(people[1], course, date(2026, 1, 1))
    people[2].employments[0].workforce_group = group
    db.session.flush()
    jobs = {person.id: person.employments[0] for person in people}
    fair_ranks_for(course, jobs)
    statements.clear()
    one = rank_of(people[2], course)
    cost = len(statements)
    statements.clear()
    ranks = fair_ranks_for(course, jobs)
    assert len(statements) == cost == 4
    assert list(ranks.values()) == [5, 7, 1, 5, 5]
    assert ranks[people[2].id] == one
    assert fair_ranks_for(course, {}) == {}
