"""The line manager who was said to agree is told once, without a calendar part, and only where there is one."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.operations import book_place, cancel_booking
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, RoleGrant, Standing

MANAGER = "grace.oduya@sandby.example"


def person_with_manager(address: str = MANAGER) -> Person:
    """Somebody whose only job names a manager."""
    person = make_person("Priya", "Nair")
    person.employments.append(
        Employment(
            agency=make_agency(),
            job_role="Health visitor",
            from_on=date(2024, 1, 1),
            manager_name="Grace Oduya" if address else "",
            manager_address=address,
            manager_confirmed_at=clock.now() if address else None,
            standing=Standing.VOUCHED,
        )
    )
    db.session.commit()
    return person


def told(person: Person, agreement: Agreement) -> list[OutboxMessage]:
    """Book `person` on a course with the rule `agreement`; what goes to the manager."""
    course_session = make_session(make_course(agreement=agreement))
    db.session.commit()
    book_place(COMMAND, course_session.id, person.id, declared=True)
    db.session.commit()
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "bookings.manager-told")))


def test_the_manager_reads_who_goes_where_and_how_to_object(app: Flask) -> None:
    [message] = told(person_with_manager(), Agreement.DECLARED)
    assert message.recipient_address == MANAGER
    assert message.calendar is None
    assert "Priya Nair has a place on" in message.body_text
    assert "If you do not agree" in message.body_text
    assert "Say so by the end of" in message.body_text


@pytest.mark.parametrize(("name", "greeting"), [("Grace Oduya", "Hello Grace Oduya,"), ("", "Hello,")])
def test_the_manager_is_greeted_by_name_where_the_job_gives_one(app: Flask, name: str, greeting: str) -> None:
    person = person_with_manager()
    person.employments[0].manager_name = name
    [message] = told(person, Agreement.DECLARED)
    assert message.body_text.splitlines()[0] == greeting


def test_the_page_of_the_booking_says_whether_the_manager_was_told(client: Client, address: str) -> None:
    person = person_with_manager(address)
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    client.sign_in(person)
    form = client.get(f"/sessions/{course_session.ref}/book")
    answers = {"declared": "yes"} | ({"manager": "yes"} if address else {})
    shown = client.submit(form, answers, button="Book a place", follow=True)
    assert (f"We have told the line manager at {MANAGER}." in shown.flashes[0]) == bool(address)
    assert (f"We told your line manager at {MANAGER} that you are coming." in shown) == bool(address)


def test_nobody_is_told_where_no_agreement_is_asked_for(app: Flask) -> None:
    assert told(person_with_manager(), Agreement.NONE) == []


def test_nobody_is_told_where_no_manager_is_named(app: Flask) -> None:
    assert told(person_with_manager(""), Agreement.DECLARED) == []


def test_a_manager_is_told_once_a_place_is_there_not_while_waiting(app: Flask) -> None:
    course_session = make_session(make_course(agreement=Agreement.DECLARED), capacity=1)
    other, waiting = make_person(), person_with_manager()
    first = book_place(COMMAND, course_session.id, other.id, declared=True)
    db.session.commit()
    book_place(COMMAND, course_session.id, waiting.id, declared=True)
    db.session.commit()
    messages = select(OutboxMessage).where(OutboxMessage.kind == "bookings.manager-told")
    assert db.session.scalars(messages).all() == []
    cancel_booking(COMMAND, first.id)
    db.session.commit()
    [message] = db.session.scalars(messages).all()
    assert message.recipient_address == MANAGER


def test_a_manager_nobody_has_confirmed_reads_nothing_about_the_person(app: Flask) -> None:
    person = person_with_manager()
    person.employments[0].manager_confirmed_at = None
    assert told(person, Agreement.DECLARED) == []


def test_each_booking_asks_whether_the_manager_is_still_the_same(client: Client) -> None:
    person = person_with_manager()
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    client.sign_in(person)
    form = client.get(f"/sessions/{course_session.ref}/book")
    assert not form.select("input[name=manager][checked]")
    open_still = client.submit(form, {"declared": "yes"}, button="Book a place", status=400)
    assert open_still.errors == ["Select whether Grace Oduya is still your line manager"]
    shown = client.submit(open_still, {"manager": "no", "declared": "yes"}, button="Book a place", follow=True)
    assert "Please tell us on your account page who your line manager is now." in shown.flashes
    assert list(db.session.scalars(select(OutboxMessage.recipient_address))) == [person.address]
    job = db.session.scalars(select(Employment)).one()
    assert (job.manager_name, job.manager_address, job.manager_confirmed_at) == ("", "", None)


def test_what_a_manager_is_told_goes_to_the_lead_where_there_is_none(app: Flask) -> None:
    person = person_with_manager("")
    job = person.employments[0]
    job.has_no_manager = True
    lead = make_person("Lena")
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=job.agency, from_on=date(2024, 1, 1)))
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    book_place(COMMAND, course_session.id, person.id, declared=True)
    db.session.commit()
    addresses = list(db.session.scalars(select(OutboxMessage.recipient_address).order_by(OutboxMessage.id)))
    assert addresses == [person.address, lead.address]
