"""How far it is known that somebody works where they say, and whom their manager is."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask

from tests.bookings.race import run_at_once
from tests.factories import make_agency, make_person, viewer_of
from training.agencies.models import Agency
from training.agencies.operations import set_domains
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.people.mail import CHOOSE
from training.people.models import Employment, Person, RoleGrant, Standing
from training.people.operations_jobs import Job, add_employment, change_employment, move_agency
from training.people.operations_standing import confirm_manager, refuse_manager, say_no, vouch
from training.people.queries import person_by_ref
from training.people.queries_agency import jobs_to_confirm, managers_to_confirm
from training.people.queries_contacts import ContactKind, manager_contact, who_receives
from training.people.ticks import judge_standings


def lead_of(*agencies: Agency, deputy: bool = False) -> tuple[Person, Viewer]:
    """A lead of the agencies, and the same as a viewer."""
    person = make_person("Lena")
    for agency in agencies:
        grant = RoleGrant(
            person=person, role=Role.AGENCY_LEAD, agency=agency, is_deputy=deputy, from_on=date(2020, 1, 1)
        )
        db.session.add(grant)
    db.session.flush()
    grants = tuple(Grant(Role.AGENCY_LEAD, agency.id) for agency in agencies)
    return person, Viewer(ViewerKind.PERSON, person.id, grants)


def began(person: Person, agency: Agency, manager_name: str = "", manager_address: str = "") -> Employment:
    """A job that the person wrote down."""
    job = Job(job_role="Nurse", agency_id=agency.id, manager_name=manager_name, manager_address=manager_address)
    return add_employment(viewer_of(person), person, job, clock.today())


def with_domain(*domains: str) -> Agency:
    agency = make_agency()
    set_domains(COMMAND, agency, domains)
    return agency


def test_a_confirmed_address_on_the_domain_shows_where_somebody_works(app: Flask) -> None:
    agency = with_domain("people.example")
    assert began(make_person(), agency).standing is Standing.BY_ADDRESS
    unproven = make_person()
    unproven.addresses[0].confirmed_at = None
    assert began(unproven, agency).standing is Standing.ASKED
    assert began(make_person(), with_domain("other.example")).standing is Standing.ASKED
    assert began(make_person(), make_agency()).standing is Standing.ASKED


def test_the_lead_and_the_desk_vouch_for_whom_they_write_down_and_not_for_themselves(app: Flask) -> None:
    agency, other = make_agency(), make_agency()
    lead, viewer = lead_of(agency)
    officer = make_person(role=Role.OFFICER)
    job = Job(job_role="Nurse", agency_id=agency.id, manager_name="Grace", manager_address="grace@else.example")
    vouched = add_employment(viewer, make_person(), job, clock.today())
    assert (vouched.standing, vouched.settled_by_id) == (Standing.VOUCHED, lead.id)
    assert vouched.manager_confirmed_at is not None
    assert add_employment(viewer, lead, job, clock.today()).standing is Standing.ASKED
    assert add_employment(viewer_of(officer, Role.OFFICER), make_person(), job, clock.today()).standing is (
        Standing.VOUCHED
    )
    assert add_employment(viewer_of(officer, Role.OFFICER), officer, job, clock.today()).standing is Standing.ASKED
    elsewhere = add_employment(viewer, make_person(), Job(job_role="Nurse", agency_id=other.id), clock.today())
    assert elsewhere.standing is Standing.ASKED


def test_standing_follows_the_domains_of_the_agency(app: Flask) -> None:
    agency = with_domain("old.example")
    job = began(make_person(), agency, manager_address="boss@people.example")
    vouched = make_person(agency=agency).employments[0]
    job_id, vouched_id, agency_id = job.id, vouched.id, agency.id
    db.session.commit()
    assert judge_standings() == 0
    set_domains(COMMAND, db.session.get_one(Agency, agency_id), ["people.example"])
    db.session.commit()
    assert judge_standings() == 1
    found = db.session.get_one(Employment, job_id)
    assert (found.standing, found.manager_confirmed_at is not None) == (Standing.BY_ADDRESS, True)
    set_domains(COMMAND, db.session.get_one(Agency, agency_id), [])
    db.session.commit()
    assert judge_standings() == 1
    assert db.session.get_one(Employment, job_id).standing is Standing.ASKED
    assert db.session.get_one(Employment, vouched_id).standing is Standing.VOUCHED


def test_a_move_begins_from_nothing(app: Flask) -> None:
    agency, other = with_domain("people.example"), make_agency()
    person = make_person()
    job = began(person, agency)
    moved = move_agency(viewer_of(person), job, Job(job_role="Nurse", agency_id=other.id), clock.today())
    assert moved.standing is Standing.ASKED
    change_employment(viewer_of(person), moved, Job(job_role="Nurse", agency_id=agency.id))
    assert moved.standing is Standing.BY_ADDRESS


def test_who_is_asked_for_is_on_the_list_to_confirm_and_nowhere_else(app: Flask) -> None:
    agency = make_agency()
    _, viewer = lead_of(agency)
    person = make_person("Ada", "Obi")
    job = began(person, agency)
    assert person_by_ref(viewer, person.ref) is None
    assert [(row.name, row.job_role) for row in jobs_to_confirm(viewer, at_desk=False)] == [("Ada Obi", "Nurse")]
    db.session.commit()
    vouch(viewer, job.id)
    assert person_by_ref(viewer, person.ref) is person
    assert jobs_to_confirm(viewer, at_desk=False) == []
    with pytest.raises(Refused, match="settled this meanwhile"):
        vouch(viewer, job.id)


def test_a_no_is_kind_and_leaves_the_name_of_the_agency(app: Flask) -> None:
    agency = make_agency("Hill School")
    _, viewer = lead_of(agency)
    person = make_person("Ada")
    job = began(person, agency)
    db.session.commit()
    say_no(viewer, job.id, "They left in August")
    db.session.commit()
    assert (job.agency_id, job.agency_named, job.standing) == (None, "Hill School", Standing.REFUSED)
    message = db.session.scalars(db.select(OutboxMessage)).one()
    assert message.recipient_address == person.address
    assert "They left in August" in message.body_text
    assert "Your account and your bookings stay as they are" in message.body_text
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.deed == "did not know")).one()
    assert entry.reason == "They left in August"


def test_nobody_settles_what_is_not_theirs(app: Flask) -> None:
    agency, other = make_agency(), make_agency()
    lead, viewer = lead_of(agency)
    own, elsewhere = began(lead, agency), began(make_person(), other)
    db.session.commit()
    with pytest.raises(Refused, match="Somebody else must confirm"):
        vouch(viewer, own.id)
    with pytest.raises(LookupError):
        vouch(viewer, elsewhere.id)
    with pytest.raises(LookupError):
        say_no(viewer, elsewhere.id, "No")
    with pytest.raises(LookupError):
        vouch(viewer_of(make_person()), elsewhere.id)


def test_a_manager_is_asked_once_and_the_mail_names_nobody(app: Flask) -> None:
    person = make_person("Ada", "Obi")
    job = began(person, make_agency("Hill School"), manager_name="Grace", manager_address="grace@else.example")
    assert job.manager_confirmed_at is None
    change_employment(
        viewer_of(person),
        job,
        Job(job_role="Sister", agency_id=job.agency_id, manager_name="G", manager_address="grace@else.example"),
    )
    message = db.session.scalars(db.select(OutboxMessage)).one()
    assert message.recipient_address == "grace@else.example"
    for told in ("Ada", "Obi", "Hill School", "Sister", person.address or ""):
        assert told not in message.body_text + message.subject


def test_an_unconfirmed_person_has_nobody_written_to(app: Flask) -> None:
    person = make_person()
    person.addresses[0].confirmed_at = None
    began(person, make_agency(), manager_address="grace@else.example")
    assert db.session.scalars(db.select(OutboxMessage)).all() == []


def test_a_new_address_of_the_manager_is_confirmed_anew(app: Flask) -> None:
    person = make_person()
    agency = with_domain("people.example")
    job = began(person, agency, manager_address="grace@people.example")
    assert job.manager_confirmed_at is not None
    change_employment(
        viewer_of(person), job, Job(job_role="Nurse", agency_id=agency.id, manager_address="g@else.example")
    )
    assert job.manager_confirmed_at is None


def test_nobody_is_their_own_manager_and_none_means_none(app: Flask) -> None:
    person, agency = make_person(address="ada@school.example"), make_agency()
    with pytest.raises(Refused, match="not the person’s own"):
        began(person, agency, manager_address="ada+boss@school.example")
    with pytest.raises(Refused, match="not both") as refused:
        add_employment(
            viewer_of(person),
            person,
            Job(job_role="Carer", agency_id=agency.id, manager_address="g@school.example", has_no_manager=True),
            clock.today(),
        )
    assert refused.value.field == "has_no_manager"


def test_the_lead_says_whether_a_manager_is_one(app: Flask) -> None:
    agency = make_agency()
    _, viewer = lead_of(agency)
    jobs = [began(make_person(), agency, manager_address=f"m{n}@else.example") for n in (1, 2)]
    db.session.commit()
    with pytest.raises(LookupError):
        confirm_manager(viewer, jobs[0].id)
    for job in jobs:
        vouch(viewer, job.id)
    db.session.commit()
    assert len(managers_to_confirm(viewer, at_desk=False)) == 2
    confirm_manager(viewer, jobs[0].id)
    db.session.commit()
    refuse_manager(viewer, jobs[1].id)
    db.session.commit()
    assert managers_to_confirm(viewer, at_desk=False) == []
    assert manager_contact(jobs[0]).kind is ContactKind.MANAGER
    assert jobs[1].manager_address == ""


def test_who_is_asked_in_place_of_a_manager(app: Flask) -> None:
    agency = make_agency()
    person = make_person(agency=agency)
    job = person.employments[0]
    assert manager_contact(job).kind is ContactKind.OFFICER
    deputy, _ = lead_of(agency, deputy=True)
    assert manager_contact(job).person_id == deputy.id
    lead, _ = lead_of(agency)
    assert (manager_contact(job).kind, manager_contact(job).person_id) == (ContactKind.LEAD, lead.id)
    job.manager_address, job.manager_confirmed_at = "grace@else.example", None
    assert manager_contact(job).person_id == lead.id
    job.standing = Standing.ASKED
    assert manager_contact(job).kind is ContactKind.OFFICER


def test_a_lead_receives_what_is_for_somebody_without_an_address_and_no_secret(app: Flask) -> None:
    agency = make_agency()
    person = make_person("Carol", address=None, agency=agency)
    assert who_receives(person).person_id == person.id
    lead, _ = lead_of(agency)
    to = who_receives(person)
    assert (to.address, to.on_behalf_of) == (lead.address, person.name)
    person.employments[0].standing = Standing.ASKED
    assert who_receives(person).address != lead.address
    with pytest.raises(ValueError, match="for its owner only"):
        enqueue(CHOOSE, {}, key="k", stream="s", about="a", to=Recipient("L", "l@x.example", 1, on_behalf_of="Carol"))


def test_two_leads_who_answer_at_once_settle_a_job_once(app: Flask) -> None:
    agency = make_agency("Sandby")
    leads = [lead_of(agency)[1] for _ in range(2)]
    person = make_person("Ada", agency=agency)
    person.employments[0].standing = Standing.ASKED
    job_id = person.employments[0].id
    db.session.commit()
    yes, no = leads
    outcomes = run_at_once(app, [[partial(_key, vouch, yes, job_id)], [partial(_key, say_no, no, job_id, "They left")]])
    assert sorted(bool(outcome.refused) for outcome in outcomes) == [False, True]
    assert not any(outcome.error for outcome in outcomes)
    settled = db.session.get_one(Employment, job_id)
    assert (settled.standing is Standing.VOUCHED) is (settled.agency_id is not None)


def _key(deed: Callable[..., Employment], *arguments: object) -> int:
    return deed(*arguments).id
