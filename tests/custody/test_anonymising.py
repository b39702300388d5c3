"""Anonymising takes away who somebody was, and no figure of a report changes."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.custody.people import a_record, an_officer, every_row, with_account
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from tests.reports.world import AFTER, A, finished, marked, small_world
from training.attendance.models import WalkIn
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import DeclinedBy
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.catalogue.models import CourseEdition
from training.core import audit, clock
from training.core.audit import AuditEntry, AuditValues
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.custody.anonymising import anonymise
from training.custody.models import MergeStep
from training.custody.operations_merge import merge_people
from training.evaluations.models import Answer, EvaluationForm, EvaluationRequest, Question, QuestionKind, Stage
from training.people.mail import ask_to_confirm
from training.people.models import EmailAddress, Person, SignIn
from training.reports.printing import FORMATS, agencies_text, delivery_text

GIVEN, FAMILY, ADDRESS, WORDS = "Zebedee", "Quill", "zebedee.quill@people.example", "Marmalade"
WHY = "Asked for in writing"


def figures() -> list[str]:
    """Every figure of the two reports, in every format and at every level, as printed."""
    year = {"year": "2023-24"}
    levels = ("agency", "parent", "sector", "reporting-group")
    return [
        *(delivery_text(COMMAND, year, style) for style in FORMATS),
        *(agencies_text(COMMAND, {**year, "level": level}, FORMATS[0]) for level in levels),
    ]


def an_evaluation(booking: Booking) -> EvaluationRequest:
    """An answered evaluation: a rating, and words of their own."""
    form = EvaluationForm(edition=db.session.get_one(CourseEdition, booking.course_session.edition_id), stage=Stage.END)
    form.questions = [
        Question(position=1, kind=QuestionKind.RATING, level=1, text="How good?"),
        Question(position=2, kind=QuestionKind.TEXT, level=1, text="What else?"),
        Question(position=3, kind=QuestionKind.CHOICE, level=1, text="Which?", choices=["Pace", "Room"]),
    ]
    now = clock.now()
    request = EvaluationRequest(
        course_session=booking.course_session,
        booking=booking,
        person_id=booking.person_id,
        form=form,
        stage=Stage.END,
        due_at=now - timedelta(days=2),
        expires_at=now + timedelta(days=2),
        asked_at=now,
        answered_at=now,
    )
    request.answers = [
        Answer(question=form.questions[0], number=4),
        Answer(question=form.questions[1], text=f"{WORDS} sandwiches"),
        Answer(question=form.questions[2], text="Pace"),
    ]
    db.session.add(request)
    db.session.flush()
    return request


def somebody() -> Person:
    """Somebody with something in every table that is about people."""
    agency = make_agency()
    person = a_record(
        GIVEN, FAMILY, ADDRESS, agency_id=agency.id, job_role="Teacher", telephone=f"{WORDS} 1",
        staff_number=f"{WORDS}-7", manager_name=WORDS, manager_address="marmalade@council.example",
    )  # fmt: skip
    account = with_account(person)
    db.session.add(SignIn(account=account, key_hash="k", device=f"{WORDS} on Windows", way="password"))
    came = make_session(make_course(), on=clock.today() - timedelta(days=10))
    booking = make_booking(came, person, reason="")
    gone = make_booking(
        make_session(), person, state=BookingState.DECLINED, declined_by=DeclinedBy.MANAGER, confirmed_at=None,
        reason=f"{WORDS} is ill",
    )  # fmt: skip
    db.session.add_all(
        [
            BookingNeed(booking=gone, support=WORDS),
            PersonNeed(person_id=person.id, diet=WORDS),
            WalkIn(course_session=make_session(), name=f"{GIVEN} {FAMILY}", address=ADDRESS, person=person),
        ]
    )
    an_evaluation(booking)
    ask_to_confirm(person)
    audit.record(COMMAND, "changed", person, before={"given_name": GIVEN}, after={"given_name": WORDS})
    db.session.commit()
    return person


def test_nothing_that_says_who_it_was_is_left_anywhere(app: Flask) -> None:
    person = somebody()
    other = a_record(WORDS, FAMILY, "old.marmalade@people.example")
    with_account(other)
    db.session.commit()
    merge_people(an_officer(), person.id, other.id, f"{WORDS} changed her name")
    db.session.commit()
    assert WORDS in json.dumps(every_row())
    anonymise(an_officer(), person.id, WHY)
    db.session.commit()
    rows = every_row()
    rows["audit_values"] = [
        {"before": row.before, "after": row.after} for row in db.session.scalars(select(AuditValues))
    ]
    rows["merge_step"] = [{"before": row.before} for row in db.session.scalars(select(MergeStep))]
    left = [
        f"{table}: {row}"
        for table, found in rows.items()
        for row in found
        for word in (GIVEN, FAMILY, ADDRESS, WORDS.lower())
        if word.lower() in json.dumps(row).lower()
    ]
    assert left == []
    assert db.session.scalars(select(EmailAddress).where(EmailAddress.person_id == person.id)).all() == []
    assert (person.name, person.account is not None and person.account.active) == ("Anonymised person", False)


def test_what_is_counted_stays(app: Flask) -> None:
    person = somebody()
    bookings = [(row.id, row.agency_id, row.job_role) for row in db.session.scalars(select(Booking))]
    anonymise(an_officer(), person.id, WHY)
    db.session.commit()
    assert [(row.id, row.agency_id, row.job_role) for row in db.session.scalars(select(Booking))] == bookings
    answers = db.session.execute(select(Answer.number, Answer.text).order_by(Answer.id))
    assert [tuple(row) for row in answers] == [(4, None), (None, ""), (None, "Pace")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "anonymised")).one()
    assert (entry.subject_id, entry.reason) == (person.id, WHY)
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.person_id == person.id)).first()
    assert message is not None
    assert (message.state, message.body_text) == (MessageState.DROPPED, "")


def test_every_figure_of_the_reports_is_the_same_before_and_after(app: Flask, wall_clock: WallClock) -> None:
    small_world()
    wall_clock.set(AFTER)
    before = figures()
    officer = an_officer()
    db.session.commit()
    ids = db.session.scalars(
        select(Booking.person_id).union(select(WalkIn.person_id).where(WalkIn.person_id.is_not(None)))
    ).all()
    assert len(ids) > 5
    for key in ids:
        anonymise(officer, key, WHY)
        db.session.commit()
    assert figures() == before


def test_who_is_not_anonymised_yet_and_by_whom(app: Flask) -> None:
    booked, trains = a_record(), make_person("Tia", role=Role.TRAINER)
    make_booking(make_session(), booked)
    officer = make_person("Ola", role=Role.OFFICER)
    free = a_record()
    db.session.commit()
    viewer = viewer_of(officer, Role.OFFICER)
    for asker, person, why in (
        (viewer, booked, "still to come"),
        (viewer, trains, "has a role. End it first"),
        (viewer, officer, "cannot anonymise yourself"),
        (viewer_of(officer, Role.ADMINISTRATOR), free, "Only a learning"),
    ):
        with pytest.raises(Refused, match=why):
            anonymise(asker, person.id, WHY)
        db.session.rollback()
    with pytest.raises(Refused, match="Enter why"):
        anonymise(viewer, free.id, "  ")
    db.session.rollback()
    anonymise(viewer, free.id, WHY)
    db.session.commit()
    with pytest.raises(Refused, match="anonymised already"):
        anonymise(viewer, free.id, WHY)


def test_the_page_asks_for_a_reason_and_the_reference(client: Client) -> None:
    person = a_record(GIVEN, FAMILY, ADDRESS)
    marked(finished(make_course(), clock.today() - timedelta(days=3)), person, A)
    ref = person.ref
    client.sign_in(make_person(role=Role.OFFICER))
    page = client.click(client.get(f"/desk/people/{ref}"), "Anonymise this person")
    assert "1 booking with agency and job role" in page
    wrong = client.submit(page, {"reason": "", "typed": "P-WRONG"}, status=400)
    assert wrong.errors == ["Enter why this person is anonymised", f"Enter {ref} to confirm"]
    done = client.submit(page, {"reason": WHY, "typed": ref.lower()}, follow=True)
    assert done.h1 == "Anonymised person"
    assert "Nobody found" in client.get(f"/desk/people?words={FAMILY}")
    assert "anonymised already" in client.get(f"/desk/people/{ref}/anonymise")
    client.sign_in(make_person(role=Role.ADMINISTRATOR))
    client.get(f"/desk/people/{ref}/anonymise", status=403)


def test_a_message_to_somebody_else_about_their_booking_loses_its_words_too(app: Flask) -> None:
    person = somebody()
    booking = db.session.scalars(select(Booking).where(Booking.person_id == person.id)).first()
    assert booking is not None
    db.session.add(
        OutboxMessage(
            key="m", kind="k", stream="s", about=f"booking:{booking.id}", recipient_name="Boss",
            recipient_address="boss@council.example", subject=f"{GIVEN} is coming", body_text=GIVEN, body_html=GIVEN,
            message_id="<m@x.example>", state=MessageState.SENT, sent_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    anonymise(an_officer(), person.id, WHY)
    db.session.commit()
    told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.key == "m")).one()
    assert (told.subject, told.recipient_address, told.state) == ("", "", MessageState.SENT)
