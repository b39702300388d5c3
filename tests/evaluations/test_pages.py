"""From the mail to the summary: answering, being asked to look again, and what trainers and the officer see."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from tests.attendance.rooms import Room
from tests.conftest import WallClock
from tests.evaluations.finished import OUTCOMES, make_finished
from tests.factories import make_assignment, make_person, viewer_of
from tests.mailbox import Mailbox
from tests.pages import Client, Page
from training.core.database import db
from training.core.refusal import Refused
from training.core.sending import send_all
from training.core.transports import SmtpTransport
from training.core.viewer import Role
from training.evaluations.models import Answer, EvaluationRequest, Question, QuestionKind, Stage
from training.evaluations.operations import answer
from training.evaluations.queries import own_requests
from training.evaluations.ticks import ask_due_requests, open_due_requests
from training.schedule.models import TrainerPart

GOOD: dict[str, Any] = {"q1": "8", "q2": "9", "q3": "5", "q4": "4", "q5": "3", "q6": "5"}


@pytest.fixture
def room(client: Client, wall_clock: WallClock) -> Room:
    """Six people attended; the session is finished and everybody was asked."""
    wall_clock.set("2026-12-03 16:30")
    room = make_finished(6)
    open_due_requests()
    ask_due_requests()
    return room


def link_in(mailbox: Mailbox, address: str, subject: str = "How was it?") -> str:
    """The path of the link in the newest mail to `address` with this subject."""
    send_all(SmtpTransport.from_url(mailbox.url))
    mail = [one for one in mailbox.to(address) if one.message["Subject"].startswith(subject)][-1]
    found = re.search(r"http://localhost(/link/\S+)", mail.text)
    assert found is not None
    return found[1]


def address_of(room: Room, place: int) -> str:
    return room.bookings[place].person.address or ""


def answers_kept() -> list[tuple[int, int | None, str | None]]:
    rows = db.session.execute(
        select(Question.position, Answer.number, Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .order_by(Answer.request_id, Question.position)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def answer_all(room: Room, people: int, stage: Stage = Stage.END, rating: int = 8) -> None:
    """The first people on the register answer everything with the same rating, by the operation."""
    for booking in room.bookings[:people]:
        person = booking.person
        viewer = viewer_of(person)
        request = next(one for one in own_requests(viewer, booking.ref) if one.stage is stage)
        given: dict[int, int | str] = {}
        for question in request.form.questions:
            if question.kind is QuestionKind.OUTCOME:
                given[question.id] = rating
            elif question.kind is QuestionKind.RATING:
                given[question.id] = 4
            elif question.choices:
                given[question.id] = question.choices[0]
            else:
                given[question.id] = f"Words of number {booking.id}"
        answer(viewer, request.id, given)
    db.session.commit()


def test_a_scanner_that_opens_the_link_does_nothing(client: Client, room: Room, mailbox: Mailbox) -> None:
    path = link_in(mailbox, address_of(room, 0))
    for _ in range(3):
        client.get(path)
    assert answers_kept() == []
    assert db.session.scalars(select(EvaluationRequest.answered_at)).all() == [None] * 12


def test_answering_from_the_mail(client: Client, room: Room, mailbox: Mailbox) -> None:
    path = link_in(mailbox, address_of(room, 0))
    page = client.get(path)
    assert page.h1 == f"How was it? {room.course_session.course.title}"
    assert page.words(".muster-scale__legend") == list(OUTCOMES)
    assert "Your answers are read by the trainers of this session" in page
    assert page.buttons == ["Send my answers"]
    typed = GOOD | {"q7": "Ask about the home sooner", "q10": "Good pace"}
    thanks = client.submit(page, typed, follow=True)
    assert thanks.h1 == "Thank you"
    assert answers_kept() == [
        (1, 8, None), (2, 9, None), (3, 5, None), (4, 4, None), (5, 3, None), (6, 5, None),
        (7, None, "Ask about the home sooner"), (10, None, "Good pace"),
    ]  # fmt: skip
    closed = client.get(path, 410)
    assert closed.h1 == "This link was used already"


def test_the_short_code_opens_the_same_page(client: Client, room: Room, mailbox: Mailbox) -> None:
    link_in(mailbox, address_of(room, 0))
    found = re.search(r"type the code (\S+) at", mailbox.only(address_of(room, 0)).text)
    assert found is not None
    page = client.submit(client.get("/link"), {"code": found[1].lower()}, follow=True)
    assert page.h1.startswith("How was it?")


def test_sending_twice_keeps_one_answer(client: Client, room: Room, mailbox: Mailbox) -> None:
    page = client.get(link_in(mailbox, address_of(room, 0)))
    client.submit(page, GOOD)
    again = client.submit(page, GOOD | {"q1": "1"}, follow=True)
    assert again.h1 == "Thank you"
    assert [kept for kept in answers_kept() if kept[0] == 1] == [(1, 8, None)]


@pytest.mark.parametrize("wrong", [None, "11", "0", "eight"])
def test_what_is_missing_or_not_on_offer_is_said_and_the_rest_is_kept(
    client: Client, room: Room, mailbox: Mailbox, wrong: str | None
) -> None:
    path = link_in(mailbox, address_of(room, 0))
    page = client.get(path)
    if wrong is None:
        page = client.submit(page, GOOD | {"q1": None, "q10": "Good pace"}, status=400)
    else:
        page = client.post(path, GOOD | {"q1": wrong, "q10": "Good pace"}, 400)
    assert len(page.errors) == 1
    assert OUTCOMES[0] in page.errors[0]
    assert page.select("#q2-9")[0].has_attr("checked")
    assert "Good pace" in page.one("[name=q10]").text
    assert answers_kept() == []


def test_text_that_seems_to_name_somebody_is_asked_about_once(client: Client, room: Room, mailbox: Mailbox) -> None:
    page = client.get(link_in(mailbox, address_of(room, 0)))
    typed = GOOD | {"q7": "Visit Jamie Smith more often"}
    warned = client.submit(page, typed, status=400)
    assert warned.errors == [
        "This looks as if it held a name, “Jamie Smith”. Take it out if it is about a child or a family. "
        "If it is not, send your answers again"
    ]
    assert answers_kept() == []
    assert client.submit(warned, {}, follow=True).h1 == "Thank you"
    assert (7, None, "Visit Jamie Smith more often") in answers_kept()


def test_a_link_that_ran_out_says_so_and_leads_on(
    client: Client, room: Room, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    path = link_in(mailbox, address_of(room, 0))
    wall_clock.set("2026-12-31 16:30")
    page = client.get(path, 410)
    assert page.h1 == "This link has run out"
    assert "Go to the front page" in page.links
    assert client.post(path, GOOD, 410).h1 == "This link has run out"


def test_answering_from_my_own_pages(client: Client, room: Room, mailbox: Mailbox) -> None:
    path = link_in(mailbox, address_of(room, 0))
    own = f"/my/bookings/{room.bookings[0].ref}/evaluation"
    client.sign_in(room.bookings[0].person)
    assert client.submit(client.get(own), GOOD, follow=True).h1 == "Thank you"
    assert client.get(own, follow=True).h1 == "Thank you"
    assert client.get(path, 410).h1 == "This link was used already"
    client.sign_in(room.bookings[1].person)
    client.get(own, 404)
    client.post(own, GOOD, 404)


def test_intentions_come_back_at_impact(client: Client, room: Room, mailbox: Mailbox, wall_clock: WallClock) -> None:
    page = client.get(link_in(mailbox, address_of(room, 0)))
    client.submit(page, GOOD | {"q7": "Ask about the home sooner", "q8": "Use the tool"})
    wall_clock.set("2027-02-25 16:00")
    ask_due_requests()
    page = client.get(link_in(mailbox, address_of(room, 0), "What came of it?"))
    legends = [legend for legend in page.words("legend") if "You wanted to do this" in legend]
    assert legends == [
        "You wanted to do this: “Ask about the home sooner”. How did it go? (optional)",
        "You wanted to do this: “Use the tool”. How did it go? (optional)",
    ]
    typed = {"q1": "9", "q2": "9", "q3": "Done", "q4": "Not yet", "q6": "Yes, several times"}
    assert client.submit(page, typed, follow=True).h1 == "Thank you"
    assert (3, None, "Done") in answers_kept()
    without = client.get(link_in(mailbox, address_of(room, 1), "What came of it?"))
    assert "You wanted to do this" not in without


def test_nobody_answers_for_somebody_else_or_what_was_not_asked(room: Room) -> None:
    first, second = (booking.person for booking in room.bookings[:2])
    request = own_requests(viewer_of(first))[0]
    with pytest.raises(LookupError):
        answer(viewer_of(second), request.id, {})
    with pytest.raises(ValueError, match="not a rating"):
        answer(viewer_of(first), request.id, {request.form.questions[0].id: 11})
    db.session.rollback()
    answer(viewer_of(first), request.id, {request.form.questions[0].id: 10})
    with pytest.raises(Refused, match="answered already"):
        answer(viewer_of(first), request.id, {request.form.questions[0].id: 1})


class TestFeedback:
    """The summary of one session."""

    def page(self, client: Client, room: Room) -> Page:
        return client.get(f"/sessions/{room.course_session.ref}/feedback")

    def test_of_fewer_than_five_is_hidden(self, client: Client, room: Room) -> None:
        answer_all(room, 4)
        client.sign_in(room.trainer)
        page = self.page(client, room)
        assert "4 of 6 asked have answered (67%)." in page
        assert "hidden until at least 5 have answered" in page
        assert "Words of number" not in page
        assert page.select("table") == []

    def test_of_five_shows_figures_and_comments_without_names(self, client: Client, room: Room) -> None:
        answer_all(room, 5)
        client.sign_in(room.trainer)
        page = self.page(client, room)
        assert "5 of 6 asked have answered (83%)." in page
        first = page.rows("table:has(caption:-soup-contains('How far each is true'))")[0]
        assert first == [OUTCOMES[0], "8.0", "5", "0", "0", "0", "0", "0", "0", "0", "5", "0", "0"]
        relevant = page.rows("table:has(caption:-soup-contains('relevant'))")
        assert relevant[3] == ["Mostly", "5"]
        assert len(page.words(".muster-quotes li")) == 20
        assert all(booking.person.family_name not in page for booking in room.bookings)
        assert page.words(".muster-quotes li") == self.page(client, room).words(".muster-quotes li")
        assert "Not yet due: 6 people will be asked on Thursday 25 February 2027." in page

    def test_is_for_its_trainers_and_the_officer(self, client: Client, room: Room) -> None:
        address = f"/sessions/{room.course_session.ref}/feedback"
        officer, administrator = make_person(role=Role.OFFICER), make_person(role=Role.ADMINISTRATOR)
        other, shadow = make_person(role=Role.TRAINER), make_person(role=Role.TRAINER)
        make_assignment(room.course_session, shadow, TrainerPart.SHADOW)
        learner = room.bookings[0].person
        db.session.commit()
        for person, status in ((officer, 200), (administrator, 404), (other, 404), (shadow, 404), (learner, 404)):
            client.sign_in(person)
            client.get(address, status)
        client.sign_out()
        client.get(address, 302)

    def test_before_anybody_is_asked_says_what_will_be_here(self, client: Client, wall_clock: WallClock) -> None:
        wall_clock.set("2026-12-03 16:30")
        room = make_finished(1)
        client.sign_in(room.trainer)
        assert "Nobody has been asked yet" in self.page(client, room)

    def test_costs_as_many_queries_for_thirty_as_for_six(
        self, client: Client, room: Room, statements: list[str]
    ) -> None:
        large = make_finished(30)
        open_due_requests()
        answer_all(room, 5)
        answer_all(large, 30)
        officer = make_person(role=Role.OFFICER)
        db.session.commit()
        client.sign_in(officer)
        self.page(client, room)
        numbers: list[int] = []
        for each in (room, large):
            statements.clear()
            self.page(client, each)
            numbers.append(len(statements))
        assert numbers[0] == numbers[1]


def test_the_officers_list_says_how_many_answered_and_when_impact_is_due(client: Client, room: Room) -> None:
    answer_all(room, 3)
    officer, administrator = make_person(role=Role.OFFICER), make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    client.get("/desk/evaluations", 403)
    client.sign_in(officer)
    page = client.get("/desk/evaluations")
    title, ref = room.course_session.course.title, room.course_session.ref
    assert page.rows() == [
        [f"{title} {ref}", "3 Dec 2026", "3 of 6, 50%", "Not yet due: 25 Feb 2027"],
    ]
    assert client.click(page, title).h1 == f"Feedback: {title}"


def test_the_list_begins_empty(client: Client) -> None:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    assert "No session has been evaluated yet" in client.get("/desk/evaluations")
