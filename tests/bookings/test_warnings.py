"""A warning is no dead end: the person books all the same and says why, and the officer answers."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.conditions import needs_first
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client, Page
from training.bookings.models import Booking, BookingState, BookingWarning
from training.bookings.operations_warnings import (
    add_to_question,
    cancel_questioned,
    note_warnings,
    settle_question,
    write_back,
)
from training.bookings.queries_warnings import questions_about
from training.bookings.rules_checking import Warned, WarnedKind
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.schedule.models import CourseSession

FIRST = Warned(WarnedKind.PREREQUISITE, "You should have done “Level 1” before this, and we have no record of it.")
CLASHES = [Warned(WarnedKind.CLASH, "One."), Warned(WarnedKind.CLASH, "Two.")]
INFORMATION = Warned(WarnedKind.REQUIRED, "Your role must have done this once.")
NOTE = "I did it with another partnership in 2025."


@pytest.fixture(autouse=True)
def today(wall_clock: WallClock) -> None:
    """The day on which people book."""
    wall_clock.set("2026-11-02 09:00")


def booked(**columns: Any) -> Booking:
    """Somebody's booking on a session in December."""
    person = make_person("Priya", "Nair", agency=make_agency("Sandby Hospital"))
    booking = make_booking(make_session(make_course("Level 2"), on=date(2026, 12, 3)), person, **columns)
    db.session.commit()
    return booking


def asked(*warned: Warned) -> Booking:
    """A booking about which its person asked."""
    booking = booked()
    note_warnings(viewer_of(booking.person), booking, warned or [FIRST], NOTE)
    db.session.commit()
    return booking


def rows(booking: Booking) -> list[BookingWarning]:
    """What is kept about the booking."""
    return list(
        db.session.scalars(
            select(BookingWarning).where(BookingWarning.booking_id == booking.id).order_by(BookingWarning.id)
        )
    )


def told() -> list[OutboxMessage]:
    """What was written to people, the earliest first."""
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
def officer(app: Flask) -> Person:
    """The officer."""
    return make_person("Ruth", "Adeyemi", role=Role.OFFICER)


def test_what_stands_against_it_is_kept_by_kind_and_information_is_not(app: Flask) -> None:
    booking = asked(FIRST, *CLASHES, INFORMATION)
    assert [(row.kind, row.sentence, row.note, row.settled_at) for row in rows(booking)] == [
        ("prerequisite", FIRST.sentence, NOTE, None),
        ("clash", "One. Two.", NOTE, None),
    ]
    note_warnings(viewer_of(booking.person), booking, [FIRST], "Something else")
    assert {row.note for row in rows(booking)} == {NOTE}


def test_without_a_note_nothing_is_asked_but_what_comes_first_needs_one(app: Flask) -> None:
    booking = booked()
    viewer = viewer_of(booking.person)
    with pytest.raises(Refused, match="Enter why this course is right for you"):
        note_warnings(viewer, booking, [FIRST], "  ")
    assert rows(booking) == []
    assert note_warnings(viewer, booking, [INFORMATION], "") == []
    note_warnings(viewer, booking, CLASHES, "")
    [row] = rows(booking)
    assert row.settled_at is not None
    assert row.settled_by_id is None
    assert questions_about(COMMAND, [booking.id]) == {}


def test_the_desk_asks_nobody(app: Flask, officer: Person) -> None:
    booking = booked()
    note_warnings(viewer_of(officer, Role.OFFICER), booking, [FIRST], "She told me on the telephone")
    [row] = rows(booking)
    assert (row.settled_by_id, row.note, row.answer) == (officer.id, "", "She told me on the telephone")
    assert questions_about(COMMAND, [booking.id]) == {}


def test_the_audit_log_holds_what_about_and_not_the_words(app: Flask) -> None:
    asked(FIRST, *CLASHES)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "asked about the booking")).one()
    assert entry.values is not None
    assert entry.values.after == {"about": "prerequisite, clash"}


def test_fine_settles_it_and_the_person_is_told(app: Flask, officer: Person) -> None:
    booking = asked(FIRST, *CLASHES)
    viewer = viewer_of(officer, Role.OFFICER)
    settle_question(viewer, booking.id, "See you there.")
    db.session.commit()
    assert {(row.settled_by_id, row.answer) for row in rows(booking)} == {(officer.id, "See you there.")}
    [message] = told()
    assert message.recipient_address == booking.person.address
    for words in (FIRST.sentence, "One. Two.", NOTE, "Your place is right for you. See you there."):
        assert words in message.body_text
    with pytest.raises(Refused, match="answered already"):
        settle_question(viewer, booking.id)
    assert len(told()) == 1


