"""Trainers are asked by message and answer by link or signed in; the link opens their one assignment alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.conftest import WallClock
from tests.factories import make_assignment, make_person, make_session
from tests.pages import Client
from training.bookings.ticks_trainers import ask_trainers, invite_trainers
from training.changes.operations_call_off import call_off_session
from training.changes.operations_move import move_session
from training.changes.operations_telling import tell_now
from training.core import clock
from training.core.database import db
from training.core.links import create_link
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind
from training.homes.queries_desk_asked import UNANSWERED_DAYS, trainers_unanswered, trainers_who_cannot
from training.people.models import Person, RoleGrant
from training.schedule.links import TEACHING, TEACHING_LINK_DAYS
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment
from training.schedule.operations_trainers import answer_request, withdraw_trainer
from training.schedule.rules import PartTimes

ASKED, INVITED, WAY_IN = "bookings.trainer-asked", "bookings.trainer-invited", "bookings.guest-way-in"


class Asked:
    """An assignment, read afresh whenever something of it is asked for."""

    def __init__(self, key: int) -> None:
        self.id = key

    @property
    def row(self) -> TrainerAssignment:
        return db.session.get_one(TrainerAssignment, self.id, populate_existing=True)

    @property
    def state(self) -> AssignmentState:
        return self.row.state

    @property
    def session_id(self) -> int:
        return self.row.session_id

    @property
    def course_session(self) -> CourseSession:
        return self.row.course_session

    @property
    def person_id(self) -> int:
        return self.row.person_id

    @property
    def person(self) -> Person:
        return self.row.person


@pytest.fixture
def assignment(app: Flask, wall_clock: WallClock) -> Asked:
    """A guest asked to teach a session four weeks from now."""
    wall_clock.set("2026-11-02 10:00")
    guest = make_person("Gwen", "Guest", role=Role.TRAINER)
    assignment = make_assignment(make_session(), guest, state=AssignmentState.ASKED)
    db.session.commit()
    return Asked(assignment.id)


def asked_link(_assignment: Asked) -> str:
    """The link in the message that asks."""
    assert ask_trainers() == 1
    return link_in(latest(ASKED))


def kinds() -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_a_trainer_is_asked_once(assignment: Asked) -> None:
    assert ask_trainers() == 1
    assert ask_trainers() == 0
    message = latest(ASKED)
    assert message.recipient_address == assignment.person.address
    assert assignment.course_session.course.title in message.body_text
    assert "We ask you as lead trainer." in message.body_text
    assert code_in(message) in message.secrets
    assert "/link/" not in message.shown_text


@pytest.mark.parametrize("status", [SessionStatus.DRAFT, SessionStatus.FINISHED])
def test_nobody_is_asked_for_a_session_that_is_not_published(assignment: Asked, status: SessionStatus) -> None:
    assignment.course_session.status = status
    db.session.commit()
    assert ask_trainers() == 0


def test_who_has_answered_is_not_asked(app: Flask) -> None:
    session = make_session()
    for state in (AssignmentState.ACCEPTED, AssignmentState.DECLINED, AssignmentState.WITHDRAWN):
        make_assignment(session, make_person(), state=state)
    db.session.commit()
    assert ask_trainers() == 0


def test_a_trainer_is_asked_again_when_the_session_is_moved(assignment: Asked) -> None:
    ask_trainers()
    part = assignment.course_session.parts[0]
    move_session(
        COMMAND, assignment.session_id, [PartTimes(date(2026, 12, 10), part.starts, part.ends)],
        venue_id=assignment.course_session.venue_id, online_link="",
    )  # fmt: skip
    db.session.commit()
    tell_now(COMMAND, assignment.session_id)
    db.session.commit()
    assert ask_trainers() == 1
    assert ask_trainers() == 0
    assert "moved since we asked you" in latest(ASKED).body_text
    assert "Thursday 10 December 2026" in latest(ASKED).body_text


def test_opening_the_link_does_nothing_and_nothing_is_chosen(client: Client, assignment: Asked) -> None:
    address = asked_link(assignment)
    page = client.get(address)
    for seen in (page, client.get(address)):
        assert seen.h1 == "Can you teach this session?"
        assert "This page is for Gwen Guest." in seen
        assert not seen.select("input[type=radio][checked]")
    assert (assignment.state, assignment.row.answered_at) == (AssignmentState.ASKED, None)
    page = client.submit(page, status=400)
    assert page.errors == ["Select whether you can teach this session"]


def test_yes_by_link_leads_to_the_calendar_and_the_register(client: Client, assignment: Asked) -> None:
    address = asked_link(assignment)
    page = client.submit(client.get(address), {"answer": "can", "note": "By train"}, follow=True)
    assert "You are down to teach this session." in page.flashes[0]
    assert (assignment.state, assignment.row.answered_at) == (AssignmentState.ACCEPTED, clock.now())
    assert assignment.row.answer == "By train"
    assert invite_trainers() == 1
    assert kinds() == [ASKED, INVITED, WAY_IN]
    assert latest(INVITED).calendar_method == "REQUEST"
    assert "/link/" not in latest(INVITED).body_text
    for way in (address, link_in(latest(WAY_IN))):
        register = client.click(client.get(way), "Register of Monday 30 November 2026, 9:30am to 4pm")
        assert register.h1.startswith("Register: ")


def test_no_by_link_is_on_the_desk_until_it_is_noted(client: Client, assignment: Asked) -> None:
    page = client.submit(client.get(asked_link(assignment)), {"answer": "cannot", "note": "In court"}, follow=True)
    assert "You told us that you cannot teach this session" in page
    assert not page.buttons
    [due] = trainers_who_cannot(COMMAND).shown
    assert due.detail == "Gwen Guest, today"
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    assert "Trainers who cannot come" in client.get("/desk")
    trainers = client.get(f"/desk/sessions/{due.ref}/trainers")
    assert "“In court”" in trainers
    assert "In court" in client.get(f"/desk/sessions/{due.ref}")
    client.submit(trainers, button="Noted that Gwen Guest cannot")
    assert trainers_who_cannot(COMMAND).total == 0


def test_a_yes_can_become_a_no_until_the_session_begins(
    client: Client, assignment: Asked, wall_clock: WallClock
) -> None:
    address = asked_link(assignment)
    opened = client.get(address)
    client.submit(client.get(address), {"answer": "can"})
    invite_trainers()
    page = client.click(client.get(address), "I cannot come")
    assert client.submit(page, status=400).errors == ["Enter a few words on why"]
    page = client.submit(page, {"reason": "In court"}, follow=True)
    assert "You told us that you cannot teach this session" in page
    assert (assignment.state, assignment.row.answer) == (AssignmentState.DECLINED, "In court")
    assert latest("bookings.trainer-cancelled").calendar_method == "CANCEL"
    assert invite_trainers() == 0
    again = client.submit(opened, {"answer": "can"}, status=400)
    assert "please ring the training team" in again.errors[0]
    assert "Register of" not in client.get(address)
    client.get(f"{address}/register/1", status=404)


def test_a_form_opened_before_the_session_moved_accepts_no_date_unseen(client: Client, assignment: Asked) -> None:
    opened = client.get(asked_link(assignment))
    part = assignment.course_session.parts[0]
    move_session(
        COMMAND, assignment.session_id, [PartTimes(date(2026, 12, 10), part.starts, part.ends)],
        venue_id=assignment.course_session.venue_id, online_link="",
    )  # fmt: skip
    db.session.commit()
    tell_now(COMMAND, assignment.session_id)
    db.session.commit()
    page = client.submit(opened, {"answer": "can"}, status=400)
    assert "This session was moved while your page was open" in page.errors[0]
    assert "Thursday 10 December 2026" in page
    assert "You are down to teach" in client.submit(page, {"answer": "can"}, follow=True).flashes[0]


@pytest.mark.parametrize("sent", ["", "yesterday", "2026-11-30", "9999-12-31T00:00:00+00:00"])
def test_a_tampered_date_is_one_that_was_not_seen(client: Client, assignment: Asked, sent: str) -> None:
    page = client.get(asked_link(assignment))
    client.submit(page, {"answer": "can", "seen_from": sent}, status=400)
    assert assignment.state is AssignmentState.ASKED


def test_the_link_says_that_the_session_is_called_off(client: Client, assignment: Asked) -> None:
    address = asked_link(assignment)
    call_off_session(COMMAND, assignment.session_id, "The hall is flooded")
    db.session.commit()
    page = client.get(address)
    assert "This session was called off." in page
    assert "The hall is flooded" in page
    assert page.buttons == []


def test_who_was_taken_off_is_told_so_and_sees_nothing(client: Client, assignment: Asked) -> None:
    address = asked_link(assignment)
    client.submit(client.get(address), {"answer": "can"})
    withdraw_trainer(COMMAND, assignment.id)
    db.session.commit()
    page = client.get(address)
    assert "You are no longer asked to teach this session." in page
    assert "Register of" not in page
    for below in ("register/1", "register/1/close", "needs"):
        client.get(f"{address}/{below}", status=404)
        client.post(f"{address}/{below}", status=404)


def test_the_link_ends_days_after_the_session(client: Client, assignment: Asked, wall_clock: WallClock) -> None:
    address = asked_link(assignment)
    client.submit(client.get(address), {"answer": "can"})
    wall_clock.set("2026-12-07 15:00")
    assert "Register of" in client.get(address)
    wall_clock.forward(hours=2)
    for below in ("", "/register/1", "/needs"):
        client.get(address + below, status=410)
    assert TEACHING_LINK_DAYS.default == 7


def test_a_link_outlives_no_session_that_was_brought_forward(
    client: Client, assignment: Asked, wall_clock: WallClock
) -> None:
    address = asked_link(assignment)
    client.submit(client.get(address), {"answer": "can"})
    part = assignment.course_session.parts[0]
    move_session(
        COMMAND, assignment.session_id, [PartTimes(date(2026, 11, 9), part.starts, part.ends)],
        venue_id=assignment.course_session.venue_id, online_link="",
    )  # fmt: skip
    db.session.commit()
    tell_now(COMMAND, assignment.session_id)
    db.session.commit()
    wall_clock.set("2026-11-20 10:00")
    client.get(address, status=410)
    client.get(f"{address}/register/1", status=404)


def test_the_short_code_opens_the_same_page(client: Client, assignment: Asked) -> None:
    asked_link(assignment)
    page = client.submit(client.get("/link"), {"code": code_in(latest(ASKED))}, follow=True)
    assert page.h1 == "Can you teach this session?"


def test_who_has_an_account_answers_by_link_but_signs_in_for_the_register(client: Client, assignment: Asked) -> None:
    client.sign_in(assignment.person)
    client.sign_out()
    address = asked_link(assignment)
    page = client.submit(client.get(address), {"answer": "can"}, follow=True)
    assert "To see who is coming, sign in" in page
    client.get(f"{address}/register/1", status=404)
    client.get(f"{address}/needs", status=404)
    invite_trainers()
    assert kinds() == [ASKED, INVITED]
    assert "/teaching" in latest(INVITED).body_text


def test_a_guest_whose_role_has_ended_opens_no_register(client: Client, assignment: Asked) -> None:
    address = asked_link(assignment)
    client.submit(client.get(address), {"answer": "can"})
    for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == assignment.person_id)):
        grant.to_on = clock.today() - timedelta(days=1)
    db.session.commit()
    client.get(f"{address}/register/1", status=404)


def test_a_trainer_answers_signed_in_too(client: Client, assignment: Asked) -> None:
    client.sign_in(assignment.person)
    page = client.get("/teaching")
    assert "Can you teach these?" in page
    ref = assignment.course_session.ref
    client.submit(client.get(f"/teaching/{ref}/answer"), {"answer": "can"})
    assert assignment.state is AssignmentState.ACCEPTED
    assert "Can you teach these?" not in client.get("/teaching")
    client.get("/teaching/NOTHING/answer", status=404)
    client.sign_in(make_person(role=Role.TRAINER))
    client.get(f"/teaching/{ref}/answer", status=404)


def test_only_its_own_trainer_answers_a_request(assignment: Asked) -> None:
    other = make_assignment(assignment.course_session, make_person(), state=AssignmentState.ASKED)
    db.session.commit()
    link = create_link(TEACHING, other.id).link
    db.session.commit()
    strangers = [
        Viewer(ViewerKind.LINK, assignment.person_id, link_id=link.id, link_opens=("trainer_assignment", other.id)),
        Viewer(ViewerKind.LINK, assignment.person_id, link_id=link.id, link_opens=("booking", assignment.id)),
        Viewer(ViewerKind.PERSON, assignment.person_id),
        COMMAND,
    ]
    for viewer in strangers:
        with pytest.raises(LookupError):
            answer_request(viewer, assignment.id, comes=True)
        db.session.rollback()


def test_a_request_is_not_answered_once_the_session_has_begun(assignment: Asked, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-30 09:30")
    viewer = Viewer(ViewerKind.LINK, assignment.person_id, link_opens=("trainer_assignment", assignment.id))
    with pytest.raises(Refused, match="has begun"):
        answer_request(viewer, assignment.id, comes=True, seen_from=datetime(2026, 11, 30, 9, 30, tzinfo=UTC))


def test_silence_shows_on_the_desk_after_some_days(assignment: Asked, wall_clock: WallClock) -> None:
    assert trainers_unanswered(COMMAND).total == 0
    wall_clock.forward(days=UNANSWERED_DAYS.default)
    [due] = trainers_unanswered(COMMAND).shown
    assert due.detail == "Gwen Guest, 3 days ago"
