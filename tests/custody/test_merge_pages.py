"""The pages of merging: finding the other record, looking at both, the deed, taking it back, and who may."""

import pytest

from tests.custody.people import a_record, with_account
from tests.factories import make_agency, make_booking, make_person, make_session
from tests.pages import Client
from training.core.database import db
from training.core.viewer import Role
from training.custody.queries_merge import DESK_LABELS
from training.custody.stages import everything_held
from training.people.models import Person


@pytest.fixture
def desk(client: Client) -> Client:
    officer = make_person("Olive", "Officer", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def two_records() -> tuple[Person, Person]:
    agency = make_agency("Council")
    first = a_record("Priya", "Banerjee", agency_id=agency.id, job_role="Teacher")
    second = a_record("Priya", "Banerjee", agency_id=agency.id, job_role="Teacher")
    session = make_session()
    make_booking(session, first)
    make_booking(session, second)
    with_account(first)
    with_account(second)
    db.session.commit()
    return first, second


def test_two_records_are_found_compared_merged_and_taken_apart(desk: Client) -> None:
    first, second = two_records()
    kept, gone = first.ref, second.ref
    pairs = desk.get("/desk/people/duplicates")
    assert [row[2] for row in pairs.rows()] == ["Same name and agency"]
    found = desk.click(desk.get(f"/desk/people/{kept}"), "Merge with another record of the same person")
    assert [row[0] for row in found.rows()] == [f"Priya Banerjee {gone}"]
    page = desk.click(found, f"Compare with {gone}")
    assert "a place that is free by that goes to the waiting list" in page
    assert "it is one job" in page
    assert "is closed and signed out everywhere" in page
    missing = desk.submit(page, {}, status=400)
    assert missing.errors == ["Select the record that is kept", "Enter how you know that this is one person"]
    shown = desk.submit(page, {"keep": kept, "reason": "Asked her"}, follow=True)
    assert shown.flashes == [f"{gone} is merged into the record of Priya Banerjee."]
    assert "“Asked her”" in shown
    moved = desk.get(f"/desk/people/{gone}", status=302)
    assert moved.location.endswith(f"/desk/people/{kept}")
    desk.get(f"/desk/people/{gone}/edit", status=404)
    assert "No likely duplicates" in desk.get("/desk/people/duplicates")
    undo = desk.click(shown, f"Undo the merging of {gone}")
    apart = desk.submit(undo, {}, follow=True)
    assert apart.flashes == [f"{gone} is a record of its own again."]
    desk.submit(undo, {"form_token": "another-token-of-24-char"}, status=404)


def test_what_may_not_be_merged_says_why_and_has_no_button(desk: Client) -> None:
    person, powerful = a_record(), make_person("Sy", role=Role.SYSTEM)
    ref, other = person.ref, powerful.ref
    db.session.commit()
    page = desk.get(f"/desk/people/{ref}/merge/{other}")
    assert "has a role that you cannot give" in page
    assert "Merge the two records" not in page.buttons
    desk.post(f"/desk/people/{ref}/merge/{other}", {"keep": ref, "reason": "x"}, status=400)
    db.session.expire_all()
    assert powerful.merged_into_id is None
    assert "this is the same one" in desk.get(f"/desk/people/{ref}/merge/{ref}")


def test_nobody_but_an_officer_merges(client: Client) -> None:
    first, second = two_records()
    address = f"/desk/people/{first.ref}/merge/{second.ref}"
    for role in (Role.ADMINISTRATOR, Role.SYSTEM, Role.TRAINER):
        client.sign_in(make_person(role=role))
        client.get(address, status=403)
        client.get("/desk/people/duplicates", status=403)


def test_a_staff_number_of_one_agency_is_one_person(desk: Client) -> None:
    agency, other = make_agency(), make_agency()
    for family, at, number in (("Shah", agency, "77"), ("Banerjee", agency, "77"), ("Cole", other, "77")):
        a_record("Priya", family, agency_id=at.id, job_role="Teacher", staff_number=number)
    db.session.commit()
    assert [row[2] for row in desk.get("/desk/people/duplicates").rows()] == ["Same staff number"]


def test_the_desk_never_reads_what_is_said_to_the_person() -> None:
    labels = [DESK_LABELS.get(name, held.label) for name, held in everything_held().items() if held.moving]
    assert [label for label in labels if {"you", "your"} & set(label.lower().split())] == []
