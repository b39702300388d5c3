"""What is held about one person: all of it, readable, for nobody else, and about nobody else."""

import json
from typing import Any

from flask import Flask

from tests.custody.people import a_record, an_officer
from tests.custody.test_anonymising import GIVEN, somebody
from tests.factories import make_booking, make_person, make_session, viewer_of
from tests.pages import Client
from training.core import audit
from training.core.database import db
from training.core.holdings import table_of
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.custody.naming import CALLED
from training.custody.operations_merge import merge_people
from training.custody.person_data import data_of
from training.custody.stages import everything_held
from training.people.models import Person


def told(person: Person) -> dict[str, list[dict[str, Any]]]:
    """What the person is given."""
    return {section.heading: section.rows for section in data_of(viewer_of(person), person.id)}


def test_every_row_that_a_row_about_somebody_leads_to_has_a_name() -> None:
    led = {
        key.column.table.name
        for name, holding in everything_held().items()
        if holding.about
        for column in table_of(name).c
        if column.name not in holding.shown_without and column.name not in holding.done_by
        for key in column.foreign_keys
    }
    nameless = led - set(CALLED) - {"person", "audit_entry", "merge"}
    assert nameless == set(), "say in custody/naming.py what a row of these tables is called"


def test_everything_is_in_it(app: Flask) -> None:
    person = somebody()
    found = told(person)
    assert found["You"][0]["First name"] == GIVEN
    for heading in (
        "Email addresses", "Jobs", "Account", "Sign-ins", "Bookings", "Messages", "Your answers", "Log of changes",
        "What you need to take part in a session", "What you asked us to keep for next time",
        "Sessions you came to without a booking", "Evaluations asked of you", "Links given out",
    ):  # fmt: skip
        assert found[heading], heading
    assert found["Jobs"][0]["Manager name"] == "Marmalade"
    assert {row.get("Text") for row in found["Your answers"]} == {None, "Marmalade sandwiches", "Pace"}
    assert found["Log of changes"][-1]["After"] == {"First name": "Marmalade"}


def test_secrets_stay_out(app: Flask) -> None:
    person = somebody()
    account = person.account
    assert account is not None
    message = db.session.scalars(db.select(OutboxMessage)).first()
    assert message is not None
    assert message.secrets
    text = json.dumps(told(person))
    for secret in (*message.secrets, str(account.password), account.fs_uniquifier):
        assert secret not in text
    assert "[link]" in text


def test_nobody_else_is_in_it(app: Flask) -> None:
    person, officer = somebody(), make_person("Oswald", "Officerson", role=Role.OFFICER)
    beside = a_record("Bertram", "Beside")
    session = make_session()
    booking = make_booking(session, person, booked_by_id=officer.id)
    make_booking(session, beside)
    audit.record(viewer_of(officer, Role.OFFICER), "changed", booking, after={"booked_by_id": officer.id, "x": 1})
    db.session.add(
        OutboxMessage(
            key="lead", kind="k", stream="s", about=f"booking:{booking.id}", person_id=beside.id,
            recipient_name="Bertram Beside", recipient_address="b@x.example", subject="About a booking",
            body_text="Hello Bertram", body_html="", message_id="<1@x.example>",
        )
    )  # fmt: skip
    db.session.commit()
    text = json.dumps(told(person))
    for name in ("Oswald", "Officerson", "Bertram", "Beside", "b@x.example"):
        assert name not in text
    assert "The training team" in text
    assert "About a booking" in text


def test_records_that_were_merged_are_part_of_it(app: Flask) -> None:
    kept, merged = a_record(), a_record("Prudence", "Former")
    db.session.commit()
    merge_people(an_officer(), kept.id, merged.id, "Asked her")
    db.session.commit()
    assert [row["First name"] for row in told(kept)["You"]] == ["Priya", "Prudence"]


