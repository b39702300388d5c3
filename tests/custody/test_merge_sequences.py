"""Whatever two records hold: merging them keeps every rule, and taking it back leaves every row as it was."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.custody.people import a_record, every_row, with_account
from tests.factories import make_agency, make_assignment, make_booking, make_session
from training.attendance.models import Mark, MarkSource, Presence
from training.bookings.models import HOLDING, LIVE, Booking, BookingState
from training.bookings.models_answers import DeclinedBy
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.custody.operations_merge import merge_people
from training.custody.operations_unmerge import undo_merge
from training.people.models import Person
from training.people.operations_roles import grant_role
from training.schedule.models import AssignmentState, CourseSession

TIMES = {
    BookingState.CONFIRMED: dict,
    BookingState.WAITING: lambda: {"confirmed_at": None, "waiting_since": clock.now()},
    BookingState.OFFERED: lambda: {"confirmed_at": None, "offered_until": clock.now() + timedelta(days=1)},
    BookingState.AWAITING_AGREEMENT: lambda: {"confirmed_at": None, "agreement_until": clock.now() + timedelta(days=1)},
    BookingState.APPLIED: lambda: {"confirmed_at": None},
    BookingState.DECLINED: lambda: {"confirmed_at": None, "declined_by": DeclinedBy.OFFICER},
}
states = st.one_of(st.none(), st.sampled_from(sorted(TIMES)))
presences = st.one_of(st.none(), st.sampled_from(sorted(Presence)))
teaching = st.one_of(st.none(), st.sampled_from(sorted(AssignmentState)))


@dataclass(frozen=True)
class OnOne:
    """What both records have on one session, and whether others wait there."""

    states: tuple[BookingState | None, BookingState | None]
    marks: tuple[Presence | None, Presence | None]
    teaching: tuple[AssignmentState | None, AssignmentState | None]
    others_wait: int


@dataclass(frozen=True)
class Records:
    """What two records hold."""

    sessions: list[OnOne]
    accounts: tuple[bool, bool]
    same_job: bool
    leads: bool
    telephone: bool


both = st.builds(
    Records,
    st.lists(
        st.builds(
            OnOne, st.tuples(states, states), st.tuples(presences, presences), st.tuples(teaching, teaching),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=3,
    ),
    st.tuples(st.booleans(), st.booleans()),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)  # fmt: skip


def build(records: Records) -> tuple[Person, Person]:
    """The two records as rows."""
    agency = make_agency()
    job: dict[str, Any] = {"agency_id": agency.id, "job_role": "Teacher"}
    kept = a_record("Kit", **job)
    merged = a_record("Mia", telephone="01632 960001" if records.telephone else "", **(job if records.same_job else {}))
    for person, has in zip((kept, merged), records.accounts, strict=True):
        if has:
            with_account(person)
    if records.leads:
        grant_role(COMMAND, merged, Role.TRAINER)
    for one in records.sessions:
        _on_one(one, (kept, merged))
    db.session.commit()
    return kept, merged


def _on_one(one: OnOne, people: tuple[Person, Person]) -> None:
    holding = sum(state in HOLDING for state in one.states)
    session = make_session(capacity=max(holding, 1))
    for person, state, presence, taught in zip(people, one.states, one.marks, one.teaching, strict=True):
        if state is not None:
            booking = make_booking(session, person, state=state, **TIMES[state]())
            if presence is not None:
                part = session.parts[0].id
                db.session.add(Mark(part_id=part, booking=booking, presence=presence, source=MarkSource.REGISTER))
        if taught is not None:
            make_assignment(session, person, state=taught)
    for _ in range(one.others_wait if holding else 0):
        make_booking(session, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())


def require_rules() -> None:
    """Places held never exceed capacity, and nobody has two live bookings on one session."""
    held = select(Booking.session_id, func.count().label("held")).where(Booking.state.in_(HOLDING))
    counted = held.group_by(Booking.session_id).subquery()
    over = select(CourseSession.ref).join(counted, counted.c.session_id == CourseSession.id)
    assert db.session.scalars(over.where(counted.c.held > CourseSession.capacity)).all() == []
    twice = select(Booking.person_id).where(Booking.state.in_(LIVE)).group_by(Booking.person_id, Booking.session_id)
    assert db.session.scalars(twice.having(func.count() > 1)).all() == []


def refusal_of_undoing(merge_id: int) -> str:
    """Take the merge back; why that was refused, where it was."""
    try:
        undo_merge(COMMAND, merge_id)
    except Refused as refused:
        db.session.rollback()
        return refused.sentence
    db.session.commit()
    return ""


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=both)
def test_a_merge_keeps_the_rules_and_its_undoing_every_row(app: Flask, records: Records) -> None:
    kept, merged = build(records)
    key, gone = kept.id, merged.id
    before = every_row()
    done = merge_people(COMMAND, key, gone, "One person").id
    db.session.commit()
    require_rules()
    after_merge = every_row()
    left = [row for row in after_merge["booking"] if row["person_id"] == gone]
    assert {row["state"] for row in left} <= {BookingState.REPLACED.value}
    promoted = len(after_merge["outbox_message"]) > len(before["outbox_message"])
    if refusal := refusal_of_undoing(done):
        assert promoted, "nobody was given the place, so nothing stands in the way"
        assert "has gone to somebody else" in refusal
        assert every_row() == after_merge
        return
    require_rules()
    if not promoted:
        assert every_row() == before
