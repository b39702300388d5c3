"""What an officer does to the two dates of the course, and people without an account, on top of what people do."""

import re
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import ColumnElement, select

from tests.bookings.course_machine import DATES, PEOPLE, WAYS, CourseMachine
from training.allotment.operations import FIRM, decide_otherwise
from training.bookings.first_codes import hash_of_key
from training.bookings.mail_first import FIRST_CODE
from training.bookings.models import LIVE, Booking, BookingState, Way
from training.bookings.models_first import FirstRequest
from training.bookings.operations_first import Typed, begin, let_go
from training.bookings.operations_first_confirming import confirm_first
from training.catalogue.models import Mode
from training.changes.operations_call_off import call_off_session
from training.changes.operations_capacity import LEAVES_A_PLACE, change_capacity
from training.changes.operations_coming import give_back, say_coming
from training.changes.operations_move import move_session
from training.changes.operations_telling import tell_now, tell_when_due
from training.core.checks import run_checks
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Person
from training.people.operations_jobs import Job
from training.schedule.models import CourseSession
from training.schedule.rules import LINK_TO_FOLLOW, PartTimes

CODE = re.compile(r"Your code is (\d{4} \d{4})")


class OfficerMachine(CourseMachine):
    """An officer moves, resizes and calls off dates, and people book who have no account yet."""

    @initialize()
    def begin_without_newcomers(self) -> None:
        self.newcomers: list[tuple[str, str]] = []
        """The keys of the pages on which somebody is asked for their code, with the code."""
        self.called_off = False

    @rule(number=st.integers(0, 3), on=DATES, way=WAYS, known=st.none() | PEOPLE)
    def ask_without_an_account(self, number: int, on: int, way: Way, known: int | None) -> None:
        address = f"newcomer{number}.of{self.course_id}@people.example"
        if known is not None:
            address = db.session.get_one(Person, self.people[known]).address or address
            db.session.rollback()
        job = Job(job_role="Teacher", agency_id=self.agency_ids[number % 2])
        typed = Typed("Noor", f"Newcomer{number}", address, job, declared=True, way=way, form={})
        self.do(lambda: self._keep_code(begin(self.sessions[on], typed, []).key))

    def _keep_code(self, key: str) -> None:
        stream = f"{FIRST_CODE.name}:{hash_of_key(key)}"
        text = db.session.scalars(select(OutboxMessage.body_text).where(OutboxMessage.stream == stream)).one()
        found = CODE.search(text)
        assert found is not None, text
        self.newcomers.append((key, found[1]))

    @rule(which=st.integers(0, 5))
    def type_a_code(self, which: int) -> None:
        if self.newcomers:
            key, code = self.newcomers[which % len(self.newcomers)]
            self.do(lambda: confirm_first(key, code))

    @rule(on=DATES, capacity=st.integers(0, 4), online=st.integers(0, 2), leave=st.booleans())
    def resize(self, on: int, capacity: int, online: int, leave: bool) -> None:
        course_session = db.session.get_one(CourseSession, self.sessions[on])
        splits = course_session.online_capacity is not None
        places = {Way.IN_PERSON: capacity, Way.ONLINE: online} if splits else {None: capacity}
        held = db.session.scalars(
            select(Booking).where(Booking.session_id == course_session.id, Booking.state.in_(LEAVES_A_PLACE))
        ).all()
        leaving: list[int] = []
        for way, number in places.items():
            there = [one.id for one in held if way is None or (one.way or Way.IN_PERSON) is way]
            leaving += there[number:] if leave else []
        db.session.rollback()
        self.do(
            lambda: change_capacity(
                COMMAND,
                self.sessions[on],
                capacity,
                online if splits else None,
                to_list=leaving,
                reason="A smaller room" if leaving else "",
            )
        )

    @rule(on=DATES, later=st.sampled_from((-5, 0, 1, 10)), mode=st.none() | st.sampled_from(Mode), tells=st.booleans())
    def move_a_date(self, on: int, later: int, mode: Mode | None, tells: bool) -> None:
        course_session = db.session.get_one(CourseSession, self.sessions[on])
        first, venue = course_session.parts[0], course_session.venue_id
        parts = [PartTimes(first.on + timedelta(days=later), first.starts, first.ends)]
        db.session.rollback()
        self.do(
            lambda: move_session(
                COMMAND, self.sessions[on], parts, venue_id=venue, online_link=LINK_TO_FOLLOW, mode=mode
            )
        )
        if tells:
            self.do(lambda: tell_now(COMMAND, self.sessions[on]))

    @rule(which=st.integers(0, 20), comes=st.booleans())
    def answer_about_another_day(self, which: int, comes: bool) -> None:
        if keys := self._those(Booking.moved_at.is_not(None), Booking.state.in_(LIVE)):
            self.do(lambda: (say_coming if comes else give_back)(COMMAND, keys[which % len(keys)]))

    @rule(give=st.integers(0, 9), take=st.none() | st.integers(0, 9))
    def decide_against_the_allotment(self, give: int, take: int | None) -> None:
        on = Booking.session_id == self.sessions[1]
        waiting, firm = self._those(on, Booking.state == BookingState.WAITING), self._those(on, Booking.state.in_(FIRM))
        if waiting:
            takes = firm[take % len(firm)] if take is not None and firm else None
            self.do(lambda: decide_otherwise(COMMAND, self.sessions[1], waiting[give % len(waiting)], takes, "Asked"))

    @precondition(lambda self: not self.called_off)
    @rule(on=DATES, brings=st.booleans(), really=st.integers(0, 3))
    def call_one_off(self, on: int, brings: bool, really: int) -> None:
        if really == 3:
            self.called_off = True
            to = self.sessions[1 - on] if brings else None
            self.do(lambda: call_off_session(COMMAND, self.sessions[on], "The trainer is ill", to))

    def do_what_is_due(self) -> None:
        for key in db.session.scalars(select(FirstRequest.id)).all():
            self.do(lambda key=key: let_go(key))
        for key in self.sessions:
            self.do(lambda key=key: tell_when_due(key))

    @invariant()
    def every_check_finds_nothing(self) -> None:
        refs = set(db.session.scalars(select(CourseSession.ref).where(CourseSession.id.in_(self.sessions))))
        found = [
            f"{check.name}: {finding.sentence}"
            for check, findings in run_checks()
            for finding in findings
            # Courses of examples before this one are left where their clock stood.
            if finding.arguments.get("ref", next(iter(refs))) in refs
        ]
        db.session.rollback()
        assert not found, found

    def _those(self, *which: ColumnElement[bool]) -> list[int]:
        """The bookings of whom all of `which` is true, the oldest first."""
        found = select(Booking.id).where(Booking.session_id.in_(self.sessions), *which)
        keys = list(db.session.scalars(found.order_by(Booking.id)))
        db.session.rollback()
        return keys
