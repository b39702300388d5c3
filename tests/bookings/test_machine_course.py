"""Two dates of a course with ways, limits, groups, reservations, moves, waits and colleagues: the invariants hold."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import ClassVar

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session
from training.allotment.operations import allot_places
from training.bookings.checks import streams_out_of_order, two_places_for_one_wait
from training.bookings.models import (
    LIVE,
    AgencyLimit,
    Booking,
    BookingState,
    CourseWait,
    Reservation,
    Way,
)
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_agreements import agree
from training.bookings.operations_course_waits import change_wait, leave_wait, wait_for_course
from training.bookings.operations_moving import move_booking
from training.bookings.operations_offers import accept_offer, decline_offer, lapse_offer
from training.bookings.operations_substitution import send_colleague
from training.bookings.places import locked_session, promote_waiting
from training.catalogue.models import Agreement, Mode
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import in_unit_of_work
from training.core.viewer import COMMAND, Viewer, ViewerKind
from training.groups.operations import Named, book_group
from training.groups.operations_reservations import give_back, lapse_reservation, name_somebody, reserve_places

PEOPLE, DATES = st.integers(0, 7), st.integers(0, 1)
WAYS = st.sampled_from((Way.IN_PERSON, Way.ONLINE))
DAYS = (date(2026, 11, 23), date(2026, 12, 7))


class Course(RuleBasedStateMachine):
    """Eight people of two agencies at two dates of one course; each example begins with a new one."""

    wall_clock: ClassVar[WallClock]

    @initialize(
        capacity=st.integers(1, 3),
        online=st.none() | st.integers(0, 2),
        limit=st.sampled_from(((0, 0), (0, 1), (1, 2), (2, 0))),
        asks=st.booleans(),
        window=st.booleans(),
    )
    def publish(self, capacity: int, online: int | None, limit: tuple[int, int], asks: bool, window: bool) -> None:
        self.wall_clock.set("2026-11-02 10:00")
        agencies = [make_agency(), make_agency()]
        course = make_course(agreement=Agreement.ASKED if asks else Agreement.NONE)
        hybrid = {"mode": Mode.HYBRID, "online_capacity": online} if online is not None else {}
        sessions = [make_session(course=course, on=on, capacity=capacity, **hybrid) for on in DAYS]
        least, most = limit
        if least or most:
            db.session.add(AgencyLimit(session_id=sessions[0].id, agency=agencies[0], least=least, most=most or None))
            sessions[0].limits_until = clock.now() + timedelta(days=12)
        if window:
            sessions[1].applications_close_at = clock.now() + timedelta(days=4)
        self.people = [
            make_person(agency=agencies[number % 2], address=None if number == 7 else "").id for number in range(8)
        ]
        self.agency_ids = [agency.id for agency in agencies]
        self.course_id, self.sessions = course.id, [one.id for one in sessions]
        db.session.commit()

    def _do(self, deed: Callable[[], object]) -> None:
        try:
            in_unit_of_work(deed)
        except Refused:
            db.session.rollback()

    def _keys(self, *states: BookingState) -> list[int]:
        found = select(Booking.id).where(Booking.session_id.in_(self.sessions), Booking.state.in_(states))
        keys = list(db.session.scalars(found.order_by(Booking.id)))
        db.session.rollback()
        return keys

    @rule(person=PEOPLE, on=DATES, way=WAYS)
    def book(self, person: int, on: int, way: Way) -> None:
        self._do(lambda: book_place(COMMAND, self.sessions[on], self.people[person], declared=True, way=way))

    @rule(first=PEOPLE, others=st.sets(PEOPLE, max_size=2), on=DATES, together=st.booleans(), way=WAYS)
    def book_a_group(self, first: int, others: set[int], on: int, together: bool, way: Way) -> None:
        named = [Named(self.people[number]) for number in {first, *others}]
        self._do(lambda: book_group(COMMAND, self.sessions[on], named, together=together, declared=True, way=way))

    @rule(agency=DATES, on=DATES, places=st.integers(1, 2), days=st.integers(1, 9), way=WAYS)
    def reserve(self, agency: int, on: int, places: int, days: int, way: Way) -> None:
        by = clock.now() + timedelta(days=days)
        self._do(lambda: reserve_places(COMMAND, self.sessions[on], self.agency_ids[agency], places, by, way=way))

    @rule(person=PEOPLE, which=st.integers(0, 5), gives_back=st.booleans())
    def use_a_reservation(self, person: int, which: int, gives_back: bool) -> None:
        keys = list(db.session.scalars(select(Reservation.id).order_by(Reservation.id.desc()).limit(3)))
        db.session.rollback()
        if not keys:
            return
        key = keys[which % len(keys)]
        if gives_back:
            self._do(lambda: give_back(COMMAND, key))
        else:
            self._do(lambda: name_somebody(COMMAND, key, self.people[person], declared=True))

    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        if keys := self._keys(*LIVE):
            self._do(lambda: cancel_booking(COMMAND, keys[which % len(keys)]))

    @rule(which=st.integers(0, 20), on=DATES)
    def move(self, which: int, on: int) -> None:
        if keys := self._keys(BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT):
            self._do(lambda: move_booking(COMMAND, keys[which % len(keys)], self.sessions[on]))

    @rule(which=st.integers(0, 20), person=PEOPLE)
    def send_somebody(self, which: int, person: int) -> None:
        if keys := self._keys(BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT):
            self._do(lambda: send_colleague(COMMAND, keys[which % len(keys)], self.people[person], declared=True))

    @rule(person=PEOPLE, order=st.sampled_from(((0, 1), (1, 0), (1,), (0,))))
    def wait_for_the_course(self, person: int, order: tuple[int, ...]) -> None:
        dates = [self.sessions[number] for number in order]
        self._do(
            lambda: wait_for_course(
                COMMAND, self.course_id, self.people[person], None, dates, tell_new_dates=False, declared=True
            )
        )

    @rule(which=st.integers(0, 5), order=st.sampled_from(((0, 1), (1,), ())))
    def change_or_leave_a_wait(self, which: int, order: tuple[int, ...]) -> None:
        open_ones = select(CourseWait.id).where(CourseWait.course_id == self.course_id, CourseWait.ended_at.is_(None))
        keys = list(db.session.scalars(open_ones.order_by(CourseWait.id)))
        db.session.rollback()
        if not keys:
            return
        key, dates = keys[which % len(keys)], [self.sessions[number] for number in order]
        if dates:
            self._do(lambda: change_wait(COMMAND, key, dates, tell_new_dates=False, declared=True))
        else:
            self._do(lambda: leave_wait(COMMAND, key))

    @rule(which=st.integers(0, 20))
    def agree_to_one(self, which: int) -> None:
        if keys := self._keys(BookingState.AWAITING_AGREEMENT, BookingState.WAITING, BookingState.APPLIED):
            key = keys[which % len(keys)]
            by_link = Viewer(ViewerKind.LINK, link_opens=(Booking.__tablename__, key))
            self._do(lambda: agree(by_link, key))

    @rule(takes=st.booleans())
    def answer_an_offer(self, takes: bool) -> None:
        if keys := self._keys(BookingState.OFFERED):
            self._do(lambda: (accept_offer if takes else decline_offer)(COMMAND, keys[0]))

    @rule(hours=st.sampled_from((1, 5, 30, 100, 200)))
    def let_time_pass_with_a_worker(self, hours: int) -> None:
        self.wall_clock.forward(hours=hours)
        for key in self._keys(BookingState.OFFERED):
            self._do(lambda key=key: lapse_offer(COMMAND, key))
        for key in db.session.scalars(select(Reservation.id)).all():
            self._do(lambda key=key: lapse_reservation(COMMAND, key))
        for key in self.sessions:
            self._do(lambda key=key: allot_places(COMMAND, key))
            self._do(lambda key=key: promote_waiting(COMMAND, locked_session(key)))

    @invariant()
    def all_is_well(self) -> None:
        broken = [sentence for key in self.sessions for sentence in broken_invariants(key) + calendars_out_of_step(key)]
        broken += [finding.sentence for finding in (*two_places_for_one_wait(), *streams_out_of_order())]
        db.session.rollback()
        assert broken == []


def test_generated_sequences_over_two_dates_keep_the_invariants(app: Flask, wall_clock: WallClock) -> None:
    Course.wall_clock = wall_clock
    run_state_machine_as_test(
        Course,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
