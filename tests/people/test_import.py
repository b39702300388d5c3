"""Importing people at the desk: known by address or number, never by name; changed, not doubled; undone as one."""

from datetime import date

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_person, make_session
from tests.pages import Client
from tests.people.files import bring, jobs, person_called, press, sheet, verdicts
from training.agencies.models import Agency
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.tasks import TaskRefused
from training.core.viewer import COMMAND, Role
from training.people.importing import import_people
from training.people.models import Employment, Person, Standing

PAGE = "/desk/people/import"
HEAD = "given name|family name|email|agency|job role"


@pytest.fixture
def desk(client: Client, wall_clock: WallClock) -> Client:
    """Signed in as an officer on a day in December."""
    wall_clock.set("2026-12-03 09:30")
    officer = make_person("Ruth", "Adeyemi", role=Role.OFFICER)
    make_agency("Sandby Council")
    make_agency("Sandby Hospital")
    db.session.commit()
    client.sign_in(officer)
    return client


def council() -> Agency:
    return db.session.scalars(db.select(Agency).where(Agency.name == "Sandby Council")).one()


def test_people_are_added_with_their_jobs_and_taken_back(desk: Client) -> None:
    people = db.session.query(Person).count()
    content = sheet(
        f"{HEAD}|staff number|manager name|manager email|from|to|telephone",
        "Priya|Banerjee|Priya.Banerjee@sandby.example|sandby council|Nurse|007|Jo M|jo@sandby.example|1/4/2026||01632",
        "Priya|Banerjee|priya.banerjee@sandby.example|Sandby Hospital|Bank nurse||||||",
        "Owen|Reed||Sandby Council|Porter|008|||1 May 2026|31 May 2027|",
    )
    address = bring(desk, PAGE, content)
    assert verdicts(desk.get(address)) == [
        ("Added", "Priya Banerjee is added, at Sandby Council from 1 April 2026 as Nurse."),
        ("Added", "Another job of Priya Banerjee (row 2) at Sandby Hospital from 3 December 2026 as Bank nurse."),
        ("Added", "Owen Reed is added, at Sandby Council from 1 May 2026 as Porter."),
    ]
    applied = press(desk, address, "Apply the file")
    assert applied.flashes == ["Applied: 3 rows carried out."]
    assert jobs("Banerjee") == [
        ("Sandby Council", "Nurse", date(2026, 4, 1), None),
        ("Sandby Hospital", "Bank nurse", date(2026, 12, 3), None),
    ]
    priya = person_called("Banerjee")
    assert (priya.address, priya.telephone) == ("priya.banerjee@sandby.example", "01632")
    first = priya.employments[0]
    assert (first.standing, first.manager_address) == (Standing.VOUCHED, "jo@sandby.example")
    assert first.manager_confirmed_at is not None
    assert "banerjee" in priya.search_text
    assert db.session.query(OutboxMessage).count() == 0
    told = {entry.deed for entry in db.session.scalars(db.select(AuditEntry)) if entry.subject_kind == "person"}
    assert told == {"added"}
    assert press(desk, f"{address}/undo", "Undo the file").flashes == ["Undone: 3 rows taken back."]
    assert db.session.query(Person).count() == people
    assert db.session.query(Employment).count() == 0


def test_the_same_file_twice_changes_nothing(desk: Client) -> None:
    content = sheet(f"{HEAD}|from", "Owen|Reed|owen@sandby.example|Sandby Council|Porter|1 May 2026")
    press(desk, bring(desk, PAGE, content), "Apply the file")
    again = desk.get(bring(desk, PAGE, content))
    assert [row[2] for row in again.rows()] == ["As it is"]
    assert again.buttons == ["Give up: keep nothing"]