def test_writing_back_keeps_it_open_and_what_was_said_stays_readable(app: Flask, officer: Person) -> None:
    booking = asked()
    viewer = viewer_of(officer, Role.OFFICER)
    with pytest.raises(Refused, match="Enter what you want to ask"):
        write_back(viewer, booking.id, " ")
    write_back(viewer, booking.id, "Which partnership was it?")
    db.session.commit()
    add_to_question(viewer_of(booking.person), booking.id, "Elmbridge.")
    db.session.commit()
    write_back(viewer, booking.id, "Have you the certificate?")
    db.session.commit()
    first, second = told()
    assert "Which partnership was it?" in first.body_text
    assert "Have you the certificate?" in second.body_text
    question = questions_about(COMMAND, [booking.id])[booking.id]
    assert question.was_written_back
    assert question.note == f"{NOTE}\n\nThe training team: Which partnership was it?\n\nElmbridge."
    add_to_question(viewer_of(booking.person), booking.id, "Yes.")
    assert not questions_about(COMMAND, [booking.id])[booking.id].was_written_back


def test_cancelling_gives_the_reason_and_the_place_to_the_next(app: Flask, officer: Person) -> None:
    booking = asked()
    booking.course_session.capacity = 1
    waits = make_booking(
        booking.course_session, state=BookingState.WAITING, confirmed_at=None, waiting_since=booking.asked_at
    )
    db.session.commit()
    viewer = viewer_of(officer, Role.OFFICER)
    with pytest.raises(Refused, match="Enter the reason"):
        cancel_questioned(viewer, booking.id, " ")
    cancel_questioned(viewer, booking.id, "Please come to Level 1 first.")
    db.session.commit()
    assert booking.state is BookingState.CANCELLED
    assert db.session.get_one(Booking, waits.id).state is BookingState.CONFIRMED
    assert [row.answer for row in rows(booking)] == ["Please come to Level 1 first."]
    message = next(one for one in told() if one.kind == "bookings.cancelled")
    assert "Please come to Level 1 first." in message.body_text


def test_only_the_desk_answers_and_only_the_person_adds(app: Flask, officer: Person) -> None:
    booking, other = asked(), make_person()
    for viewer in (viewer_of(booking.person), viewer_of(other)):
        for deed in (settle_question, write_back, cancel_questioned):
            with pytest.raises(LookupError):
                deed(viewer, booking.id, "Words")
    for viewer in (viewer_of(officer, Role.OFFICER), viewer_of(other)):
        with pytest.raises(LookupError):
            add_to_question(viewer, booking.id, "Words")
    assert rows(booking)[0].settled_at is None


def test_nothing_is_answered_once_the_booking_has_ended_or_the_session_has_begun(
    app: Flask, officer: Person, wall_clock: WallClock
) -> None:
    viewer = viewer_of(officer, Role.OFFICER)
    booking = asked()
    wall_clock.set("2026-12-03 09:30")
    with pytest.raises(Refused, match="has ended"):
        write_back(viewer, booking.id, "Well?")
    wall_clock.set("2026-12-01 09:30")
    booking.state = BookingState.LAPSED
    db.session.commit()
    with pytest.raises(Refused, match="has ended"):
        settle_question(viewer, booking.id)


def levels() -> tuple[CourseSession, Person]:
    """A session of a second level, and somebody who has not done the first."""
    second = make_course("Level 2")
    needs_first(second, make_course("Level 1"))
    person = make_person("Priya", "Nair", agency=make_agency("Sandby Hospital"))
    course_session = make_session(second, on=date(2026, 12, 3))
    db.session.commit()
    return course_session, person


def test_the_desk_is_told_what_stands_against_it_and_may_note_why(client: Client, officer: Person) -> None:
    course_session, person = levels()
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{course_session.ref}/people/book/{person.ref}")
    assert "They should have done “Level 1” before this, and we have no record of it." in page
    assert "Why this course is right for them (optional)" in page
    client.submit(page, {"note": "Done elsewhere"}, follow=True)
    [booking] = db.session.scalars(select(Booking))
    assert [row.answer for row in rows(booking)] == ["Done elsewhere"]
    assert "No question waits for an answer" in client.get("/desk/bookings/questions")


def question_page(client: Client, officer: Person) -> tuple[Booking, Page]:
    """A question, and the page on which the officer answers it."""
    booking = asked()
    client.sign_in(officer)
    assert "Level 2, asked today, session on 3 Dec 2026" in client.get("/desk")
    page = client.get("/desk/bookings/questions")
    [row] = page.rows()
    assert row[0].startswith("Priya Nair Social worker, Sandby Hospital")
    assert row[2:5] == [FIRST.sentence, NOTE, "2 Nov 2026"]
    return booking, client.get(page.links["Answer the question of Priya Nair"])


