"""Whatever people do in whatever order, the invariants of places hold: generated sequences on both engines."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import ClassVar

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_person, make_session
from training.bookings.models import LIVE, Booking, BookingState
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_offers import accept_offer, decline_offer, give_place, lapse_offer
from training.changes.operations_call_off import call_off_session
from training.changes.operations_capacity import change_capacity
from training.changes.operations_move import move_session
from training.changes.operations_telling import tell_now
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import in_unit_of_work
from training.core.viewer import COMMAND
from training.schedule.models import CourseSession
from training.schedule.rules import PartTimes

PEOPLE = st.integers(0, 5)
SESSION_DAY = date(2026, 11, 23)
"""Three weeks after the machine begins, so that every kind of promotion is met."""


class Places(RuleBasedStateMachine):
    """People and an officer at one session; each example begins with a new one in the same database."""

    wall_clock: ClassVar[WallClock]

    @initialize(capacity=st.integers(0, 3))
    def publish(self, capacity: int) -> None:
        self.wall_clock.set("2026-11-02 10:00")
        self.session_id = make_session(on=SESSION_DAY, capacity=capacity).id
        self.people = [make_person(address=None if n == 5 else "").id for n in range(6)]
        db.session.commit()
        self.called_off = False

    def _do(self, deed: Callable[[], object]) -> None:
        try:
            in_unit_of_work(deed)
        except Refused:
            db.session.rollback()

    def _bookings(self, *states: BookingState) -> list[int]:
        found = select(Booking.id).where(Booking.session_id == self.session_id, Booking.state.in_(states))
        keys = list(db.session.scalars(found.order_by(Booking.id)))
        db.session.rollback()
        return keys

    @rule(person=PEOPLE)
    def book(self, person: int) -> None:
        self._do(lambda: book_place(COMMAND, self.session_id, self.people[person], declared=True))

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        if keys := self._bookings(*LIVE):
            self._do(lambda: cancel_booking(COMMAND, keys[which % len(keys)]))

    @rule(takes=st.booleans())
    def answer_an_offer(self, takes: bool) -> None:
        if keys := self._bookings(BookingState.OFFERED):
            self._do(lambda: (accept_offer if takes else decline_offer)(COMMAND, keys[0]))

    @rule()
    def let_offers_run_out(self) -> None:
        for key in self._bookings(BookingState.OFFERED):
            self._do(lambda key=key: lapse_offer(COMMAND, key))

    @rule()
    def give_a_place_by_hand(self) -> None:
        if keys := self._bookings(BookingState.WAITING):
            self._do(lambda: give_place(COMMAND, keys[-1]))

    @rule(later=st.sampled_from((-7, 0, 1, 14)), days=st.integers(1, 2))
    def move(self, later: int, days: int) -> None:
        course_session = db.session.get_one(CourseSession, self.session_id)
        first, venue = course_session.parts[0], course_session.venue_id
        parts = [
            PartTimes(first.on + timedelta(days=later + number), first.starts, first.ends) for number in range(days)
        ]
        db.session.rollback()
        self._do(lambda: move_session(COMMAND, self.session_id, parts, venue_id=venue, online_link=""))

    @rule()
    def tell_of_changes(self) -> None:
        self._do(lambda: tell_now(COMMAND, self.session_id))

    @rule(capacity=st.integers(0, 5))
    def resize(self, capacity: int) -> None:
        self._do(lambda: change_capacity(COMMAND, self.session_id, capacity))

    @rule(hours=st.sampled_from((1, 5, 30, 100, 200)))
    def let_time_pass(self, hours: int) -> None:
        self.wall_clock.forward(hours=hours)

    @precondition(lambda self: not self.called_off)
    @rule(really=st.integers(0, 5))
    def call_off(self, really: int) -> None:
        if really == 5:
            self.called_off = True
            self._do(lambda: call_off_session(COMMAND, self.session_id, "The trainer is ill"))

    @invariant()
    def all_is_well(self) -> None:
        broken = broken_invariants(self.session_id) + calendars_out_of_step(self.session_id)
        db.session.rollback()
        assert broken == []


def test_generated_sequences_keep_the_invariants(app: Flask, wall_clock: WallClock) -> None:
    Places.wall_clock = wall_clock
    run_state_machine_as_test(
        Places,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