def test_a_known_person_gets_changed_jobs_and_history_stays(desk: Client) -> None:
    make_person("Owen", "Reed", address="owen@sandby.example", agency=council())
    db.session.commit()
    content = sheet(
        f"{HEAD}|from",
        "Owen|Reed|owen@sandby.example|Sandby Council|Senior social worker|1 September 2026",
        "Owen|Reed|owen@sandby.example|Sandby Hospital|Safeguarding lead|1 October 2026",
    )
    address = bring(desk, PAGE, content)
    press(desk, address, "Apply the file")
    assert jobs("Reed") == [
        ("Sandby Council", "Social worker", date(2020, 1, 1), date(2026, 8, 31)),
        ("Sandby Council", "Senior social worker", date(2026, 9, 1), None),
        ("Sandby Hospital", "Safeguarding lead", date(2026, 10, 1), None),
    ]
    press(desk, f"{address}/undo", "Undo the file")
    assert jobs("Reed") == [("Sandby Council", "Social worker", date(2020, 1, 1), None)]
    correction = sheet(HEAD, "Owen|Read|owen@sandby.example|Sandby Council|Family worker")
    address = bring(desk, PAGE, correction)
    assert "Last name: “Reed” → “Read”. Role: “Social worker” → “Family worker”." in desk.get(address)
    press(desk, address, "Apply the file")
    assert jobs("Read") == [("Sandby Council", "Family worker", date(2020, 1, 1), None)]


def test_a_name_alone_is_never_enough(desk: Client) -> None:
    owen = make_person("Owen", "Reed", address="owen@sandby.example", agency=council()).ref
    db.session.commit()
    content = sheet(HEAD, "owen|REED|o.reed@home.example|Sandby Council|Porter")
    page = desk.get(bring(desk, PAGE, content))
    assert verdicts(page) == [
        (
            "Problem",
            f"This may be the same person as Owen Reed ({owen}), who works there already. "
            f"Put {owen} in the column “reference”, or “new” if this is somebody else.",
        )
    ]
    somebody_else = sheet(f"{HEAD}|reference", "Owen|Reed|o.reed@home.example|Sandby Council|Porter|new")
    press(desk, bring(desk, PAGE, somebody_else), "Apply the file")
    assert db.session.query(Person).where(Person.family_name == "Reed").count() == 2
    the_same = sheet(f"{HEAD}|reference", f"Owen|Reed||Sandby Council|Porter|{owen.lower()}")
    press(desk, bring(desk, PAGE, the_same), "Apply the file")
    assert db.session.query(Person).where(Person.family_name == "Reed").count() == 2


def test_every_row_says_what_is_wrong_and_the_others_can_be_applied(desk: Client) -> None:
    make_person("Ada", "Long", address="ada@sandby.example", agency=council()).employments[0].staff_number = "99"
    make_person("Bo", "Short", address="bo@sandby.example")
    db.session.commit()
    content = sheet(
        f"{HEAD}|staff number|manager email|from|to|workforce group|reference",
        "Sam|Lee|office@sandby.example|Sandby Council|Porter||||||",
        "Sam|Lee||Sandby Council|Porter||||||",
        "Sam|Lee|sam@sandby.example|Nowhere|Porter||||||",
        "Sam|Lee|lee@sandby.example|Sandby Council|||||||",
        "Sam|Lee|sam@sandby.example|Sandby Council|Porter||sam+m@sandby.example||||",
        "Sam|Lee|sam@sandby.example|Sandby Council|Porter|||5 May 2026|1 May 2026||",
        "Sam|Lee|sam@sandby.example|Sandby Council|Porter|||soon|||",
        "Sam|Lee|sam@sandby.example|Sandby Council|Porter|||||11|",
        "Other|Name||Sandby Council|Porter|99|||||",
        "Ada|Long|bo@sandby.example|Sandby Council|Porter|||||| ",
        "www.spam.example|Lee|spam@sandby.example|Sandby Council|Porter||||||",
        "Sam|Lee|sam@sandby.example|Sandby Council|Porter||||||P-NOBODY",
        "Kim|Fine|kim@sandby.example|Sandby Council|Porter||||||",
    )
    address = bring(desk, PAGE, content)
    page = desk.get(address)
    problems = [row[3] for row in page.rows() if row[2] == "Problem"]
    assert [problem[:60] for problem in problems] == [
        "Enter your own address: office@ looks like a mailbox that se",
        "Give an email address or a staff number: a name alone does n",
        "No agency is called “Nowhere”.",
        "Nobody here is meant, and somebody new needs a job role.",
        "The manager’s address is the person’s own.",
        "The last day must not be before the first.",
        "“from” must be a day, like 1 April 2026, not “soon”.",
        "There is no workforce group “11”. Give its number or its nam",
        "The staff number 99 is that of Ada Long (" + problems[8][41:60],
        "A name must not contain a web or email address. Put a space ",
        "Nobody has the reference P-NOBODY.",
    ]
    assert [row[0] for row in desk.get(f"{address}?show=add").rows()] == ["14"]
    assert press(desk, address, "Apply the file").flashes == ["Applied: 2 rows carried out."]
    assert person_called("Fine").address == "kim@sandby.example"
    lines = desk.get(f"{address}/problems.csv").body.decode("utf-8-sig").splitlines()
    assert len(lines) == 12
    assert lines[0].startswith("row,problem,given name")


