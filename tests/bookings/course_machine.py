"""Two dates of a course with ways, limits, groups, reservations, moves, waits and colleagues, driven at random."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session
from training.allotment.operations import allot_places
from training.bookings.agreements import ASKED_IN
from training.bookings.checks import streams_out_of_order, two_places_for_one_wait
from training.bookings.models import LIVE, Booking, BookingState, CourseWait, Reservation, Way
from training.bookings.models_agencies import AgencyLimit
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_agreements import agree, say_no
from training.bookings.operations_course_waits import change_wait, leave_wait, wait_for_course
from training.bookings.operations_moving import move_booking
from training.bookings.operations_offers import accept_offer, decline_offer, lapse_offer
from training.bookings.operations_substitution import send_colleague
from training.bookings.places import locked_session, promote_waiting
from training.bookings.ticks_agreements import lapse_agreement
from training.catalogue.models import Agreement, Mode
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.sending import send_all
from training.core.transaction import in_unit_of_work
from training.core.viewer import COMMAND, WORKER, Viewer, ViewerKind
from training.groups.operations import Named, book_group
from training.groups.operations_reservations import give_back, lapse_reservation, name_somebody, reserve_places
from training.schedule.models import CourseSession

PEOPLE, DATES = st.integers(0, 7), st.integers(0, 1)
WAYS = st.sampled_from((Way.IN_PERSON, Way.ONLINE))
DAYS = (date(2026, 11, 23), date(2026, 12, 7))


class Post:
    """Takes every message, and keeps which it had."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """Accept it."""
        self.sent.append(str(message["Message-ID"]))


class CourseMachine(RuleBasedStateMachine):
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
        # What courses of examples before this one had to say was said, or is not of interest any more.
        db.session.execute(delete(OutboxMessage))
        self.post = Post()
        agencies = [make_agency(), make_agency()]
        course = make_course(agreement=Agreement.ASKED if asks else Agreement.NONE)
        hybrid: dict[str, Any] = {"mode": Mode.HYBRID, "online_capacity": online} if online is not None else {}
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

    def do(self, deed: Callable[[], object]) -> None:
        """Do it as a request or the worker would; what is refused changes nothing."""
        try:
            in_unit_of_work(deed)
        except Refused:
            db.session.rollback()

    def keys(self, *states: BookingState) -> list[int]:
        """The bookings in these states, the oldest first."""
        found = select(Booking.id).where(Booking.session_id.in_(self.sessions), Booking.state.in_(states))
        keys = list(db.session.scalars(found.order_by(Booking.id)))
        db.session.rollback()
        return keys

    @rule(person=PEOPLE, on=DATES, way=WAYS)
    def book(self, person: int, on: int, way: Way) -> None:
        self.do(lambda: book_place(COMMAND, self.sessions[on], self.people[person], declared=True, way=way))

    @rule(first=PEOPLE, others=st.sets(PEOPLE, max_size=2), on=DATES, together=st.booleans(), way=WAYS)
    def book_a_group(self, first: int, others: set[int], on: int, together: bool, way: Way) -> None:
        named = [Named(self.people[number]) for number in {first, *others}]
        self.do(lambda: book_group(COMMAND, self.sessions[on], named, together=together, declared=True, way=way))

    @rule(agency=DATES, on=DATES, places=st.integers(1, 2), days=st.integers(1, 9), way=WAYS)
    def reserve(self, agency: int, on: int, places: int, days: int, way: Way) -> None:
        by = clock.now() + timedelta(days=days)
        self.do(lambda: reserve_places(COMMAND, self.sessions[on], self.agency_ids[agency], places, by, way=way))

    @rule(person=PEOPLE, which=st.integers(0, 5), gives_back=st.booleans())
    def use_a_reservation(self, person: int, which: int, gives_back: bool) -> None:
        keys = list(db.session.scalars(select(Reservation.id).order_by(Reservation.id.desc()).limit(3)))
        db.session.rollback()
        if not keys:
            return
        key = keys[which % len(keys)]
        if gives_back:
            self.do(lambda: give_back(COMMAND, key))
        else:
            self.do(lambda: name_somebody(COMMAND, key, self.people[person], declared=True))

    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        if keys := self.keys(*LIVE):
            self.do(lambda: cancel_booking(COMMAND, keys[which % len(keys)]))

    @rule(which=st.integers(0, 20), on=DATES)
    def move(self, which: int, on: int) -> None:
        if keys := self.keys(BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT):
            self.do(lambda: move_booking(COMMAND, keys[which % len(keys)], self.sessions[on]))

    @rule(which=st.integers(0, 20), person=PEOPLE)
    def send_somebody(self, which: int, person: int) -> None:
        if keys := self.keys(BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT):
            self.do(lambda: send_colleague(COMMAND, keys[which % len(keys)], self.people[person], declared=True))

    @rule(person=PEOPLE, order=st.sampled_from(((0, 1), (1, 0), (1,), (0,))))
    def wait_for_the_course(self, person: int, order: tuple[int, ...]) -> None:
        dates = [self.sessions[number] for number in order]
        self.do(
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
            self.do(lambda: change_wait(COMMAND, key, dates, tell_new_dates=False, declared=True))
        else:
            self.do(lambda: leave_wait(COMMAND, key))

    @rule(which=st.integers(0, 20))
    def agree_to_one(self, which: int) -> None:
        if keys := self.keys(BookingState.AWAITING_AGREEMENT, BookingState.WAITING, BookingState.APPLIED):
            key = keys[which % len(keys)]
            by_link = Viewer(ViewerKind.LINK, link_opens=(Booking.__tablename__, key))
            self.do(lambda: agree(by_link, key))

    @rule(which=st.integers(0, 20))
    def say_no_to_one(self, which: int) -> None:
        if keys := self.keys(*ASKED_IN):
            key = keys[which % len(keys)]
            by_link = Viewer(ViewerKind.LINK, link_opens=(Booking.__tablename__, key))
            self.do(lambda: say_no(by_link, key, "Too many are away that day"))

    @rule(takes=st.booleans())
    def answer_an_offer(self, takes: bool) -> None:
        if keys := self.keys(BookingState.OFFERED):
            self.do(lambda: (accept_offer if takes else decline_offer)(COMMAND, keys[0]))

    @rule(messages=st.integers(1, 12))
    def send(self, messages: int) -> None:
        send_all(self.post, messages)

    @rule(hours=st.sampled_from((1, 5, 30, 100, 200)))
    def let_time_pass_with_a_worker(self, hours: int) -> None:
        self.wall_clock.forward(hours=hours)
        for key in self.keys(BookingState.OFFERED):
            self.do(lambda key=key: lapse_offer(WORKER, key))
        for key in self.keys(*ASKED_IN):
            self.do(lambda key=key: lapse_agreement(WORKER, key))
        for key in db.session.scalars(select(Reservation.id)).all():
            self.do(lambda key=key: lapse_reservation(WORKER, key))
        for key in self.sessions:
            self.do(lambda key=key: allot_places(WORKER, key))
            self.do(lambda key=key: promote_waiting(WORKER, locked_session(key)))

        self.do_what_is_due()

    def do_what_is_due(self) -> None:
        """What else the worker does."""

    @invariant()
    def all_is_well(self) -> None:
        broken = [sentence for key in self.sessions for sentence in broken_invariants(key) + calendars_out_of_step(key)]
        refs = set(db.session.scalars(select(CourseSession.ref).where(CourseSession.id.in_(self.sessions))))
        broken += [finding.sentence for finding in two_places_for_one_wait() if finding.arguments["ref"] in refs]
        broken += [finding.sentence for finding in streams_out_of_order()]
        broken += [f"{key} was sent twice" for key, times in Counter(self.post.sent).items() if times > 1]
        db.session.rollback()
        assert not broken, broken
