"""Who leads an agency: asking to, answering, deputies, and time that ends."""

from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_person, viewer_of
from tests.pages import Client
from tests.people.test_standing import lead_of
from training.agencies.models import Agency
from training.agencies.operations import set_parent
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import LeadRequest, Person, RequestState, RoleGrant
from training.people.operations_leads import (
    ask_to_lead,
    decline_request,
    grant_request,
    name_deputy,
    withdraw_request,
)
from training.people.operations_roles import end_role, grant_role
from training.people.queries_leads import leads_ending, open_requests, request_by_ref
from training.people.ticks import warn_of_ending_leads


def trust_and_school() -> tuple[Agency, Agency]:
    trust, school = make_agency("Trust"), make_agency("School")
    set_parent(COMMAND, school, trust, clock.today())
    return trust, school


def asked(agency: Agency, *, as_deputy: bool = False) -> LeadRequest:
    """Somebody's request."""
    person = make_person("Ada")
    db.session.commit()
    request = ask_to_lead(viewer_of(person), agency.id, as_deputy, "I am the safeguarding lead")
    db.session.commit()
    return request


def written_to() -> list[str]:
    return list(db.session.scalars(db.select(OutboxMessage.recipient_address).order_by(OutboxMessage.id)))


def test_the_lead_above_is_asked_else_the_desk(app: Flask) -> None:
    trust, school = trust_and_school()
    asked(school)
    lead, viewer = lead_of(trust)
    request = asked(school)
    assert written_to() == ["training@partnership.example", lead.address]
    assert {row.ref for row in open_requests(viewer, at_desk=False)} >= {request.ref}
    assert open_requests(viewer_of(make_person()), at_desk=False) == []


def test_who_may_answer(app: Flask) -> None:
    trust, school = trust_and_school()
    _, above = lead_of(trust)
    _, same = lead_of(school)
    _, deputy = lead_of(trust, deputy=True)
    _, elsewhere = lead_of(make_agency())
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    administrator = viewer_of(make_person(role=Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    full, second = asked(school), asked(school, as_deputy=True)
    for viewer, seen in (
        (above, (full, second)), (same, (second,)), (deputy, ()), (elsewhere, ()), (officer, (full, second)),
        (administrator, ()),
    ):  # fmt: skip
        found = [request for request in (full, second) if request_by_ref(viewer, request.ref) is not None]
        assert found == list(seen)
    assert [row.ref for row in open_requests(same, at_desk=False)] == [second.ref]
    with pytest.raises(LookupError):
        grant_request(same, full.id, clock.today(), None)


def test_yes_gives_the_role_for_the_time_and_no_more_than_the_lead_has(app: Flask) -> None:
    trust, school = trust_and_school()
    lead, viewer = lead_of(trust)
    ends = clock.today() + timedelta(days=90)
    db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == lead.id)).one().to_on = ends
    request = asked(school)
    for too_long in (None, ends + timedelta(days=1)):
        with pytest.raises(Refused, match="Your own time as lead ends"):
            grant_request(viewer, request.id, clock.today(), too_long)
        db.session.rollback()
    grant = grant_request(viewer, request.id, clock.today(), ends)
    db.session.commit()
    assert (grant.person_id, grant.agency_id, grant.to_on) == (request.person_id, school.id, ends)
    assert request.state is RequestState.GRANTED
    with pytest.raises(Refused, match="answered this meanwhile"):
        decline_request(viewer, request.id, "Too late")
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.deed == "granted")).one()
    assert entry.values is not None
    assert entry.values.after["to_on"] == str(ends)
    assert entry.values.after["from_on"] == str(clock.today())


def test_one_request_for_an_agency_at_a_time(app: Flask) -> None:
    _, school = trust_and_school()
    request = asked(school)
    viewer = viewer_of(request.person)
    with pytest.raises(Refused, match="asked for this agency already"):
        ask_to_lead(viewer, school.id, as_deputy=False, reason="Again")
    db.session.rollback()
    with pytest.raises(LookupError):
        withdraw_request(viewer_of(make_person()), request.id)
    db.session.rollback()
    withdraw_request(viewer, request.id)
    db.session.commit()
    ask_to_lead(viewer, school.id, as_deputy=False, reason="Again")
    grant_role(COMMAND, request.person, Role.AGENCY_LEAD, school.id)
    db.session.commit()
    with pytest.raises(Refused, match="You are that already"):
        ask_to_lead(viewer, school.id, as_deputy=False, reason="Again")