def test_what_is_built_upon_stays(desk: Client) -> None:
    content = sheet(
        HEAD,
        "Owen|Reed|owen@sandby.example|Sandby Council|Porter",
        "Ada|Long|ada@sandby.example|Sandby Council|Porter",
    )
    address = bring(desk, PAGE, content)
    press(desk, address, "Apply the file")
    make_booking(make_session(), person_called("Reed"))
    db.session.commit()
    page = desk.get(f"{address}/undo")
    assert "a booking" in page
    refused = desk.post(f"{address}/undo", status=400)
    assert "Not everything can be taken back (row 2:" in refused.errors[0]
    done = desk.submit(page, button="Undo the others", follow=True)
    assert done.flashes == ["Undone: 1 row taken back. 1 could not be, and stay."]
    assert person_called("Reed").employments
    assert db.session.query(Person).where(Person.family_name == "Long").count() == 0


def test_somebody_who_came_meanwhile_is_seen_before_anything_is_applied(desk: Client) -> None:
    address = bring(desk, PAGE, sheet(HEAD, "Owen|Reed|owen@sandby.example|Sandby Council|Porter"))
    make_person("Owen", "Reed", address="owen@sandby.example")
    db.session.commit()
    page = press(desk, address, "Apply the file")
    assert page.flashes[0].startswith("Nothing was applied: since you looked, 1 row has come out differently.")
    assert [row[2] for row in page.rows()] == ["Changed"]
    press(desk, address, "Apply the file")
    assert jobs("Reed") == [("Sandby Council", "Porter", date(2026, 12, 3), None)]


def test_only_officers_bring_people(client: Client) -> None:
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    client.get(PAGE, status=403)


def test_the_template_is_a_file_that_can_be_brought(desk: Client) -> None:
    empty = desk.get(f"{PAGE}/template/xlsx").body
    address = bring(desk, PAGE, empty, "people.xlsx")
    assert verdicts(desk.get(address)) == [
        ("Added", "Sam Reed is added, at Sandby Council from 1 April 2026 as Social worker.")
    ]


def test_the_command_only_looks_when_asked_to(app: Flask) -> None:
    make_agency("Sandby Council")
    content = sheet(HEAD, "Owen|Reed|owen@sandby.example|Sandby Council|Porter")
    said = import_people(COMMAND, content, check=True)
    assert said[-1] == "Rows read: 1. Added: 1. Changed: 0. Left: 0. As they were: 0."
    assert db.session.query(Person).count() == 0
    import_people(COMMAND, content)
    assert db.session.query(Person).count() == 1
    with pytest.raises(TaskRefused) as refused:
        import_people(COMMAND, sheet(HEAD, "|||Nowhere|", "|||Sandby Council|"))
    assert [problem[:6] for problem in refused.value.problems] == ["Row 2:", "Row 2:", "Row 3:"]
