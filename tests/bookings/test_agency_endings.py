"""An agency that ends: what was shown is what is done, all of it can be taken back, and nothing is done twice."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_person, make_session
from tests.pages import Client
from training.agencies.models import Agency, AgencyAlias
from training.agencies.operations import set_domains
from training.agencies.operations_names import add_alias
from training.agencies.operations_tree import set_parent
from training.agencies.queries import aliases_of, children_of, domains_of
from training.bookings.models import Booking, BookingState
from training.bookings.operations_endings import SEEN_OTHERWISE, bring_back, end_agency
from training.bookings.queries_endings import Ending, ending_of
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, RoleGrant, Standing

LAST = date(2026, 12, 2)


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")


def seen(agency: Agency, successor: Agency | None, last_on: date = LAST) -> Ending:
    db.session.flush()
    return ending_of(COMMAND, agency, successor, last_on)


def end(agency: Agency, successor: Agency | None, last_on: date = LAST, *, leads_go_on: bool = True) -> Ending:
    print_of = seen(agency, successor, last_on).fingerprint
    successor_id = successor.id if successor else None
    return end_agency(
        COMMAND, agency.id, successor_id, last_on, reason="merged", leads_go_on=leads_go_on, seen=print_of
    )


def jobs(person: Person) -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(select(Employment).where(Employment.person_id == person.id).order_by(Employment.id))
    return [(row.agency.name if row.agency else "", row.from_on, row.to_on) for row in rows]


def lead(agency: Agency) -> Person:
    person = make_person("Lea", agency=agency)
    db.session.add(RoleGrant(person=person, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2024, 1, 1)))
    db.session.flush()
    return person


def test_all_that_is_an_agencys_goes_to_its_successor(app: Flask) -> None:
    old, new, child = make_agency("Abbey School"), make_agency("Castle Academy"), make_agency("Abbey Nursery")
    set_parent(COMMAND, child, old, date(2020, 1, 1))
    set_domains(COMMAND, old, ["abbey.example", "both.example"])
    set_domains(COMMAND, new, ["both.example"])
    add_alias(COMMAND, old, "The Abbey")
    person, leader = make_person(agency=old), lead(old)
    coming = make_booking(make_session(), person)
    on_list = {"state": BookingState.WAITING, "confirmed_at": None, "waiting_since": clock.now()}
    waiting = make_booking(make_session(), person, **on_list)
    past = make_booking(make_session(on=date(2026, 11, 2)), person)
    today = make_booking(make_session(on=date(2026, 12, 3)), person)
    cancelled = make_booking(make_session(), make_person(agency=old), state=BookingState.LAPSED)
    found = end(old, new)
    assert (found.people, found.leads, found.coming, found.children) == (
        3, [leader.name], 3, ["Abbey Nursery"]
    )  # fmt: skip
    assert jobs(person) == [
        ("Abbey School", date(2020, 1, 1), LAST), ("Castle Academy", date(2026, 12, 3), None)
    ]  # fmt: skip
    moved = jobs_ids(person)[-1]
    for booking in (coming, waiting, today):
        assert (booking.agency_id, booking.employment_id) == (new.id, moved)
    assert (past.agency_id, cancelled.agency_id) == (old.id, old.id)
    assert domains_of(COMMAND, new) == ["abbey.example", "both.example"]
    assert [alias.name for alias in aliases_of(COMMAND, new)] == ["Abbey School", "The Abbey"]
    assert [agency.name for agency in children_of(COMMAND, new)] == ["Abbey Nursery"]
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == leader.id).order_by(RoleGrant.id)).all()
    assert [(grant.agency_id, grant.to_on) for grant in grants] == [(old.id, LAST), (new.id, None)]
    assert (old.ended_on, old.successor_id) == (LAST, new.id)
    with pytest.raises(Refused, match="ended already"):
        end(old, new)


def jobs_ids(person: Person) -> list[int]:
    return list(
        db.session.scalars(select(Employment.id).where(Employment.person_id == person.id).order_by(Employment.id))
    )


def test_bringing_it_back_leaves_everything_as_it_was(app: Flask) -> None:
    old, new, child = make_agency("Abbey School"), make_agency("Castle Academy"), make_agency("Abbey Nursery")
    set_parent(COMMAND, child, old, date(2020, 1, 1))
    set_parent(COMMAND, old, make_agency("Council"), date(2020, 1, 1))
    set_domains(COMMAND, old, ["abbey.example", "both.example"])
    set_domains(COMMAND, new, ["both.example"])
    person, leader = make_person(agency=old), lead(old)
    booking = make_booking(make_session(), person)
    was = (jobs(person), jobs(leader), booking.employment_id)
    before = seen(old, None)
    end(old, new)
    bring_back(COMMAND, old.id, "the wrong school")
    db.session.expire_all()
    assert (jobs(person), jobs(leader), booking.employment_id) == was
    assert (old.ended_on, old.successor_id, booking.agency_id) == (None, None, old.id)
    assert (domains_of(COMMAND, old), domains_of(COMMAND, new)) == (["abbey.example", "both.example"], ["both.example"])
    assert [agency.name for agency in children_of(COMMAND, old)] == ["Abbey Nursery"]
    after = seen(old, None)
    assert (after.people, after.leads, after.coming, after.names) == (
        before.people, before.leads, before.coming, before.names
    )  # fmt: skip
    assert db.session.query(AgencyAlias).count() == 0
    with pytest.raises(Refused, match="no ending to take back"):
        bring_back(COMMAND, old.id, "again")
    assert end(old, new).people == 2, "it can end once more"


def test_what_happened_since_is_not_undone(app: Flask, wall_clock: WallClock) -> None:
    old, new = make_agency("Abbey School"), make_agency("Castle Academy")
    person = make_person(agency=old)
    make_booking(make_session(), person)
    end(old, new)
    later = db.session.get_one(Employment, jobs_ids(person)[-1])
    made = make_booking(make_session(), person, employment=later, agency=new)
    with pytest.raises(Refused, match="changed again since"):
        bring_back(COMMAND, old.id, "wrong")
    db.session.delete(made)
    later.to_on = date(2027, 1, 1)
    db.session.flush()
    old.ended_on = date(2026, 12, 1)
    db.session.flush()
    with pytest.raises(Refused, match="changed again since"), db.session.begin_nested():
        bring_back(COMMAND, old.id, "wrong")
    old.ended_on = LAST
    db.session.flush()
    wall_clock.forward(days=40)
    with pytest.raises(Refused, match="has begun since"):
        bring_back(COMMAND, old.id, "wrong")


def test_a_closed_school_keeps_places_and_asks_where_people_work(app: Flask) -> None:
    school = make_agency("Abbey School")
    person = make_person(agency=school)
    bookings = [make_booking(make_session(), person) for _ in range(2)]
    leader = lead(school)
    end(school, None)
    assert [(booking.state, booking.agency_id) for booking in bookings] == [(BookingState.CONFIRMED, None)] * 2
    assert jobs(person) == [("Abbey School", date(2020, 1, 1), LAST)]
    told = db.session.scalars(select(OutboxMessage)).all()
    assert [(message.recipient_address, message.kind) for message in told] == [(person.address, "agency-closed")]
    assert "Abbey School has closed" in told[0].body_text
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == leader.id)).one()
    assert grant.to_on == LAST
    bring_back(COMMAND, school.id, "it has not closed")
    assert {booking.agency_id for booking in bookings} == {school.id}


@pytest.mark.parametrize("leads_go_on", [True, False])
def test_deputies_below_end_where_the_leads_of_the_agency_do_not_go_on(app: Flask, leads_go_on: bool) -> None:
    old, new, child = make_agency("Abbey"), make_agency("Castle"), make_agency("Nursery")
    set_parent(COMMAND, child, old, date(2020, 1, 1))
    lead(old)
    deputy = RoleGrant(
        person=make_person(), role=Role.AGENCY_LEAD, agency=child, is_deputy=True, from_on=date(2024, 1, 1)
    )
    db.session.add(deputy)
    db.session.flush()
    end(old, new, leads_go_on=leads_go_on)
    db.session.commit()
    assert deputy.to_on == (None if leads_go_on else LAST)
    told = set(db.session.scalars(select(OutboxMessage.recipient_address)))
    assert (deputy.person.address in told) is not leads_go_on
    bring_back(COMMAND, old.id, "a mistake")
    db.session.commit()
    assert deputy.to_on is None


def test_who_works_at_both_keeps_one_job(app: Flask) -> None:
    old, new = make_agency("Abbey School"), make_agency("Castle Academy")
    person = make_person(agency=old)
    there = Employment(
        person_id=person.id, agency=new, job_role="SOCIAL worker", standing=Standing.VOUCHED, from_on=date(2024, 1, 1)
    )
    later = Employment(
        person_id=make_person().id, agency=old, job_role="Nurse", standing=Standing.VOUCHED, from_on=date(2027, 1, 1)
    )
    db.session.add_all([there, later])
    booking = make_booking(make_session(), person)
    end(old, new, leads_go_on=False)
    assert booking.employment_id == there.id
    assert jobs(person) == [("Abbey School", date(2020, 1, 1), LAST), ("Castle Academy", date(2024, 1, 1), None)]
    assert (later.agency_id, later.to_on) == (new.id, None)


def test_a_successor_below_takes_the_place_in_the_tree(app: Flask) -> None:
    council, old, branch, new = (make_agency(name) for name in ("Council", "Old", "Branch", "New"))
    for agency, above in ((old, council), (branch, old), (new, branch)):
        set_parent(COMMAND, agency, above, date(2020, 1, 1))
    end(old, new)
    assert [agency.name for agency in children_of(COMMAND, council)] == ["Branch"]
    assert [agency.name for agency in children_of(COMMAND, branch)] == ["New"]


def test_what_cannot_be_is_refused(app: Flask) -> None:
    one, two = make_agency("One"), make_agency("Two")
    for last_on, successor, reason in (
        (date(2026, 12, 4), two, "today or earlier"),
        (LAST, one, "own place"),
    ):
        with pytest.raises(Refused, match=reason):
            end(one, successor, last_on)
    with pytest.raises(Refused) as refused:
        end_agency(COMMAND, one.id, two.id, LAST, reason="", leads_go_on=True, seen="something else")
    assert refused.value.sentence == SEEN_OTHERWISE
    before = seen(one, two).fingerprint
    make_booking(make_session(), make_person(agency=one))
    with pytest.raises(Refused, match="Something changed"):
        end_agency(COMMAND, one.id, two.id, LAST, reason="", leads_go_on=True, seen=before)
    end(one, two)
    with pytest.raises(Refused, match="One has ended itself"):
        end(two, one)


def _merge(one: int, two: int, seen_before: str) -> str:
    return str(end_agency(COMMAND, one, two, LAST, reason="r", leads_go_on=True, seen=seen_before).people)


def test_two_who_merge_two_agencies_into_each_other_do_not_both_succeed(app: Flask) -> None:
    one, two = make_agency("One"), make_agency("Two")
    make_booking(make_session(), make_person(agency=one))
    make_booking(make_session(), make_person(agency=two))
    deeds = [
        partial(_merge, one.id, two.id, seen(one, two).fingerprint),
        partial(_merge, two.id, one.id, seen(two, one).fingerprint),
        partial(_merge, one.id, two.id, seen(one, two).fingerprint),
    ]
    db.session.commit()
    outcomes = run_at_once(app, [[deed] for deed in deeds])
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sum(bool(outcome.refused) for outcome in outcomes) == 2
    assert db.session.query(Agency).filter(Agency.ended_on.is_not(None)).count() == 1
    assert db.session.query(Employment).count() == 3


def test_the_desk_sees_it_first_and_then_does_it(client: Client, app: Flask) -> None:
    old, new = make_agency("Abbey School"), make_agency("Castle Academy")
    booking = make_booking(make_session(), make_person(agency=old))
    code, new_id, booking_id = old.code, new.id, booking.id
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/agencies/{code}/merge")
    assert client.submit(page, status=400).errors[0] == "Select the agency that takes its place"
    asked = {
        "successor": str(new_id),
        "leads": "go-on",
        "last_on-day": "2",
        "last_on-month": "12",
        "last_on-year": "2026",
    }
    late = client.submit(page, {**asked, "last_on-year": "2027"}, status=400)
    assert late.errors == ["The last day must be today or earlier"]
    shown = client.submit(page, asked)
    assert "1 coming booking follows to Castle Academy" in shown
    assert db.session.get_one(Agency, new_id).ended_on is None
    assert client.submit(shown, status=400).errors == ["Enter the reason"]
    make_person("Late", agency=db.session.scalars(select(Agency).where(Agency.code == code)).one())
    db.session.commit()
    again = client.submit(shown, {"reason": "They merged"}, status=400)
    assert again.errors == [SEEN_OTHERWISE]
    assert "The jobs of 2 people end that day and go on at Castle Academy" in again
    done = client.submit(again, {"reason": "They merged"}, follow=True)
    assert done.flashes == ["Abbey School is merged into Castle Academy: 2 people, 1 coming bookings."]
    assert db.session.get_one(Booking, booking_id).agency_id == new_id
    db.session.rollback()
    client.get(f"/desk/agencies/{code}/merge", status=404)
    assert "agency-ending" not in client.get("/desk/imports")
    back = client.click(done, "Bring it back")
    assert client.submit(back, status=400).errors == ["Enter what was wrong"]
    returned = client.submit(back, {"reason": "Not yet"}, follow=True)
    assert "all that went with its end is back" in returned.flashes[0]
    reasons = set(db.session.scalars(select(AuditEntry.reason).where(AuditEntry.subject_kind == "agency")))
    assert {"They merged", "Not yet"} <= reasons


def test_the_desk_ends_a_school_that_closed(client: Client, app: Flask) -> None:
    code = make_agency("Abbey School").code
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/agencies/{code}/end")
    day = {"last_on-day": "31", "last_on-month": "8", "last_on-year": "2026"}
    shown = client.submit(page, day)
    assert "Nobody works there." in shown
    done = client.submit(shown, {"reason": "Closed by the council"}, follow=True)
    assert "Ended on Monday 31 August 2026." in done
