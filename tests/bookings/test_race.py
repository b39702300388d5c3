"""Correct under fire: real processes on real databases never book more than there are places."""

import random
from collections import Counter
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from tests.bookings.invariants import broken_invariants
from tests.bookings.race import Deed, Outcome, run_at_once
from tests.factories import make_person, make_session
from training.bookings.models import Booking, BookingState
from training.bookings.operations import book_place, cancel_booking
from training.catalogue.models import Course
from training.changes.operations_capacity import change_capacity
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND

PROCESSES = 16


def _book(session_id: int, person_id: int) -> str:
    return book_place(COMMAND, session_id, person_id, declared=True).state


def _cancel(booking_id: int) -> str:
    return cancel_booking(COMMAND, booking_id, "").state


def _resize(session_id: int, capacity: int) -> int:
    return change_capacity(COMMAND, session_id, capacity).capacity


def _warm_up(course: Course) -> None:
    """Do once what every process does slowly the first time, so that it is not done sixteen times under the lock."""
    book_place(COMMAND, make_session(course).id, make_person().id, declared=True)
    db.session.rollback()


def _no_errors(outcomes: list[Outcome]) -> None:
    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert not errors, errors[0]


def test_eighty_attempts_by_sixteen_processes_for_ten_places_book_exactly_ten(app: Flask) -> None:
    course_session = make_session(capacity=10)
    people = [make_person().id for _ in range(64)]
    session_id = course_session.id
    db.session.commit()
    _warm_up(course_session.course)
    # Sixteen of the people try twice, from two processes.
    attempts = [*people, *people[:16]]
    random.Random(80).shuffle(attempts)
    deeds: list[list[Deed]] = [
        [partial(_book, session_id, person) for person in attempts[start::PROCESSES]] for start in range(PROCESSES)
    ]

    outcomes = run_at_once(app, deeds)

    _no_errors(outcomes)
    assert len(outcomes) == 80
    assert Counter(outcome.returned for outcome in outcomes) == {"confirmed": 10, "waiting": 54, "": 16}
    refusals = [outcome.refused for outcome in outcomes if outcome.refused]
    assert len(refusals) == 16
    assert all(sentence.startswith("This person is already") for sentence in refusals)
    states = Counter(db.session.scalars(select(Booking.state).where(Booking.session_id == session_id)))
    assert states == {BookingState.CONFIRMED: 10, BookingState.WAITING: 54}
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 64
    assert broken_invariants(session_id) == []


def test_booking_cancelling_and_changing_capacity_at_once_keep_every_invariant(app: Flask) -> None:
    course_session = make_session(capacity=10)
    other = make_session(course_session.course, capacity=3)
    people = [make_person().id for _ in range(60)]
    db.session.commit()
    session_id, other_id = course_session.id, other.id
    bookings = [book_place(COMMAND, session_id, person, declared=True).id for person in people[:30]]
    db.session.commit()
    chance = random.Random(7)
    todo: list[Deed] = [
        *(partial(_cancel, booking) for booking in bookings[:24]),
        *(partial(_cancel, booking) for booking in bookings[:6]),
        *(partial(_book, session_id, person) for person in people[20:60]),
        *(partial(_book, other_id, person) for person in people[:20]),
        *(partial(_resize, session_id, capacity) for capacity in (8, 12, 9, 14, 10, 11, 7, 13)),
        *(partial(_resize, other_id, capacity) for capacity in (1, 5, 2, 4)),
    ]
    chance.shuffle(todo)

    outcomes = run_at_once(app, [todo[start::PROCESSES] for start in range(PROCESSES)])

    _no_errors(outcomes)
    assert len(outcomes) == len(todo)
    refused_twice = [o for o in outcomes if o.refused.startswith("This booking has ended")]
    assert len(refused_twice) == 6
    assert broken_invariants(session_id) == []
    assert broken_invariants(other_id) == []
