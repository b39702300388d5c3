"""Adding people, their jobs and their roles: what is refused, and what is kept of before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.factories import make_agency, make_person, viewer_of
from training.accounts.passwords import fault_in
from training.agencies.operations import set_parent
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant, Standing
from training.people.operations import NewPerson, add_person, change_person, open_account
from training.people.operations_jobs import Job, add_employment, end_employment, move_agency
from training.people.operations_roles import end_role, grant_role
from training.people.queries import current_employments, person_by_ref, search_people
from training.people.rules import is_shared_mailbox, may_grant

LAST_WEEK = timedelta(days=7)


def ada(**more: object) -> NewPerson:
    wanted: dict[str, object] = {"given_name": "Ada", "family_name": "O’Bríen", "address": "Ada@Council.example"}
    return NewPerson(**{**wanted, **more})  # pyright: ignore[reportArgumentType]


def test_a_new_person_is_found_however_they_are_typed(app: Flask) -> None:
    agency = make_agency()
    person = add_person(COMMAND, ada(agency_id=agency.id, job_role="Nurse", confirmed=True))
    db.session.commit()
    assert person.ref.startswith("P-")
    assert person.address == "ada@council.example"
    for words in ("ada", "O'BRIEN", "obrien ada", "council.example", person.ref.lower()):
        assert db.session.scalars(search_people(COMMAND, words)).all() == [person], words
    assert db.session.scalars(search_people(COMMAND, "ada smith")).all() == []
    assert [job.job_role for job in current_employments(COMMAND, person.id, clock.today())] == ["Nurse"]
    assert {entry.deed for entry in db.session.scalars(db.select(AuditEntry))} == {"added", "began"}


def test_an_address_belongs_to_one_person(app: Flask) -> None:
    add_person(COMMAND, ada())
    with pytest.raises(Refused, match="known already") as refused:
        add_person(COMMAND, ada(address="ADA@council.example"))
    assert refused.value.field == "address"
    assert add_person(COMMAND, ada(address=None)).address is None


@pytest.mark.parametrize(
    "mailbox", ["office", "Admin", "office2", "school.office", "info", "office-stmarys", "no-reply"]
)
def test_shared_mailboxes_are_refused_with_a_reason(app: Flask, mailbox: str) -> None:
    with pytest.raises(Refused, match="for one person"):
        add_person(COMMAND, ada(address=f"{mailbox}@school.example"))


@pytest.mark.parametrize("mailbox", ["ada.obi", "a.office-smith", "headley", "infante", "1234"])
def test_people_keep_their_own_mailboxes(mailbox: str) -> None:
    assert not is_shared_mailbox(f"{mailbox}@school.example")


def test_a_missing_agency_never_stops_anybody(app: Flask) -> None:
    person = add_person(COMMAND, ada(agency_named="Sandby Foster Care", job_role="Carer"))
    (job,) = person.employments
    assert (job.agency_id, job.agency_named) == (None, "Sandby Foster Care")
    with pytest.raises(Refused, match="Select an agency"):
        add_employment(COMMAND, person, Job(job_role="Carer"), clock.today())
    with pytest.raises(Refused, match="Select an agency"):
        add_employment(COMMAND, person, Job(job_role="Carer", agency_id=987654), clock.today())


def test_nobody_is_their_own_manager(app: Flask) -> None:
    with pytest.raises(Refused, match="not the person’s own"):
        add_person(COMMAND, ada(agency_named="X", job_role="Y", manager_address="ada@council.example"))


def test_moving_agency_ends_one_job_and_begins_another(app: Flask) -> None:
    before, after = make_agency("Before"), make_agency("After")
    person = make_person(agency=before)
    (old,) = person.employments
    new = move_agency(COMMAND, old, Job(job_role="Lead", agency_id=after.id), clock.today())
    assert (old.agency, old.to_on) == (before, clock.today() - timedelta(days=1))
    assert (new.agency_id, new.from_on, new.to_on) == (after.id, clock.today(), None)
    again = move_agency(COMMAND, new, Job(job_role="Head", agency_id=before.id), clock.today())
    assert again is new
    assert len(person.employments) == 2
    with pytest.raises(Refused, match="must not be before"):
        move_agency(COMMAND, new, Job(job_role="X", agency_id=after.id), clock.today() - LAST_WEEK)
    with pytest.raises(Refused, match="must not be before the first"):
        end_employment(COMMAND, new, clock.today() - LAST_WEEK)


def test_a_lead_sees_their_people_and_nobody_else(app: Flask) -> None:
    council, school, other = (make_agency(name) for name in ("Council", "School", "Other"))
    set_parent(COMMAND, school, council, clock.today())
    teacher, stranger, leaver = make_person(agency=school), make_person(agency=other), make_person(agency=school)
    end_employment(COMMAND, leaver.employments[0], clock.today() - timedelta(days=1))
    myself = make_person()
    lead = Viewer(ViewerKind.PERSON, myself.id, (Grant(Role.AGENCY_LEAD, council.id),))
    seen = {person.id for person in db.session.scalars(search_people(lead, ""))}
    assert seen == {teacher.id, myself.id}
    assert person_by_ref(lead, stranger.ref) is None
    assert person_by_ref(lead, teacher.ref.lower()) is teacher
    assert current_employments(lead, stranger.id, clock.today()) == []
    assert db.session.scalars(search_people(viewer_of(stranger, Role.TRAINER, Role.VIEWER), "")).all() == [stranger]


@pytest.mark.parametrize(
    ("role", "wanted", "may"),
    [
        (Role.OFFICER, Role.TRAINER, True),
        (Role.OFFICER, Role.AGENCY_LEAD, True),
        (Role.OFFICER, Role.VIEWER, True),
        (Role.OFFICER, Role.ADMINISTRATOR, False),
        (Role.OFFICER, Role.OFFICER, False),
        (Role.OFFICER, Role.SYSTEM, False),
        (Role.SYSTEM, Role.SYSTEM, True),
        (Role.SYSTEM, Role.OFFICER, True),
        (Role.SYSTEM, Role.LEARNER, False),
        (Role.ADMINISTRATOR, Role.TRAINER, False),
    ],
)
def test_who_may_give_which_role(role: Role, wanted: Role, may: bool) -> None:
    assert may_grant(Viewer(ViewerKind.PERSON, 1, (Grant(role),)), wanted) is may


def test_a_role_has_its_reach_and_its_time(app: Flask) -> None:
    officer, person, agency = viewer_of(make_person(), Role.OFFICER), make_person(), make_agency()
    with pytest.raises(Refused, match="cannot give the role learning"):
        grant_role(officer, person, Role.OFFICER)
    with pytest.raises(Refused, match="Select the agency"):
        grant_role(officer, person, Role.AGENCY_LEAD)
    with pytest.raises(Refused, match="Only an agency training lead"):
        grant_role(officer, person, Role.TRAINER, agency.id)
    grant = grant_role(officer, person, Role.AGENCY_LEAD, agency.id)
    with pytest.raises(Refused, match="already"):
        grant_role(officer, person, Role.AGENCY_LEAD, agency.id)
    grant_role(officer, person, Role.AGENCY_LEAD, make_agency().id)
    end_role(officer, grant, clock.today() - LAST_WEEK)
    assert grant.to_on == grant.from_on


def test_the_last_system_administrator_stays(app: Flask) -> None:
    one, two = make_person(role=Role.SYSTEM), make_person()
    viewer = viewer_of(one, Role.SYSTEM)
    grant = db.session.scalars(db.select(RoleGrant)).one()
    with pytest.raises(Refused, match="Somebody else must be"):
        end_role(viewer, grant, clock.today())
    grant_role(viewer, two, Role.SYSTEM)
    end_role(viewer, grant, clock.today())
    assert grant.to_on == clock.today()


def test_the_address_of_somebody_with_a_higher_role_cannot_be_taken(app: Flask) -> None:
    helper = viewer_of(make_person(), Role.ADMINISTRATOR)
    officer, learner = make_person(role=Role.OFFICER), make_person()
    with pytest.raises(Refused, match="can change their address"):
        change_person(helper, officer, {}, "thief@elsewhere.example")
    open_account(learner, None, clock.now())
    assert change_person(helper, learner, {"given_name": "Sal"}, "New@council.example")
    assert learner.account is not None
    assert learner.account.email == "new@council.example"
    assert learner.addresses[0].confirmed_at is None
    assert learner.search_text.startswith("sal ")


def test_an_account_needs_an_address_and_there_is_one(app: Flask) -> None:
    with pytest.raises(Refused, match="no email address"):
        open_account(make_person(address=None), None, None)
    person = make_person()
    open_account(person, None, None)
    with pytest.raises(Refused, match="an account already"):
        open_account(person, None, None)


DAY, DAY_BEFORE = date(2026, 1, 2), date(2026, 1, 1)
ASKED = {"standing": Standing.ASKED}


@pytest.mark.parametrize(
    ("name", "kind", "columns"),
    [
        ("ck_employment_period_runs_forward", Employment, {**ASKED, "agency_named": "X", "to_on": DAY_BEFORE}),
        ("ck_employment_agency_known_or_named", Employment, {**ASKED}),
        (
            "ck_employment_no_manager_no_address",
            Employment,
            {**ASKED, "agency_named": "X", "has_no_manager": True, "manager_address": "g@b.example"},
        ),
        (
            "ck_employment_confirmed_manager_has_address",
            Employment,
            {**ASKED, "agency_named": "X", "manager_confirmed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        ),
        ("ck_role_grant_deputies_are_leads", RoleGrant, {"role": Role.TRAINER, "is_deputy": True}),
        ("ck_role_grant_period_runs_forward", RoleGrant, {"role": Role.TRAINER, "to_on": DAY_BEFORE}),
        ("ck_role_grant_learner_is_everybody", RoleGrant, {"role": Role.LEARNER}),
        ("ck_role_grant_lead_has_agency", RoleGrant, {"role": Role.AGENCY_LEAD}),
        ("ck_email_address_lower_case", EmailAddress, {"address": "A@b.example", "is_primary": False}),
    ],
)
def test_the_database_holds_what_must_never_break(
    app: Flask, name: str, kind: type[Employment | RoleGrant | EmailAddress], columns: dict[str, object]
) -> None:
    usual = {Employment: {"job_role": "x", "from_on": DAY}, RoleGrant: {"from_on": DAY}, EmailAddress: {}}[kind]
    db.session.add(kind(person_id=make_person().id, **usual, **columns))
    with pytest.raises(IntegrityError, match=name):
        db.session.flush()
    db.session.rollback()


def test_the_database_holds_one_primary_address_and_one_account(app: Flask) -> None:
    person = make_person()
    db.session.commit()
    for row in (
        EmailAddress(person_id=person.id, address="second@council.example", is_primary=True),
        Account(person_id=person.id, email="a@b.example", fs_uniquifier="one"),
    ):
        if isinstance(row, Account):
            db.session.add(Account(person_id=person.id, email="c@d.example", fs_uniquifier="two"))
        db.session.add(row)
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()
    assert db.session.query(Person).count() == 1


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "P@ssw0rd!2026",
        "safeguarding2026",
        "aaaaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop123",
        "",
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    assert fault_in(password)


@pytest.mark.parametrize("password", ["correct horse staple", "Tram-9-Lantern-Soup", "ẞtraße über Ödland"])
def test_other_passwords_are_taken(password: str) -> None:
    assert fault_in(password) == ""
