"""What came back goes out as a new message, a whole set again after a fault; what was told otherwise rests."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.core.post import Post, again, put
from tests.core.test_outbox import calendar_part
from tests.factories import make_person, viewer_of
from training.core import clock, sending
from training.core.audit import AuditEntry
from training.core.bounces import note_bounce
from training.core.calendars import new_uid
from training.core.database import db
from training.core.message_log import Lookout, Question, messages_found, sent_instead
from training.core.message_mending import correct_address, plan_of, send_again, send_all_again, set_aside
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.transports import PermanentFailure, TemporaryFailure
from training.core.viewer import Role, Viewer

FAULT, WRONG = "The mail server is away.", "No such mailbox."


@pytest.fixture
def officer(app: Flask, wall_clock: WallClock) -> Viewer:
    wall_clock.set("2026-12-03 09:30")
    viewer = viewer_of(make_person("Olu"), Role.OFFICER)
    db.session.commit()
    return viewer


def plain(what: str, **columns: object) -> OutboxMessage:
    """A message without a link of its own."""
    return put(what, f"booking:{what}", link="the page", secrets=(), **columns)  # pyright: ignore[reportArgumentType]


def came_back(message: OutboxMessage) -> int:
    """The message after the mail server accepted it and sent it back; its key."""
    key, name = message.id, message.message_id
    sending.send_all(Post())
    assert note_bounce(name, "The mailbox is full")
    db.session.commit()
    return key


def failed(*reasons: str, first: int = 0) -> list[int]:
    """Messages that the mail server refused for these reasons; their keys."""
    keys = [plain(f"failed {number}").id for number, _ in enumerate(reasons, start=first)]
    sending.send_all(Post([PermanentFailure(reason) for reason in reasons]))
    assert {again(key).state for key in keys} == {MessageState.FAILED}
    return keys


def trouble(viewer: Viewer) -> list[int]:
    return [message.id for message in db.session.scalars(messages_found(viewer, Question(lookout=Lookout.TROUBLE)))]


def test_what_came_back_is_sent_as_a_new_message_to_the_right_address(officer: Viewer) -> None:
    uid = new_uid()
    key = came_back(plain("a place", calendar=calendar_part("REQUEST", uid)))
    assert trouble(officer) == [key]
    assert again(key).state_in_words == "Came back undelivered"
    copy = correct_address(officer, again(key), "priya.nair@people.example")
    db.session.commit()
    assert trouble(officer) == []
    old, new = again(key), again(copy.id)
    assert new.key == f"{old.key}:again-1"
    assert new.message_id != old.message_id
    assert (new.stream, new.about, new.body_text) == (old.stream, old.about, old.body_text)
    assert new.calendar is not None
    assert b"priya.nair@people.example" in new.calendar.replace(b"\r\n ", b"")
    assert sent_instead(officer, old) == new
    post = Post()
    sending.send_all(post)
    assert [str(mail["To"]) for mail in post.accepted] == ["Priya Nair <priya.nair@people.example>"]


def test_what_comes_back_again_is_followed_by_the_next(officer: Viewer) -> None:
    key = came_back(plain("a place"))
    first = send_again(officer, again(key))
    db.session.commit()
    second = send_again(officer, again(came_back(first)))
    db.session.commit()
    assert again(second.id).key == "test:a place:again-2"
    with pytest.raises(Refused, match="has not failed"):
        send_again(officer, again(key))


def test_a_link_that_was_wiped_is_not_sent_as_the_word_link(officer: Viewer) -> None:
    key = came_back(put("an offer"))
    for deed in (
        lambda: send_again(officer, again(key)),
        lambda: correct_address(officer, again(key), "priya.nair@people.example"),
    ):
        with pytest.raises(Refused, match="wiped when it was sent"):
            deed()
    set_aside(officer, again(key), "Told by telephone")
    db.session.commit()
    assert trouble(officer) == []


def test_what_came_back_too_late_or_was_overtaken_is_not_sent_again(officer: Viewer, wall_clock: WallClock) -> None:
    uid = new_uid()
    key = came_back(plain("first", calendar=calendar_part("REQUEST", uid)))
    plain("second", calendar=calendar_part("REQUEST", uid))
    sending.send_all(Post())
    with pytest.raises(Refused, match="newer message"):
        send_again(officer, again(key))
    late = came_back(plain("late", not_after=clock.now() + timedelta(hours=1)))
    wall_clock.forward(hours=2)
    with pytest.raises(Refused, match="no longer be true"):
        send_again(officer, again(late))


def test_what_is_set_aside_rests_with_its_reason_and_without_its_link(officer: Viewer) -> None:
    key = put("a place").id
    sending.send_all(Post([PermanentFailure(WRONG)]))
    assert trouble(officer) == [key]
    set_aside(officer, again(key), "Told by telephone")
    db.session.commit()
    message = again(key)
    assert trouble(officer) == []
    assert message.state_in_words == "Failed, dealt with"
    assert "s3cret" not in message.body_text + message.body_html
    entry = db.session.scalars(db.select(AuditEntry)).one()
    assert (entry.deed, entry.reason) == ("set the message aside", "Told by telephone")
    for deed in (lambda: send_again(officer, again(key)), lambda: set_aside(officer, again(key), "Twice")):
        with pytest.raises(Refused, match="has not failed"):
            deed()


def test_what_cancels_an_invite_that_was_set_aside_still_goes_out(officer: Viewer) -> None:
    uid = new_uid()
    key = plain("invite", calendar=calendar_part("REQUEST", uid)).id
    sending.send_all(Post([PermanentFailure(WRONG)]))
    set_aside(officer, again(key), "Told by telephone")
    db.session.commit()
    plain("cancel", calendar=calendar_part("CANCEL", uid))
    post = Post()
    sending.send_all(post)
    assert post.subjects == ["About cancel"]


def test_a_set_goes_out_again_by_reason_and_in_the_old_order(officer: Viewer) -> None:
    keys = failed(FAULT, WRONG, FAULT)
    plan = plan_of(officer, Question())
    assert [(group.reason, len(group.ready)) for group in plan.groups] == [(FAULT, 2), (WRONG, 1)]
    assert (plan.ready, plan.refused, plan.more) == (3, 0, 0)
    assert send_all_again(officer, plan, [FAULT]) == 2
    db.session.commit()
    assert again(keys[1]).state is MessageState.FAILED
    post = Post()
    sending.send_all(post)
    assert post.subjects == ["About failed 0", "About failed 2"]
    assert db.session.scalar(db.select(db.func.count()).select_from(AuditEntry)) == 2


def test_a_set_leaves_out_what_would_be_wrong_and_what_was_settled(officer: Viewer, wall_clock: WallClock) -> None:
    passed = plain("passed", not_after=clock.now() + timedelta(hours=1)).id
    sending.send_all(Post([PermanentFailure(FAULT)]))
    first, second = failed(FAULT, FAULT)
    set_aside(officer, again(second), "Told by telephone")
    db.session.commit()
    wall_clock.forward(hours=2)
    plan = plan_of(officer, Question())
    ((group),) = plan.groups
    assert [message.id for message in group.ready] == [first]
    assert [(message.id, why[:40]) for message, why in group.refused] == [
        (passed, "This message would no longer be true: wh")
    ]
    # Somebody else was quicker.
    send_again(officer, again(first))
    db.session.commit()
    assert send_all_again(officer, plan, [FAULT]) == 0


def test_a_set_can_be_of_one_day_and_costs_the_same_for_many(
    officer: Viewer, wall_clock: WallClock, statements: list[str]
) -> None:
    failed(FAULT)
    wall_clock.set("2026-12-04 09:30")
    today = clock.today()
    failed_today = plain("today").id
    sending.send_all(Post([PermanentFailure(FAULT)]))
    statements.clear()
    plan = plan_of(officer, Question(since=today, until=today))
    few = len(statements)
    assert [message.id for group in plan.groups for message in group.ready] == [failed_today]
    failed(*[FAULT] * 12, first=1)
    statements.clear()
    plan_of(officer, Question(since=today, until=today))
    assert len(statements) <= few + 1


def test_a_message_still_being_tried_is_in_no_set(officer: Viewer) -> None:
    plain("tried")
    sending.send_all(Post([TemporaryFailure(FAULT)]))
    assert plan_of(officer, Question()).groups == []
    assert trouble(officer) == []
