"""The desk finds messages and puts right what failed."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.core.post import Post, again, put
from tests.core.test_outbox import calendar_part
from tests.factories import make_person, viewer_of
from training.core import clock, sending
from training.core.audit import AuditEntry
from training.core.calendars import new_uid
from training.core.database import db
from training.core.message_log import Lookout, Question, find_message, messages_found
from training.core.message_mending import correct_address, send_again
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.transports import PermanentFailure
from training.core.viewer import ANONYMOUS, Role, Viewer
from training.evaluations.mail import END_ASKED
from training.people.mail import CHOOSE


@pytest.fixture
def officer(app: Flask, wall_clock: WallClock) -> Viewer:
    wall_clock.set("2026-12-03 09:30")
    viewer = viewer_of(make_person("Olu"), Role.OFFICER)
    db.session.commit()
    return viewer


def failed(what: str = "one", **columns: object) -> int:
    """A message that the mail server refused; its key."""
    message = put(what, **columns)  # pyright: ignore[reportArgumentType]
    key = message.id
    sending.send_all(Post([PermanentFailure("No such mailbox.")]))
    assert again(key).state is MessageState.FAILED
    return key


def found(viewer: Viewer, words: str = "", state: Lookout | None = None, kind: str = "") -> list[str]:
    question = Question(words, state, kind)
    return [message.subject for message in db.session.scalars(messages_found(viewer, question))]


def test_messages_are_found_by_words_state_and_kind(officer: Viewer) -> None:
    put("Neglect", "booking:1")
    put("Online safety 100%", "booking:2")
    assert found(officer) == ["About Online safety 100%", "About Neglect"]
    assert found(officer, "PRIYA neglect") == ["About Neglect"]
    assert found(officer, "people.example online") == ["About Online safety 100%"]
    assert found(officer, "100%") == ["About Online safety 100%"]
    assert found(officer, "1_0") == []
    assert found(officer, state=Lookout.SENT) == []
    assert len(found(officer, kind="test.kind")) == 2
    assert found(officer, kind="another") == []


def test_nobody_else_sees_any(officer: Viewer) -> None:
    key = put("Neglect").id
    assert find_message(officer, key) is not None
    for viewer in (ANONYMOUS, viewer_of(make_person(), Role.TRAINER)):
        assert found(viewer) == []
        assert find_message(viewer, key) is None


def test_a_failed_message_is_sent_again_under_the_same_message_id(officer: Viewer) -> None:
    key = failed()
    message_id = again(key).message_id
    send_again(officer, again(key))
    db.session.commit()
    post = Post()
    sending.send_all(post)
    assert [mail["Message-ID"] for mail in post.accepted] == [message_id]
    entry = db.session.scalars(db.select(AuditEntry)).one()
    assert (entry.deed, entry.actor_id, entry.subject_id) == ("sent the message again", officer.person_id, key)


def test_a_corrected_address_reaches_the_calendar_part_too(officer: Viewer) -> None:
    uid = new_uid()
    key = failed(calendar=calendar_part("REQUEST", uid))
    before = again(key).calendar
    correct_address(officer, again(key), "priya.nair-with-a-long-name@merrow-vale-hospitals.example")
    db.session.commit()
    post = Post()
    sending.send_all(post)
    assert str(post.accepted[0]["To"]) == ("Priya Nair <priya.nair-with-a-long-name@merrow-vale-hospitals.example>")
    message = again(key)
    assert before is not None
    assert message.calendar is not None
    unfolded = message.calendar.decode().replace("\r\n ", "")
    assert "RSVP=TRUE:mailto:priya.nair-with-a-long-name@merrow-vale-hospitals.example\r\n" in unfolded
    changed = set(before.decode().replace("\r\n ", "").splitlines()) ^ set(unfolded.splitlines())
    assert all(line.startswith("ATTENDEE") for line in changed)
    assert max(len(line) for line in message.calendar.split(b"\r\n")) <= 75
    entry = db.session.scalars(db.select(AuditEntry)).one()
    assert entry.values is not None
    assert entry.values.before == {"recipient_address": "priya@people.example"}


@pytest.mark.parametrize("address", ["priya@people.example", "not an address", "a@b@c.example"])
def test_an_address_that_helps_nobody_is_refused(officer: Viewer, address: str) -> None:
    key = failed()
    with pytest.raises(Refused) as refusal:
        correct_address(officer, again(key), address)
    assert refusal.value.field == "address"
    assert again(key).state is MessageState.FAILED


def test_what_opens_an_account_is_led_to_nobody_else(officer: Viewer) -> None:
    key = failed()
    again(key).kind = CHOOSE.name
    db.session.commit()
    with pytest.raises(Refused, match="get into the account"):
        correct_address(officer, again(key), "somebody.else@people.example")
    send_again(officer, again(key))


def test_what_lets_its_reader_answer_as_the_person_is_redirected_by_an_officer_alone(officer: Viewer) -> None:
    key = failed()
    again(key).kind = END_ASKED.name
    administrator = viewer_of(make_person("Gareth"), Role.ADMINISTRATOR)
    db.session.commit()
    with pytest.raises(Refused, match="only an officer"):
        correct_address(administrator, again(key), "somebody.else@people.example")
    assert again(key).state is MessageState.FAILED
    correct_address(officer, again(key), "somebody.else@people.example")
    db.session.commit()
    assert again(key).recipient_address == "somebody.else@people.example"


def test_what_was_sent_is_not_sent_again(officer: Viewer) -> None:
    key = put("one").id
    sending.send_all(Post())
    with pytest.raises(Refused, match="has not failed"):
        send_again(officer, again(key))


def test_what_has_passed_is_not_sent_again(officer: Viewer, wall_clock: WallClock) -> None:
    key = failed(not_after=clock.now() + timedelta(hours=1))
    wall_clock.forward(hours=2)
    with pytest.raises(Refused, match="no longer be true"):
        send_again(officer, again(key))


def test_an_invite_that_a_newer_one_has_overtaken_is_not_sent_again(officer: Viewer) -> None:
    uid = new_uid()
    key = failed(calendar=calendar_part("REQUEST", uid))
    put("two", calendar=calendar_part("REQUEST", uid))
    sending.send_all(Post())
    with pytest.raises(Refused, match="newer message"):
        send_again(officer, again(key))
    assert db.session.scalar(db.select(db.func.count()).select_from(OutboxMessage)) == 2