def test_the_officer_finds_answers_and_keeps_the_question(client: Client, officer: Person) -> None:
    booking, page = question_page(client, officer)
    assert client.submit(page, status=400).errors == ["Select what you say"]
    for answer, error in (("cancel", "Enter the reason"), ("write", "Enter what you want to ask")):
        wrong = client.submit(page, {"answer": answer}, status=400)
        assert wrong.errors == [error]
        assert wrong.one("input[type=radio][checked]")["value"] == answer
    after = client.submit(page, {"answer": "fine", "words": "Good."}, follow=True)
    assert after.flashes == [f"The booking of Priya Nair stays as it is. We have written to {booking.person.address}."]
    assert "No question waits" in after
    assert "Questions about bookings" not in client.get("/desk")
    [row] = client.get("/desk/bookings/questions?view=answered").rows()
    assert row[4] == "Booked 2 Nov 2026, Ruth Adeyemi"
    again = client.get(f"/desk/bookings/{booking.ref}/question")
    assert "Answered on Monday 2 November 2026 by Ruth Adeyemi. Booked." in again
    assert again.select("main form") == []
    late = client.post(f"/desk/bookings/{booking.ref}/question", {"answer": "fine"}, status=400)
    assert late.errors == ["This was answered already. Nothing was changed"]


def test_the_officer_writes_back_and_the_person_answers(client: Client, officer: Person) -> None:
    booking, page = question_page(client, officer)
    after = client.submit(page, {"answer": "write", "words": "Which one?"}, follow=True)
    assert "The question stays open until Priya Nair answers." in after.flashes[0]
    assert "You wrote back" in after.rows()[0][4]
    client.sign_in(booking.person)
    mine = client.get(f"/my/bookings/{booking.ref}")
    assert "The training team wrote back: Which one?" in mine
    answer = client.get(mine.links["Answer the training team"])
    assert client.submit(answer, status=400).errors == ["Enter your answer"]
    sent = client.submit(answer, {"words": "Elmbridge"}, follow=True)
    assert sent.flashes == ["The training team has your answer. They write to you when they have decided."]
    assert "They have not answered yet. Your booking stands meanwhile." in client.get(f"/my/bookings/{booking.ref}")


def test_the_officer_cancels_with_a_reason_that_the_person_reads(client: Client, officer: Person) -> None:
    booking, page = question_page(client, officer)
    after = client.submit(page, {"answer": "cancel", "words": "Level 1 first, please."}, follow=True)
    assert "The booking of Priya Nair is cancelled." in after.flashes[0]
    client.sign_in(booking.person)
    mine = client.get(f"/my/bookings/{booking.ref}")
    assert "The training team answered on Monday 2 November 2026. Level 1 first, please." in mine
    assert "stays as it is" not in mine
    gone = client.get(f"/my/bookings/{booking.ref}/question", status=302)
    assert gone.location == f"/my/bookings/{booking.ref}"


def test_a_booking_without_a_question_has_no_page_for_one(client: Client, officer: Person) -> None:
    booking = booked()
    client.sign_in(officer)
    client.get(f"/desk/bookings/{booking.ref}/question", status=404)
    client.get("/desk/bookings/questions?view=perhaps", status=404)
    client.sign_in(booking.person)
    client.get(f"/my/bookings/{booking.ref}/question", status=404)
    assert "What the training team was asked" not in client.get(f"/my/bookings/{booking.ref}")


def test_a_person_books_all_the_same_once_they_have_said_why(client: Client) -> None:
    course_session, person = levels()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "You should have done “Level 1” before this, and we have no record of it." in page
    wrong = client.submit(page, status=400)
    assert wrong.errors == ["Enter why this course is right for you"]
    assert db.session.scalar(select(Booking)) is None
    mine = client.submit(wrong, {"note": NOTE}, follow=True)
    assert "What the training team was asked You should have done “Level 1” before this" in mine
    assert "They have not answered yet. Your booking stands meanwhile." in mine
    [row] = db.session.scalars(select(BookingWarning))
    assert (row.kind, row.note, row.settled_at) == ("prerequisite", NOTE, None)


def test_a_clash_needs_no_note_and_names_the_other_session(client: Client) -> None:
    person = make_person(agency=make_agency())
    course_session, other = (
        make_session(on=date(2026, 12, 3)),
        make_session(make_course("Neglect"), on=date(2026, 12, 3)),
    )
    make_booking(other, person)
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert page.links[f"See that session {other.ref}"] == f"/sessions/{other.ref}"
    assert "Why this course is right for you (optional)" in page
    assert "What the training team was asked" not in client.submit(page, follow=True)


def test_nothing_is_asked_where_nothing_stands_against_it(client: Client) -> None:
    person, course_session = make_person(agency=make_agency()), make_session(on=date(2026, 12, 3))
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert "Before you book" not in page
    assert page.select("[name=note]") == []
