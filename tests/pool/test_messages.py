"""What trainers are sent around their sessions: once, in time, and nothing about what is past or called off."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import latest, link_in
from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_booking, make_person, make_session
from tests.pages import Client
from tests.pool.asking import Held, holder_of, make_trainer
from training.bookings.models_needs import BookingNeed
from training.bookings.ticks_trainers import ask_trainers
from training.catalogue.models import CourseEdition
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.operations_roles import grant_role
from training.pool.operations import answer
from training.pool.ticks import remind_of_requests, remind_the_day_before, send_packs
from training.schedule.models import AssignmentState, SessionStatus, TrainerAssignment, TrainerPart

ASKED, ASKED_FOR = "bookings.trainer-asked", "bookings.trainer-asked-for"
PACK, DAY_BEFORE, REMINDED = "pool.trainer-pack", "pool.trainer-day-before", "pool.trainer-reminded"


@pytest.fixture
def session(app: Flask, wall_clock: WallClock) -> Held:
    """A session on Monday 30 November 2026, four weeks from now."""
    wall_clock.set("2026-11-02 10:00")
    made = make_session()
    db.session.commit()
    return Held(made)


def teaching(session: Held, state: AssignmentState = AssignmentState.ACCEPTED) -> TrainerAssignment:
    made = make_assignment(session.row, make_trainer("Ada", session.course), state=state)
    db.session.commit()
    return made


def sent(kind: str) -> int:
    return len(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)).all())


def test_the_pack_goes_five_working_days_before_and_once(session: Held, wall_clock: WallClock) -> None:
    key = teaching(session).id
    wall_clock.set("2026-11-20 20:00")
    assert send_packs() == 0
    wall_clock.set("2026-11-23 07:59")
    assert send_packs() == 0
    wall_clock.set("2026-11-23 08:00")
    assert [send_packs(), send_packs()] == [1, 0]
    assert latest(PACK).stream == f"assignment:{key}"


def test_the_pack_counts_who_comes_by_agency_and_role_and_hints_at_needs(session: Held, wall_clock: WallClock) -> None:
    teaching(session)
    council = make_agency("Council")
    booking = make_booking(session.row, make_person("Secret", agency=council), job_role="Nurse")
    make_booking(session.row, make_person(agency=council), job_role="Nurse")
    make_booking(session.row, make_person(agency=council), job_role="Teacher")
    db.session.add(BookingNeed(booking=booking, support="A hearing loop"))
    make_assignment(session.row, make_trainer("Bea"), TrainerPart.CO_TRAINER)
    venue = session.row.venue
    assert venue is not None
    venue.access = "A lift at the back"
    db.session.commit()
    wall_clock.set("2026-11-25 09:00")
    send_packs()
    text = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == PACK)).first()
    assert text is not None
    body = text.body_text
    for words in (
        "3 people on 25 places:", "* Council: 3 (2 Nurse and 1 Teacher)", "1 person told us what they need",
        "* Bea Trainer, co-trainer", "A lift at the back", "Who is coming, and the register, by your own link:",
    ):  # fmt: skip
        assert words in body, body
    assert "hearing loop" not in body
    assert "Secret" not in body


def test_the_pack_is_sent_again_only_when_asked(client: Client, session: Held, wall_clock: WallClock) -> None:
    assignment = teaching(session)
    person = assignment.person
    wall_clock.set("2026-11-25 09:00")
    send_packs()
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{session.ref}/trainers")
    assert "on its way" in client.submit(page, button="Send the pack to Ada Trainer", follow=True).flashes[0]
    assert sent(PACK) == 2
    assert send_packs() == 0
    assert person is not None


def test_a_trainer_has_the_pack_sent_once_more(client: Client, session: Held) -> None:
    trainer = teaching(session).person
    client.sign_in(trainer)
    page = client.get(f"/teaching/{session.ref}/answer")
    assert "on its way" in client.submit(page, button="Send me the pack by email", follow=True).flashes[0]
    assert sent(PACK) == 1


def test_trainers_are_reminded_one_working_day_before(session: Held, wall_clock: WallClock) -> None:
    teaching(session)
    wall_clock.set("2026-11-23 09:00")
    send_packs()
    wall_clock.set("2026-11-26 12:00")
    assert remind_the_day_before() == 0
    wall_clock.set("2026-11-27 08:00")
    assert [remind_the_day_before(), remind_the_day_before()] == [1, 0]
    message = latest(DAY_BEFORE)
    assert message.subject.startswith("You teach: ")
    assert "0 of 25 places booked." in message.body_text
    assert message.not_after == session.row.starts_at


def test_a_late_yes_gets_the_pack_and_no_reminder_that_day(session: Held, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-29 16:00")
    teaching(session)
    assert send_packs() == 1
    assert remind_the_day_before() == 0
    assert latest(PACK).subject.startswith("Tomorrow: Your pack: ")


@pytest.mark.parametrize("change", ["called off", "begun", "withdrawn"])
def test_nothing_is_sent_about_what_is_over(session: Held, wall_clock: WallClock, change: str) -> None:
    teaching(session)
    wall_clock.set("2026-11-30 09:00")
    if change == "called off":
        row = session.row
        row.status, row.called_off_at = SessionStatus.CALLED_OFF, clock.now()
    elif change == "begun":
        wall_clock.set("2026-11-30 09:30")
    else:
        db.session.scalars(select(TrainerAssignment)).one().state = AssignmentState.WITHDRAWN
    db.session.commit()
    assert [send_packs(), remind_the_day_before(), remind_of_requests()] == [0, 0, 0]


def test_a_request_is_brought_to_mind_once_after_working_days(session: Held, wall_clock: WallClock) -> None:
    teaching(session, AssignmentState.ASKED)
    wall_clock.set("2026-11-05 10:00")
    ask_trainers()
    wall_clock.set("2026-11-09 10:00")
    assert remind_of_requests() == 0
    wall_clock.set("2026-11-10 10:00")
    assert [remind_of_requests(), remind_of_requests()] == [1, 0]
    assert latest(REMINDED).subject.startswith("We have not heard from you: ")


def test_a_worker_that_slept_does_not_remind_before_it_has_asked(session: Held, wall_clock: WallClock) -> None:
    teaching(session, AssignmentState.ASKED)
    wall_clock.set("2026-11-20 10:00")
    assert remind_of_requests() == 0
    assert ask_trainers() == 1
    assert remind_of_requests() == 0


def test_who_has_no_address_is_asked_by_way_of_their_lead(client: Client, session: Held) -> None:
    agency = make_agency()
    lead = make_person("Lee", "Lead")
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, agency.id)
    guest = make_trainer("Gwen", session.course, agency, address=None)
    key = make_assignment(session.row, guest, state=AssignmentState.ASKED).id
    db.session.commit()
    assert [ask_trainers(), ask_trainers()] == [1, 0]
    message = latest(ASKED_FOR)
    assert message.recipient_name == "Lee Lead"
    assert message.subject.startswith("For Gwen Trainer: ")
    address = link_in(message)
    page = client.get(address)
    assert page.h1 == "Can Gwen Trainer teach this session?"
    assert not page.select("input[type=radio][checked]")
    done = client.submit(page, {"answer": "can"}, follow=True)
    assert "Noted that Gwen Trainer can teach this session." in done.flashes
    assert db.session.get_one(TrainerAssignment, key, populate_existing=True).state is AssignmentState.ACCEPTED
    assert "Register" not in done
    for below in ("register/1", "needs", "cannot-come"):
        client.get(f"{address}/{below}", 404)


def test_without_a_lead_the_desk_is_asked_for_them(session: Held) -> None:
    make_assignment(session.row, make_person("Gwen", address=None, role=Role.TRAINER), state=AssignmentState.ASKED)
    db.session.commit()
    assert ask_trainers() == 1
    assert latest(ASKED_FOR).subject.startswith("For Gwen ")


def test_the_request_says_that_the_course_has_changed(session: Held) -> None:
    course = session.course
    trainer = make_trainer("Ada", course)
    make_assignment(make_session(course, on=clock.today().replace(year=2025)), trainer)
    course.editions.append(CourseEdition(number=2))
    db.session.flush()
    session.row.edition = course.editions[-1]
    make_assignment(session.row, trainer, state=AssignmentState.ASKED)
    db.session.commit()
    ask_trainers()
    assert "The course has changed since you last taught it, on Sunday 2 November 2025." in latest(ASKED).body_text


def test_a_yes_after_they_were_taken_off_is_refused_and_changes_nothing(session: Held) -> None:
    assignment = teaching(session, AssignmentState.ASKED)
    key, viewer = assignment.id, holder_of(assignment)
    assignment.state = AssignmentState.WITHDRAWN
    db.session.commit()
    with pytest.raises(Refused, match="no longer asked"):
        answer(viewer, key, comes=True)
    db.session.rollback()
    assert db.session.get_one(TrainerAssignment, key).state is AssignmentState.WITHDRAWN
