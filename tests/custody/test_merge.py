"""Two records of one person become one, and the merge can be taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.custody.people import a_record, an_officer, every_row, with_account
from tests.evaluations.finished import make_finished
from tests.factories import (
    make_agency,
    make_assignment,
    make_booking,
    make_course,
    make_person,
    make_session,
    viewer_of,
)
from tests.reports.world import A, finished, marked
from training.accounts.operations import owner_of
from training.attendance.models import Mark, MarkSource, Presence
from training.bookings.models import Booking, BookingState
from training.bookings.places import standing_of
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind
from training.custody.models import Merge, MergeStep
from training.custody.operations_merge import merge_people
from training.custody.operations_unmerge import undo_merge
from training.custody.records import records_of
from training.custody.ticks import follow_merges
from training.evaluations.models import EvaluationRequest, QuestionKind, Stage
from training.evaluations.operations import answer
from training.evaluations.results import results_of, sessions_evaluated
from training.evaluations.ticks import open_and_ask
from training.people import queries
from training.people.models import EmailAddress, Employment, Person
from training.people.operations_roles import end_role, grant_role
from training.reports.queries_attendance import attendance_by
from training.schedule.models import AssignmentState, CourseSession, TrainerAssignment

WHY = "Same staff number, married in May"


def merge(kept: Person, merged: Person) -> Merge:
    db.session.commit()
    done = merge_people(an_officer(), kept.id, merged.id, WHY)
    db.session.commit()
    return done


def test_everything_comes_to_the_kept_record(app: Flask) -> None:
    kept, merged = a_record(), a_record("Priya", "Shah", telephone="01632 960001")
    booking = make_booking(make_session(), merged)
    taught = make_assignment(make_session(), merged)
    address = merged.address
    done = merge(kept, merged)
    assert booking.person_id == kept.id
    assert taught.person_id == kept.id
    assert kept.address != address
    assert owner_of(str(address)) is kept
    assert kept.telephone == "01632 960001"
    assert str(address) in kept.search_text
    assert merged.merged_into_id == kept.id
    assert queries.person_by_ref(COMMAND, merged.ref) is None
    assert queries.kept_ref(COMMAND, merged.ref) == kept.ref
    assert list(db.session.scalars(queries.search_people(COMMAND, "shah"))) == []
    assert {step.table_name for step in done.steps} >= {"booking", "trainer_assignment", "email_address", "person"}
    deeds = set(db.session.scalars(select(AuditEntry.deed).where(AuditEntry.reason == WHY)))
    assert deeds == {"merged into another record", "merged another record into"}


def test_a_merge_and_its_undoing_leave_every_row_as_it_was(app: Flask) -> None:
    agency = make_agency()
    job: dict[str, Any] = {"agency_id": agency.id, "job_role": "Social worker"}
    kept, merged = a_record(**job), a_record("Priya", "Shah", telephone="01632 960001", **job)
    session = make_session()
    make_booking(session, kept, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    make_booking(session, merged)
    make_booking(make_session(), merged)
    with_account(kept)
    with_account(merged)
    grant_role(COMMAND, merged, Role.TRAINER)
    db.session.commit()
    before = every_row()
    done = merge(kept, merged)
    assert every_row() != before
    undo_merge(an_officer(), done.id)
    db.session.commit()
    after = every_row()
    known = {person.id for person in db.session.scalars(select(Person).where(Person.given_name == "Ola"))}
    assert known
    people = {row["id"] for row in before["person"]}
    after["person"] = [row for row in after["person"] if row["id"] in people]
    after["role_grant"] = [row for row in after["role_grant"] if row["person_id"] in people]
    after["email_address"] = [row for row in after["email_address"] if row["person_id"] in people]
    assert after == before


@pytest.mark.parametrize("better_is_kept", [True, False])
def test_of_two_live_bookings_the_better_stays_and_the_place_goes_to_the_next(app: Flask, better_is_kept: bool) -> None:
    kept, merged = a_record(), a_record()
    session = make_session(capacity=2)
    confirmed = make_booking(session, kept if better_is_kept else merged)
    offered = make_booking(
        session,
        merged if better_is_kept else kept,
        state=BookingState.OFFERED,
        confirmed_at=None,
        offered_until=clock.now() + timedelta(days=1),
    )
    waiting = make_booking(session, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    merge(kept, merged)
    assert (confirmed.person_id, confirmed.state) == (kept.id, BookingState.CONFIRMED)
    assert (offered.person_id, offered.state) == (merged.id, BookingState.REPLACED)
    assert offered.replaced_by_id == confirmed.id
    assert waiting.state is BookingState.CONFIRMED
    assert standing_of(session.id).held == 2


def test_undoing_is_refused_where_the_place_has_gone(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    session = make_session(capacity=2)
    make_booking(session, kept)
    make_booking(session, merged)
    make_booking(session, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    done = merge(kept, merged)
    with pytest.raises(Refused, match=f"place on session {session.ref} has gone to somebody else"):
        undo_merge(an_officer(), done.id)
    db.session.rollback()
    assert done.undone_at is None
    assert standing_of(session.id).held == 2


def test_a_session_that_both_attended_is_attended_once(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    kept, merged = a_record(), a_record()
    once, twice = finished(make_course(), date(2026, 12, 1)), finished(make_course(), date(2026, 12, 2))
    marked(once, merged, A)
    marked(twice, kept, A)
    marked(twice, merged, A)
    attended = attendance_by(COMMAND, [], [])[()].attended
    merge(kept, merged)
    assert attendance_by(COMMAND, [], [])[()].attended == attended - 1


def test_a_session_that_both_evaluated_is_evaluated_once(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 20:00")
    make_finished(7)
    open_and_ask()
    requests = db.session.scalars(select(EvaluationRequest).where(EvaluationRequest.stage == Stage.END)).all()
    for request in requests:
        assert request.person_id is not None
        ratings = {question.id: "Words" for question in request.form.questions if question.kind is QuestionKind.TEXT}
        answer(Viewer(ViewerKind.PERSON, request.person_id), request.id, ratings)
    db.session.commit()
    course_session = db.session.get_one(CourseSession, requests[0].session_id)
    before = results_of(COMMAND, course_session)[0]
    wall_clock.forward(minutes=1)
    kept, merged = (db.session.get_one(Person, request.person_id) for request in requests[:2])
    done = merge(kept, merged)
    after = results_of(COMMAND, course_session)[0]
    assert (before.requests, before.answered) == (7, 7)
    assert (after.requests, after.answered) == (6, 6)
    assert [one.people for one in after.commented] == [one.people - 1 for one in before.commented]
    (listed,) = db.session.execute(sessions_evaluated(COMMAND)).all()
    assert (listed.end_requests, listed.end_answered) == (6, 6)
    undo_merge(an_officer(), done.id)
    db.session.commit()
    assert results_of(COMMAND, course_session)[0].answered == 7


def test_what_was_booked_at_the_moment_of_the_merge_comes_over(app: Flask) -> None:
    agency = make_agency()
    kept, merged = (a_record(agency_id=agency.id, job_role="Nurse") for _ in range(2))
    both = make_session(capacity=2)
    theirs = make_booking(both, kept)
    waits = make_booking(both, make_person(), state=BookingState.WAITING, waiting_since=clock.now(), confirmed_at=None)
    done = merge(kept, merged)
    late, double = make_booking(make_session(), merged), make_booking(both, merged)
    job = db.session.scalars(select(Employment).where(Employment.person_id == merged.id)).one()
    late.employment = double.employment = job
    db.session.commit()
    keys = [one.id for one in (theirs, waits, late, double)]
    kept_id, merge_id = kept.id, done.id
    assert follow_merges() == 2
    theirs, waits, late, double = (db.session.get_one(Booking, key) for key in keys)
    assert (late.person_id, late.state) == (kept_id, BookingState.CONFIRMED)
    assert late.employment is not None
    assert late.employment.person_id == kept_id
    assert {theirs.state, double.state} == {BookingState.CONFIRMED, BookingState.REPLACED}
    assert waits.state is BookingState.CONFIRMED
    db.session.commit()
    assert follow_merges() == 0
    steps = select(MergeStep.row_id).where(MergeStep.merge_id == merge_id, MergeStep.table_name == "booking")
    assert {*db.session.scalars(steps)} >= {keys[2], keys[3]}


def test_the_better_mark_stands(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    session = make_session(days=2)
    ours, theirs = make_booking(session, kept), make_booking(session, merged)

    def mark(booking: Booking, part: int, presence: Presence, late: int = 0) -> None:
        at = session.parts[part].id
        db.session.add(
            Mark(part_id=at, booking=booking, presence=presence, minutes_late=late, source=MarkSource.REGISTER)
        )

    mark(ours, 0, Presence.ABSENT)
    mark(theirs, 0, Presence.ATTENDED, 10)
    mark(theirs, 1, Presence.ATTENDED)
    merge(kept, merged)
    found = db.session.execute(
        select(Mark.part_id, Mark.presence, Mark.minutes_late).where(Mark.booking_id == ours.id).order_by(Mark.part_id)
    )
    assert [tuple(row) for row in found] == [
        (session.parts[0].id, Presence.ATTENDED, 10),
        (session.parts[1].id, Presence.ATTENDED, 0),
    ]


def test_of_two_accounts_the_kept_ones_stays_and_the_other_is_closed(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    stays, goes = with_account(kept), with_account(merged)
    signed_in_as, uniquifier = stays.email, goes.fs_uniquifier
    merge(kept, merged)
    assert (stays.person_id, stays.email, stays.active) == (kept.id, signed_in_as, True)
    assert (goes.person_id, goes.active) == (merged.id, False)
    assert goes.fs_uniquifier != uniquifier
    assert "@" not in goes.email


def test_the_only_account_comes_along(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    account = with_account(merged)
    merge(kept, merged)
    assert (account.person_id, account.active) == (kept.id, True)


def test_one_job_is_kept_of_two_that_are_the_same(app: Flask) -> None:
    agency = make_agency()
    kept = a_record(agency_id=agency.id, job_role="Social worker")
    merged = a_record(agency_id=agency.id, job_role="social  worker", staff_number="77", manager_name="Bo Li")
    kept.employments[0].from_on, merged.employments[0].from_on = date(2024, 5, 1), date(2023, 5, 1)
    booking = make_booking(make_session(), merged)
    merge(kept, merged)
    current = db.session.scalars(
        select(Employment).where(Employment.person_id == kept.id, Employment.to_on.is_(None))
    ).one()
    assert (current.from_on, current.staff_number, current.manager_name) == (date(2023, 5, 1), "77", "Bo Li")
    assert booking.employment_id == current.id
    assert db.session.scalars(select(Employment).where(Employment.person_id == merged.id)).one().to_on is not None


def test_of_two_live_assignments_the_accepted_one_stays(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    session = make_session()
    asked = make_assignment(session, kept, state=AssignmentState.ASKED)
    accepted = make_assignment(session, merged)
    merge(kept, merged)
    assert (asked.state, asked.person_id) == (AssignmentState.WITHDRAWN, merged.id)
    assert accepted.person_id == kept.id


def test_later_changes_stand_in_the_way_and_are_named(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    third = a_record("Thea")
    booking = make_booking(make_session(), merged)
    address = merged.addresses[0]
    done = merge(kept, merged)
    db.session.get_one(Booking, booking.id).person_id = third.id
    db.session.get_one(EmailAddress, address.id).is_primary = False
    db.session.commit()
    with pytest.raises(Refused, match=f"changed since: the booking {booking.ref}"):
        undo_merge(an_officer(), done.id)


def test_a_telephone_number_that_was_changed_since_stays(app: Flask) -> None:
    kept, merged = a_record(), a_record(telephone="01632 960001")
    done = merge(kept, merged)
    kept.telephone = "01632 960002"
    db.session.commit()
    undo_merge(an_officer(), done.id)
    db.session.commit()
    assert (kept.telephone, merged.telephone) == ("01632 960002", "01632 960001")


def test_chains_lead_to_the_end_and_are_undone_from_there(app: Flask) -> None:
    first, second, third = a_record("Ann"), a_record("Ben"), a_record("Cas")
    booking = make_booking(make_session(), first)
    early = merge(second, first)
    late = merge(third, second)
    assert booking.person_id == third.id
    assert queries.kept_ref(COMMAND, first.ref) == third.ref
    assert set(records_of(third.id)) == {first.id, second.id, third.id}
    with pytest.raises(Refused, match=f"{second.ref} was itself merged into {third.ref} later. Undo that first"):
        undo_merge(an_officer(), early.id)
    db.session.rollback()
    undo_merge(an_officer(), late.id)
    db.session.commit()
    assert booking.person_id == second.id
    undo_merge(an_officer(), early.id)
    db.session.commit()
    assert booking.person_id == first.id
    with pytest.raises(Refused, match="undone already"):
        undo_merge(an_officer(), early.id)


def test_two_merges_into_one_record_are_undone_in_any_order(app: Flask) -> None:
    kept, first, second = a_record(), a_record(), a_record()
    bookings = [make_booking(make_session(), person) for person in (first, second)]
    merges = [merge(kept, first), merge(kept, second)]
    for done in merges:
        undo_merge(an_officer(), done.id)
        db.session.commit()
    assert [booking.person_id for booking in bookings] == [first.id, second.id]


def test_who_may_not_merge(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    powerful = make_person("Sy", role=Role.SYSTEM)
    officer = make_person("Ola", role=Role.OFFICER)
    db.session.commit()
    viewer = viewer_of(officer, Role.OFFICER)
    for asker, keeps, goes, why in (
        (viewer_of(officer, Role.ADMINISTRATOR), kept, merged, "Only a learning"),
        (viewer, officer, merged, "your own record"),
        (viewer, kept, officer, "your own record"),
        (viewer, kept, powerful, "a role that you cannot give"),
        (viewer, powerful, merged, "a role that you cannot give"),
        (viewer, kept, kept, "the same one"),
    ):
        with pytest.raises(Refused, match=why):
            merge_people(asker, keeps.id, goes.id, WHY)
        db.session.rollback()
    assert db.session.scalars(select(MergeStep)).all() == []


def test_who_may_not_undo_the_merge_of_somebody_who_had_a_higher_role(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    kept, merged = a_record(), a_record("Sy", "Powers")
    system, officer = viewer_of(make_person(role=Role.SYSTEM), Role.SYSTEM, Role.OFFICER), an_officer()
    grant = grant_role(COMMAND, merged, Role.OFFICER, from_on=date(2026, 1, 1))
    db.session.commit()
    done = merge_people(system, kept.id, merged.id, WHY)
    db.session.commit()
    with pytest.raises(Refused, match=f"{kept.name} has a role that you cannot give"):
        undo_merge(officer, done.id)
    db.session.rollback()
    end_role(system, grant, clock.today())
    db.session.commit()
    wall_clock.forward(days=3)
    with pytest.raises(Refused, match=rf"Sy Powers \({merged.ref}\) had a role that you cannot give. Ask a system"):
        undo_merge(officer, done.id)
    db.session.rollback()
    assert grant.person_id == kept.id
    undo_merge(system, done.id)
    db.session.commit()
    assert grant.person_id == merged.id


def test_a_higher_role_that_was_over_before_the_merge_stops_no_undoing(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    kept, merged = a_record(), a_record()
    grant = grant_role(COMMAND, merged, Role.OFFICER, from_on=date(2026, 1, 1), to_on=date(2026, 12, 2))
    done = merge(kept, merged)
    undo_merge(an_officer(), done.id)
    db.session.commit()
    assert grant.person_id == merged.id


def test_assignments_of_both_that_have_ended_come_along(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    session = make_session()
    for person in (kept, merged):
        make_assignment(session, person, state=AssignmentState.DECLINED)
    merge(kept, merged)
    assert set(db.session.scalars(select(TrainerAssignment.person_id))) == {kept.id}
