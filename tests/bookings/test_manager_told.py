"""The line manager who was said to agree is told once, without a calendar part, and only where there is one."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_session
from training.bookings.operations import book_place, cancel_booking
from training.catalogue.models import Agreement
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Employment, Person

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
    assert "If you do not agree, reply to this message by the end of" in message.body_text


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