def test_a_lead_names_deputies_and_a_deputy_names_nobody(app: Flask) -> None:
    trust, school = trust_and_school()
    lead, viewer = lead_of(trust)
    _, deputy = lead_of(trust, deputy=True)
    colleague, ends = make_person(), clock.today() + timedelta(days=60)
    db.session.commit()
    grant = name_deputy(viewer, colleague, school.id, clock.today(), ends)
    assert (grant.is_deputy, grant.role) == (True, Role.AGENCY_LEAD)
    for wrong in (deputy, viewer_of(make_person())):
        with pytest.raises(LookupError):
            name_deputy(wrong, make_person(), school.id, clock.today(), ends)
    with pytest.raises(Refused, match="your own deputy"):
        name_deputy(viewer, lead, trust.id, clock.today(), ends)
    with pytest.raises(LookupError):
        name_deputy(viewer, colleague, make_agency().id, clock.today(), ends)


def the_grant(person: Person) -> RoleGrant:
    return db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == person.id)).one()


def test_deputies_end_with_the_last_lead_and_are_told_why(app: Flask) -> None:
    trust, school = trust_and_school()
    lead, _ = lead_of(trust)
    there, below, elsewhere = (lead_of(one, deputy=True)[0] for one in (trust, school, make_agency()))
    below_grant, ends = the_grant(below), clock.today() + timedelta(days=60)
    below_grant.to_on = ends
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    db.session.commit()
    end_role(officer, the_grant(lead), clock.today())
    db.session.commit()
    assert [the_grant(one).to_on for one in (lead, there, below)] == [clock.today()] * 3
    assert the_grant(elsewhere).to_on is None
    assert written_to() == [there.address, below.address]
    said = db.select(AuditEntry).filter_by(subject_kind="role_grant", subject_id=below_grant.id)
    entry = db.session.scalars(said).one()
    assert (entry.deed, entry.reason, entry.actor_id) == (
        "ended", "No training lead is left to stand in for", officer.person_id,
    )  # fmt: skip
    assert entry.values is not None
    assert (entry.values.before, entry.values.after) == ({"to_on": str(ends)}, {"to_on": str(clock.today())})


def test_deputies_stay_while_a_lead_is_left_there_or_above_it(app: Flask) -> None:
    trust, school = trust_and_school()
    above, second = lead_of(trust)[0], lead_of(trust)[0]
    there, deputy = lead_of(school)[0], lead_of(school, deputy=True)[0]
    db.session.commit()
    for lead in (there, above):
        end_role(COMMAND, the_grant(lead), clock.today())
        db.session.commit()
        assert the_grant(deputy).to_on is None
    end_role(COMMAND, the_grant(second), clock.today() + timedelta(days=7))
    db.session.commit()
    assert the_grant(deputy).to_on == clock.today() + timedelta(days=7)


def test_deputies_stay_for_a_lead_who_begins_the_next_day_and_not_for_one_who_begins_later(app: Flask) -> None:
    school, other = make_agency(), make_agency()
    for agency, wait, stays in ((school, 1, True), (other, 2, False)):
        lead, deputy = lead_of(agency)[0], lead_of(agency, deputy=True)[0]
        begins = clock.today() + timedelta(days=wait)
        grant_role(COMMAND, make_person(), Role.AGENCY_LEAD, agency.id, begins)
        db.session.commit()
        end_role(COMMAND, the_grant(lead), clock.today())
        db.session.commit()
        assert (the_grant(deputy).to_on is None) is stays


def test_a_longer_time_for_a_lead_and_the_end_of_a_deputy_end_nobody_else(app: Flask) -> None:
    school = make_agency()
    lead, first, second = lead_of(school)[0], lead_of(school, deputy=True)[0], lead_of(school, deputy=True)[0]
    the_grant(lead).to_on = clock.today()
    db.session.commit()
    end_role(COMMAND, the_grant(lead), clock.today() + timedelta(days=5))
    end_role(COMMAND, the_grant(first), clock.today())
    db.session.commit()
    assert the_grant(second).to_on is None
    assert written_to() == []