def test_everybody_gets_their_own_and_nobody_elses(client: Client) -> None:
    person, other = somebody(), a_record("Bertram", "Beside")
    ref = person.ref
    db.session.commit()
    client.sign_in(other)
    for address in ("/my/account/data", "/my/account/data.json", "/my/account/data.html"):
        assert GIVEN not in client.get(address).text
        assert GIVEN not in client.get(f"{address}?ref={ref}").text
    client.get(f"/desk/people/{ref}/data", status=403)
    client.get(f"/desk/people/{ref}/data/read.json", status=403)
    client.sign_in(person)
    page = client.get("/my/account/data")
    assert page.h1 == "Everything held about you"
    answer = client.get("/my/account/data.json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.body)["data"]["You"][0]["First name"] == GIVEN
    client.sign_out()
    client.get("/my/account/data.json", status=302)


def test_an_officer_says_why_first_and_the_log_keeps_it(client: Client) -> None:
    person = somebody()
    ref, key = person.ref, person.id
    client.sign_in(make_person(role=Role.OFFICER))
    for ending in ("", ".json", ".html"):
        assert client.get(f"/desk/people/{ref}/data/read{ending}", status=302).location.endswith(f"{ref}/data")
    page = client.click(client.get(f"/desk/people/{ref}"), "Everything held about this person")
    assert client.submit(page, {"reason": ""}, status=400).errors == ["Enter why you need this"]
    shown = client.submit(page, {"reason": "Asked by telephone"}, follow=True)
    assert shown.h1.startswith(f"Everything held about {GIVEN}")
    assert client.get(f"/desk/people/{ref}/data/read.json").headers["Content-Type"] == "application/json"
    entry = db.session.scalars(db.select(audit.AuditEntry).where(audit.AuditEntry.reason == "Asked by telephone")).one()
    assert (entry.subject_kind, entry.subject_id) == ("person", key)
    client.sign_in(make_person(role=Role.OFFICER))
    client.get(f"/desk/people/{ref}/data/read.json", status=302)
    client.sign_in(make_person(role=Role.ADMINISTRATOR))
    client.get(f"/desk/people/{ref}/data", status=403)


def test_an_officer_reads_how_many_evaluation_answers_and_the_person_which(client: Client) -> None:
    person = somebody()
    ref, key = person.ref, person.id
    officer = make_person(role=Role.OFFICER)
    client.sign_in(officer)
    client.submit(client.get(f"/desk/people/{ref}/data"), {"reason": "Asked by telephone"})
    promise = (
        "Evaluation answers: 3 given. They are left out here, because people were promised that nobody reads them with "
        "their name. The person can download them from their own account."
    )
    answered = ("Marmalade sandwiches", "Pace", "Which?", "How good?")
    for ending in ("", ".html", ".json"):
        shown = client.get(f"/desk/people/{ref}/data/read{ending}").body.decode()
        assert promise in shown, ending
        assert GIVEN in shown
        assert [words for words in answered if words in shown] == [], ending
    given = json.loads(client.get(f"/desk/people/{ref}/data/read.json").body)
    assert "Your answers" not in given["data"]
    assert given["left_out"] == {"Your answers": promise}
    for viewer in (viewer_of(officer, Role.OFFICER), COMMAND):
        assert [part.rows for part in data_of(viewer, key) if part.heading == "Your answers"] == [[]]
    client.sign_in(db.session.get_one(Person, key))
    for ending in ("", ".html", ".json"):
        own = client.get(f"/my/account/data{ending}").body.decode()
        assert promise not in own
        assert [words for words in answered if words not in own] == [], ending
    assert json.loads(client.get("/my/account/data.json").body)["left_out"] == {}


def test_an_officer_reads_their_own_evaluation_answers_at_the_desk_too(app: Flask) -> None:
    person = somebody()
    own = {section.heading: section for section in data_of(viewer_of(person, Role.OFFICER), person.id)}
    assert len(own["Your answers"].rows) == 3
