"""The desk's audit log, as the officer and the system administrator read it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, number, viewer_of
from tests.pages import Client
from training.core import audit, clock
from training.core.audit import AuditEntry, AuditValues
from training.core.audit_log import deeds
from training.core.database import db
from training.core.subjects import subjects
from training.core.viewer import COMMAND, Role, ViewerKind
from training.people.models import Person
from training.people.operations_jobs import Job, add_employment
from training.tables import METADATA


@pytest.fixture
def officer(app: Flask) -> Person:
    person = make_person("Ruth", "Adeyemi", role=Role.OFFICER)
    db.session.commit()
    return person


@pytest.fixture
def desk(client: Client, officer: Person) -> Client:
    """Signed in as the officer."""
    client.sign_in(officer)
    return client


def test_an_empty_log_says_what_will_be_there(desk: Client) -> None:
    assert "Nothing was done yet" in desk.get("/desk/audit")


def test_the_administrator_may_not_read_it_and_the_system_administrator_may(client: Client, app: Flask) -> None:
    people = {role: make_person(role=role) for role in (Role.ADMINISTRATOR, Role.SYSTEM)}
    db.session.commit()
    client.sign_in(people[Role.ADMINISTRATOR])
    client.get("/desk/audit", status=403)
    client.get("/desk/audit.csv", status=403)
    assert deeds(viewer_of(people[Role.ADMINISTRATOR], Role.ADMINISTRATOR)) == []
    client.sign_in(people[Role.SYSTEM])
    assert "Audit log" in client.get("/desk/audit")


def test_an_entry_says_who_what_about_whom_from_what_to_what_and_why(desk: Client, officer: Person) -> None:
    person, school, nursery = make_person("Priya", "Banerjee"), make_agency("Hill School"), make_agency("Little Nest")
    job = add_employment(COMMAND, person, Job(job_role="Teacher", agency_id=school.id), clock.today())
    audit.record(
        viewer_of(officer, Role.OFFICER),
        "moved",
        job,
        before={"agency_id": school.id, "to_on": None, "has_no_manager": False, "standing": "asked"},
        after={"agency_id": nursery.id, "to_on": "2026-12-03", "has_no_manager": True, "standing": "vouched"},
        reason="She rang",
    )
    db.session.commit()
    page = desk.get("/desk/audit")
    _, who, deed, about, changes, why = page.rows()[0]
    assert (who, deed, why) == ("Ruth Adeyemi", "moved", "She rang")
    assert about == "Job Priya Banerjee"
    for line in (
        "Agency Hill School → to Little Nest",
        "To nothing → to 3 Dec 2026",
        "Has no manager no → to yes",
        "Standing To be confirmed by the agency → to Confirmed",
    ):
        assert line in changes, changes
    assert len(page.select(f'a[href="/desk/people/{person.ref}"]')) == 2
    assert page.rows()[1][1] == "A command on the server"


def test_everything_done_about_a_person_is_found_by_their_reference(desk: Client) -> None:
    priya, other = make_person("Priya", "Banerjee"), make_person("Tom", "Reid")
    course_session = make_session(make_course("Neglect"))
    for person in (priya, other):
        audit.record(COMMAND, "added", person)
        audit.record(COMMAND, "booked", make_booking(course_session, person))
    audit.record(COMMAND, "published the session", course_session)
    db.session.commit()
    assert [row[2] for row in desk.get(f"/desk/audit?about={priya.ref}").rows()] == ["booked", "added"]
    by_session = desk.get(f"/desk/audit?about={course_session.ref.lower()}").rows()
    assert [row[2] for row in by_session] == ["published the session", "booked", "booked"]
    assert "Nothing was found" in desk.get("/desk/audit?about=P-NONE")
    assert desk.get(f"/desk/people/{priya.ref}").one(f'a[href="/desk/audit?about={priya.ref}"]')


def test_filters_by_actor_deed_days_and_words_of_the_reason(
    desk: Client, officer: Person, wall_clock: WallClock
) -> None:
    viewer, subject = viewer_of(officer, Role.OFFICER), make_person()
    for day, deed, reason in (
        (1, "changed", "asked by telephone"),
        (2, "closed", "Asked in writing"),
        (3, "opened", None),
    ):
        wall_clock.set(f"2026-12-0{day} 23:30")
        audit.record(viewer, deed, subject, reason=reason)
        db.session.flush()
    audit.record(COMMAND, "opened", subject)
    db.session.commit()
    wall_clock.set("2026-12-04 10:00")
    desk.sign_in(officer)

    def found(query: str) -> list[str]:
        return [row[2] for row in desk.get(f"/desk/audit?{query}").rows()]

    assert found("who=ruth+adey") == ["opened", "closed", "changed"]
    assert found(f"who={officer.ref}&deed=closed") == ["closed"]
    assert found("kind=command") == ["opened"]
    assert found("words=ASKED+writing") == ["closed"]
    assert found("begins-day=2&begins-month=12&begins-year=2026&ends-day=2&ends-month=12&ends-year=2026") == ["closed"]
    assert "Nothing was found" in desk.get("/desk/audit?who=nobody")
    late = desk.get("/desk/audit?begins-day=3&begins-month=12&begins-year=2026&ends-day=2&ends-month=12&ends-year=2026",
                    status=400)  # fmt: skip
    assert late.errors == ["The last day must be the same as or after the first day"]
    assert desk.get("/desk/audit?deed=unheard", status=400).errors == ["Select an action"]
    desk.get("/desk/audit?before=x", status=404)


def test_pages_follow_the_key_and_neither_repeat_nor_leave_out(desk: Client, wall_clock: WallClock) -> None:
    subject = make_person()
    moment = clock.now() - timedelta(days=2)
    for step in range(120):
        # Three at a time in one moment, as deeds of one transaction are.
        with clock.as_of(moment + timedelta(minutes=step // 3)):
            audit.record(COMMAND, f"deed {step:03}", subject)
    db.session.commit()
    seen: list[str] = []
    address: str | None = "/desk/audit"
    while address:
        page = desk.get(address)
        seen += [row[2] for row in page.rows()]
        older = page.select("a[rel=next]")
        address = str(older[0]["href"]) if older else None
    assert seen == [f"deed {step:03}" for step in reversed(range(120))]
    assert "120 entries, newest first" in desk.get("/desk/audit")


def test_erased_values_say_so_and_missing_rows_too(desk: Client, database: Engine) -> None:
    person = make_person()
    audit.record(COMMAND, "changed", person, before={"given_name": "Pia"}, after={"given_name": "Priya"})
    db.session.add(
        AuditEntry(actor_kind=ViewerKind.WORKER, deed="discarded", subject_kind="course_session", subject_id=999999)
    )
    db.session.commit()
    assert "First name Pia → to Priya" in desk.get("/desk/audit").rows()[1][4]
    with database.begin() as connection:
        connection.execute(METADATA.tables[AuditValues.__tablename__].delete())
    rows = desk.get("/desk/audit").rows()
    assert rows[1][4] == "Erased, because it was past its time"
    assert rows[0][3] == "Session No longer there"


def test_the_sheet_holds_what_the_filters_ask(desk: Client) -> None:
    person = make_person("Priya", "Banerjee")
    audit.record(COMMAND, "changed", person, before={"telephone": ""}, after={"telephone": "=1+1"}, reason="-because")
    audit.record(COMMAND, "added", make_agency())
    db.session.commit()
    lines = desk.get(f"/desk/audit.csv?about={person.ref}").body.decode().splitlines()
    assert len(lines) == 2
    assert f"Person,Priya Banerjee,{person.ref},Telephone: nothing → =1+1,'-because" in lines[1]


def test_every_table_with_a_key_that_people_change_is_called_something(app: Flask) -> None:
    """A guard: a new table needs a name in the log, or belongs to those that are never a subject."""
    silent = {
        "agency_agreement", "answer", "audit_entry", "audit_values", "batch_row", "booking_warning", "calendar_entry",
        "calendar_reply", "course_audience", "course_equivalent", "course_prerequisite", "digest_off",
        "evaluation_request", "first_request", "group_refusal", "limit_count", "mailbox_position", "manager_told",
        "mark_change", "merge_step", "message_also", "note", "outcome_statement", "period_done", "plan_target",
        "question", "register", "requirement", "session_change", "session_part", "signed_link", "spent_form_token",
        "worker_seen",
    }  # fmt: skip
    assert set(METADATA.tables) - silent - set(subjects()) == set()


def test_every_kind_of_subject_can_be_found_and_described(desk: Client) -> None:
    for table in subjects():
        db.session.add(
            AuditEntry(actor_kind=ViewerKind.COMMAND, deed="did", subject_kind=table, subject_id=number() + 10**6)
        )
    db.session.commit()
    for subject in subjects().values():
        db.session.execute(subject.rows.limit(1)).all()
    assert len(desk.get("/desk/audit").rows()) == min(50, len(subjects()))