def test_two_leads_who_end_at_one_moment_leave_no_deputy(app: Flask) -> None:
    school = make_agency()
    leads, deputy = [the_grant(lead_of(school)[0]).id for _ in range(2)], lead_of(school, deputy=True)[0].id
    db.session.commit()
    outcomes = run_at_once(app, [[partial(end_now, key)] for key in leads])
    assert [outcome.returned for outcome in outcomes] == ["ended", "ended"]
    ends = db.session.scalars(db.select(RoleGrant.to_on).where(RoleGrant.person_id == deputy)).one()
    assert ends == clock.today()


def end_now(grant_id: int) -> str:
    end_role(COMMAND, db.session.get_one(RoleGrant, grant_id), clock.today())
    return "ended"


def test_time_that_ends_is_said_once_to_the_lead_and_shown_at_the_desk(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    agency = make_agency()
    lead, _ = lead_of(agency)
    grant = db.session.scalars(db.select(RoleGrant)).one()
    grant.created_at = clock.now() - timedelta(days=200)
    grant.to_on = date(2026, 12, 20)
    address, name = lead.address, agency.name
    db.session.commit()
    assert warn_of_ending_leads() == 1
    assert warn_of_ending_leads() == 0
    assert written_to() == [address]
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    assert [row.agency for row in leads_ending(officer)] == [name]
    assert leads_ending(viewer_of(make_person())) == []


def test_from_asking_to_the_page_of_the_agency(client: Client) -> None:
    _, school = trust_and_school()
    person, officer = make_person("Ada", "Obi"), make_person("Olive", role=Role.OFFICER)
    ref, school_id = person.ref, school.id
    db.session.commit()
    client.sign_in(person)
    client.get("/agency", 403)
    page = client.get("/my/agency/ask")
    assert client.submit(page, {}, button="Ask", status=400).errors == [
        "Select the agency", "Select what you want to be", "Enter the reason",
    ]  # fmt: skip
    shown = client.submit(page, {"agency": str(school_id), "part": "lead", "reason": "I am"}, button="Ask", follow=True)
    assert "Waiting for an answer" in shown
    client.sign_in(officer)
    listed = client.get("/desk/people/lead-requests")
    answer = client.click(listed, "Ada Obi")
    assert client.submit(answer, {"decision": "no"}, button="Send the answer", status=400).errors == ["Enter why not"]
    assert not answer.select("input[type=radio][checked]")
    done = client.submit(answer, {"decision": "yes"}, button="Send the answer", follow=True)
    assert "Ada Obi is training lead of School, and is told." in done.flashes
    client.sign_in(db.session.scalars(db.select(Person).where(Person.ref == ref)).one())
    assert "You lead the training of School." in client.get("/agency")


def test_deputies_are_named_and_ended_on_their_page(client: Client) -> None:
    school = make_agency("School")
    lead, _ = lead_of(school)
    colleague, stranger = make_person("Ada", "Obi", agency=school), make_person("Eve")
    school_id, known, unknown = school.id, colleague.ref, stranger.address
    db.session.commit()
    client.sign_in(lead)
    page = client.get("/agency/deputies")
    answers = {
        "agency": str(school_id), "person": unknown, "to_on-day": "1", "to_on-month": "3", "to_on-year": "2030",
    }  # fmt: skip
    wrong = client.submit(page, answers, button="Name the deputy", status=400)
    assert wrong.errors == ["Nobody among your people has this address or reference"]
    shown = client.submit(wrong, {"person": known.lower()}, button="Name the deputy", follow=True)
    assert "Ada Obi stands in for you, and is told." in shown.flashes
    ended = client.submit(client.click(shown, "End the time of Ada Obi"), button="End it", follow=True)
    assert "The time of Ada Obi as deputy ends." in ended.flashes
    client.sign_in(db.session.scalars(db.select(Person).where(Person.ref == known)).one())
    page = client.get("/agency/deputies")
    assert "Name the deputy" not in page.buttons
    client.post("/agency/deputies", answers, status=403)
