"""Somebody to teach is looked for: who may and is free, several asked at once, the first yes takes it."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import latest, link_in
from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_assignment, make_booking, make_person, make_session
from tests.pages import Client
from tests.pool.asking import Held, holder_of, make_trainer
from training.bookings.ticks_trainers import ask_trainers, invite_trainers
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer
from training.homes.queries_desk_asked import trainers_who_cannot
from training.people.models import Person
from training.pool.operations import TOO_LATE, answer
from training.pool.operations_search import ask_several, open_search, stop_search
from training.pool.queries_candidates import candidates_for
from training.pool.ticks import end_requests
from training.schedule.models import (
    AssignmentState,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    TrainerSearch,
)

ASKED, NOT_NEEDED = "bookings.trainer-asked", "pool.request-closed"
LEAD = TrainerPart.LEAD


@pytest.fixture
def session(app: Flask, wall_clock: WallClock) -> Held:
    """A session in four weeks that nobody teaches."""
    wall_clock.set("2026-11-02 10:00")
    made = make_session()
    db.session.commit()
    return Held(made)


@pytest.fixture
def desk(client: Client, session: Held) -> Client:
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def asked(session: Held, *names: str) -> list[TrainerAssignment]:
    """Trainers who may teach the course and were asked at once."""
    people = [make_trainer(name, session.course) for name in names]
    made = ask_several(COMMAND, session.id, LEAD, [person.id for person in people])
    db.session.commit()
    return made


def states(session: Held) -> dict[str, str]:
    db.session.expire_all()
    found = db.session.scalars(select(TrainerAssignment).where(TrainerAssignment.session_id == session.id))
    return {one.person.given_name: one.state.value for one in found}


def to_whom(kind: str) -> list[str]:
    found = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id))
    return [message.recipient_name for message in found]


def test_who_may_teach_and_is_free_is_found_from_another_agency_first(session: Held) -> None:
    course, council = session.course, make_agency("Council")
    make_assignment(session.row, make_trainer("Left", course, council), TrainerPart.CO_TRAINER)
    make_trainer("Same", course, council)
    make_trainer("Other", course)
    latest_taught = make_trainer("Lately", course)
    make_assignment(make_session(course, on=clock.today() - timedelta(days=60)), latest_taught)
    busy = make_trainer("Busy", course)
    elsewhere = make_session()
    make_assignment(elsewhere, busy, state=AssignmentState.ASKED)
    make_trainer("Unnoted")
    make_assignment(session.row, make_trainer("Declined", course), state=AssignmentState.DECLINED)
    db.session.commit()
    found = candidates_for(COMMAND, session.row)
    assert [one.name.split()[0] for one in found.free] == ["Lately", "Other", "Same"]
    assert [(one.name.split()[0], one.busy[0].ref) for one in found.busy] == [("Busy", elsewhere.ref)]
    assert [one.name.split()[0] for one in found.others] == ["Unnoted"]
    assert [one.from_elsewhere for one in found.free] == [True, True, False]


def test_who_is_not_noted_is_offered_on_asking_or_where_nobody_is(desk: Client, session: Held) -> None:
    make_trainer("Unnoted")
    db.session.commit()
    address = f"/desk/sessions/{session.ref}/trainers/find/lead"
    assert "Nobody who is noted for this course is free then" in desk.get(address)
    assert len(desk.get(address).select("input[name=people]")) == 1
    make_trainer("Ada", session.course)
    db.session.commit()
    page = desk.get(address)
    assert "Unnoted Trainer" not in page
    more = "Show everybody in the pool who is free, also those not noted for this course (1 more)"
    page = desk.click(page, more)
    unnoted = page.select("input[name=people]")[1]["value"]
    done = desk.submit(page, {"people": [unnoted]}, form="form[novalidate]", follow=True)
    assert done.flashes == ["We are asking 1 person. The first yes takes it."]


def test_a_booking_of_their_own_is_named_and_stands_in_nobodys_way(session: Held) -> None:
    learner = make_trainer("Learner", session.course)
    booking = make_booking(make_session(), learner)
    db.session.commit()
    [one] = candidates_for(COMMAND, session.row).free
    assert [clash.booking_ref for clash in one.busy] == [booking.ref]


def test_the_desk_takes_somebody_off_and_asks_several_at_once(desk: Client, session: Held) -> None:
    gone = make_trainer("Gwen", session.course)
    make_assignment(session.row, gone)
    for name in ("Ada", "Bea", "Cid"):
        make_trainer(name, session.course)
    db.session.commit()
    invite_trainers()
    page = desk.click(desk.get(f"/desk/sessions/{session.ref}/trainers"), "Cannot come (Gwen Trainer)")
    assert page.h1 == "Gwen Trainer cannot come"
    assert "Ada Trainer" in page
    assert {"Call it off", "Move it to another day, or hold it online"} <= set(page.links)
    wrong = desk.submit(page, {}, status=400)
    assert wrong.errors == ["Enter a few words on why"]
    find = desk.submit(wrong, {"reason": "In court"}, follow=True)
    assert states(session) == {"Gwen": "withdrawn"}
    assert latest("bookings.trainer-cancelled").calendar_method == "CANCEL"
    assert find.h1 == "Find a lead trainer"
    assert desk.submit(find, {}, form="form[novalidate]", status=400).errors == ["Select whom to ask"]
    people = [one.ref for one in candidates_for(COMMAND, session.row).free if not one.name.startswith("Cid")]
    page = desk.submit(find, {"people": people[:2], "note": "Two hours"}, form="form[novalidate]", follow=True)
    assert page.flashes == ["We are asking 2 people. The first yes takes it."]
    assert "We are looking: 2 people asked, 0 said no." in page
    assert to_whom(ASKED) == ["Ada Trainer", "Bea Trainer"]
    assert "whoever says yes first teaches it" in latest(ASKED).body_text
    assert "Two hours" in latest(ASKED).body_text
    assert ask_trainers() == 0


def test_a_person_who_was_never_offered_is_not_asked(desk: Client, session: Held) -> None:
    stranger = make_person()
    make_trainer("Ada", session.course)
    db.session.commit()
    address = f"/desk/sessions/{session.ref}/trainers/find/lead"
    page = desk.post(address, {"people": stranger.ref}, 400)
    assert page.errors == ["Select whom to ask"]
    desk.get(f"/desk/sessions/{session.ref}/trainers/find/nobody", 404)


def test_the_first_yes_takes_it_and_everybody_else_is_told(session: Held) -> None:
    first, second, third = asked(session, "Ada", "Bea", "Cid")
    answer(holder_of(third), third.id, comes=False)
    db.session.commit()
    answer(holder_of(first), first.id, comes=True)
    db.session.commit()
    assert states(session) == {"Ada": "accepted", "Bea": "withdrawn", "Cid": "withdrawn"}
    assert to_whom(NOT_NEEDED) == ["Bea Trainer"]
    assert "Somebody else has said yes before you" in latest(NOT_NEEDED).body_text
    assert latest("pool.search-told").subject.startswith("Ada Trainer teaches: ")
    assert open_search(session.id, LEAD) is None
    with pytest.raises(Refused, match=TOO_LATE):
        answer(holder_of(second), second.id, comes=True)


def test_a_later_yes_gets_a_kind_page(client: Client, session: Held) -> None:
    first, second = asked(session, "Ada", "Bea")
    address = link_in(latest(ASKED))
    opened = client.get(address)
    assert "Several people were asked." in opened
    answer(holder_of(first), first.id, comes=True)
    db.session.commit()
    page = client.submit(opened, {"answer": "can"}, follow=True)
    assert page.h1 == "Somebody else has said yes before you"
    assert "You need do nothing." in page
    assert not page.errors
    assert "Register" not in page
    assert states(session)["Bea"] == "withdrawn"
    assert second.id != first.id


def says_yes(viewer: Viewer, assignment_id: int) -> str:
    return answer(viewer, assignment_id, comes=True).state.value


def test_two_who_say_yes_at_the_same_moment_do_not_both_teach(app: Flask, session: Held) -> None:
    made = asked(session, "Ada", "Bea", "Cid", "Dee")
    deeds = [[partial(says_yes, holder_of(assignment), assignment.id)] for assignment in made]
    db.session.commit()
    outcomes = run_at_once(app, deeds)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert sorted(outcome.returned or outcome.refused for outcome in outcomes) == [TOO_LATE] * 3 + ["accepted"]
    assert sorted(states(session).values()) == ["accepted", "withdrawn", "withdrawn", "withdrawn"]
    assert len(to_whom(NOT_NEEDED)) == 3


def test_two_officers_who_ask_at_once_open_one_search(app: Flask, session: Held) -> None:
    people = [make_trainer(name, session.course).id for name in ("Ada", "Bea")]
    db.session.commit()
    key = session.id
    deeds = [[partial(ask_several, COMMAND, key, LEAD, [person])] for person in people]
    assert [outcome.error for outcome in run_at_once(app, deeds)] == ["", ""]
    assert len(db.session.scalars(select(TrainerSearch)).all()) == 1


def test_when_everybody_has_said_no_the_desk_is_told(session: Held) -> None:
    first, second = asked(session, "Ada", "Bea")
    answer(holder_of(first), first.id, comes=False)
    db.session.commit()
    assert to_whom("pool.search-told") == []
    assert trainers_who_cannot(COMMAND).total == 0
    answer(holder_of(second), second.id, comes=False)
    db.session.commit()
    assert trainers_who_cannot(COMMAND).total == 2
    assert latest("pool.search-told").subject.startswith("Nobody found yet")
    assert open_search(session.id, LEAD) is not None


def test_a_yes_on_the_telephone_ends_the_search(desk: Client, session: Held) -> None:
    asked(session, "Ada")
    make_trainer("Bea", session.course)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers/find/lead")
    done = desk.submit(page, button="Has said yes (Bea Trainer)", follow=True)
    assert "Bea Trainer teaches this session as lead trainer." in done.flashes
    assert states(session) == {"Ada": "withdrawn", "Bea": "accepted"}
    assert to_whom(NOT_NEEDED) == ["Ada Trainer"]


def test_a_yes_that_the_desk_notes_ends_it_too(desk: Client, session: Held) -> None:
    asked(session, "Ada", "Bea")
    page = desk.get(f"/desk/sessions/{session.ref}/trainers/find/lead")
    desk.submit(page, button="Has said yes (Ada Trainer)")
    assert states(session) == {"Ada": "accepted", "Bea": "withdrawn"}
    # Their yes is their own to say: the message to the desk is for yeses it did not write itself.
    assert to_whom("pool.search-told") == []
    desk.post(f"/desk/sessions/{session.ref}/trainers/P-NOBODY/accept", status=404)


def test_the_search_can_be_stopped(desk: Client, session: Held) -> None:
    [assignment] = asked(session, "Ada")
    page = desk.get(f"/desk/sessions/{session.ref}/trainers/find/lead")
    stopped = desk.submit(page, button="Stop looking", follow=True)
    assert "We have stopped looking." in stopped.flashes[0]
    assert states(session) == {"Ada": "withdrawn"}
    assert "We are no longer looking for somebody" in latest(NOT_NEEDED).body_text
    assert not stop_search(COMMAND, session.id, LEAD)
    with pytest.raises(Refused, match="no longer asked"):
        answer(holder_of(assignment), assignment.id, comes=True)


def test_nobody_is_asked_by_message_for_a_draft_or_once_it_has_begun(session: Held, wall_clock: WallClock) -> None:
    person = make_trainer("Ada", session.course)
    db.session.commit()
    wall_clock.set("2026-11-30 09:30")
    with pytest.raises(Refused, match="has begun"):
        ask_several(COMMAND, session.id, LEAD, [person.id])
    session.row.status = SessionStatus.DRAFT
    db.session.commit()
    with pytest.raises(Refused, match="once the session is published"):
        ask_several(COMMAND, session.id, LEAD, [person.id])


def test_a_trainer_who_cannot_come_after_all_is_told_to_the_desk_at_once(
    client: Client, session: Held, wall_clock: WallClock
) -> None:
    trainer = make_trainer("Gwen", session.course)
    trainer.telephone = "01632 960111"
    key = make_assignment(session.row, trainer).person_id
    make_assignment(session.row, make_trainer("Left", session.course), TrainerPart.CO_TRAINER)
    db.session.commit()
    invite_trainers()
    wall_clock.set("2026-11-29 16:00")
    client.sign_in(db.session.get_one(Person, key))
    page = client.click(client.get("/teaching"), f"I cannot come to {session.title}, 30 Nov 2026")
    client.submit(page, {"reason": "A hearing was moved"})
    told = latest("pool.trainer-cannot-come")
    assert told.subject.startswith("Tomorrow: Gwen Trainer cannot teach: ")
    for words in ("Their words: A hearing was moved", "Still down to teach: Left Trainer.", "01632 960111"):
        assert words in told.body_text
    assert f"/desk/sessions/{session.ref}/trainers/find/lead" in told.body_text
    assert states(session)["Gwen"] == "declined"


def test_a_search_for_a_session_called_off_or_begun_ends(session: Held, wall_clock: WallClock) -> None:
    asked(session, "Ada")
    begun = Held(make_session(on=clock.today() + timedelta(days=1)))
    asked(begun, "Bea")
    row = session.row
    row.status, row.called_off_at = SessionStatus.CALLED_OFF, clock.now()
    db.session.commit()
    wall_clock.forward(days=2)
    assert end_requests() == 3
    assert end_requests() == 0
    assert states(session) | states(begun) == {"Ada": "withdrawn", "Bea": "withdrawn"}
    assert to_whom(NOT_NEEDED) == ["Ada Trainer"]
    assert "The session was called off." in latest(NOT_NEEDED).body_text
    assert not db.session.scalars(select(TrainerSearch).where(TrainerSearch.closed_at.is_(None))).all()
