"""The partnership's own words: sent once saved, kept when set aside, never a dead end after a release."""

import logging
from dataclasses import replace

import pytest
from flask import Flask

from tests.factories import make_person, viewer_of
from training.core import messages
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.message_rewriting import go_back, passed_over, rewrite, send_test, standing_of
from training.core.message_texts import MessageText, forget_own_words, own_words
from training.core.messages import MessageKind, Words, register_kind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.partnership import CONTACT, PARTNERSHIP_NAME
from training.core.refusal import Refused
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role, Viewer
from training.people.mail import CHOOSE

KIND = register_kind(
    "test.rewritten", "Rewritten", "About ((title))", "Hello ((name)),\n\nAnswer: ((answer))\n\n((code))\n"
)
OWN = Words("News of ((title))", "Dear ((name)),\n\n((answer)) ((code))\n")
VALUES = {"title": "Neglect", "name": "Priya", "answer": "https://a.example/link/s3cret", "code": "BCDF-GHJK"}
SECRETS = ("s3cret", "BCDF-GHJK")


@pytest.fixture
def officer(app: Flask) -> Viewer:
    viewer = viewer_of(make_person("Olu"), Role.OFFICER)
    db.session.commit()
    return viewer


def sent(key: str = "one", kind: MessageKind = KIND, on_behalf_of: str = "") -> OutboxMessage:
    to = Recipient("Priya Nair", "priya@people.example", on_behalf_of=on_behalf_of)
    message = enqueue(kind, VALUES, key=key, stream="booking:1", about="booking:1", to=to, secrets=SECRETS)
    assert message is not None
    return message


def test_own_words_are_sent_from_the_moment_they_are_saved(officer: Viewer) -> None:
    assert sent("before").subject == "About Neglect"
    rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    message = sent("after")
    assert message.subject == "News of Neglect"
    assert message.body_text.startswith("Dear Priya,\n\nhttps://a.example/link/s3cret BCDF-GHJK\n")
    assert "Dear Priya," in message.body_html


def test_many_messages_ask_once_for_own_words(officer: Viewer, statements: list[str]) -> None:
    rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    db.session.remove()
    statements.clear()
    for number in range(5):
        sent(f"number {number}")
    assert len([statement for statement in statements if "message_text" in statement]) == 1


def test_going_back_keeps_own_words_to_be_taken_up_again(officer: Viewer) -> None:
    row = rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    go_back(officer, KIND, row.row_version)
    db.session.commit()
    assert sent().subject == "About Neglect"
    standing = standing_of(KIND)
    assert standing.own is not None
    assert standing.own.words == OWN
    rewrite(officer, KIND, OWN, standing.version)
    db.session.commit()
    assert sent("again").subject == "News of Neglect"
    with pytest.raises(Refused, match="Nothing is different"):
        rewrite(officer, KIND, OWN, standing_of(KIND).version)
    deeds = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.deed for entry in deeds] == [
        "rewrote the message",
        "went back to the delivered words of the message",
        "rewrote the message",
    ]
    assert deeds[0].values is not None
    assert deeds[0].values.before["subject"] == "About ((title))"
    assert deeds[0].values.after["subject"] == "News of ((title))"


def test_who_comes_second_is_told_and_changes_nothing(officer: Viewer) -> None:
    rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    for version in (0, 7):
        with pytest.raises(Refused, match="Somebody else changed"):
            rewrite(officer, KIND, replace(OWN, subject="Mine"), version)
        db.session.rollback()
        with pytest.raises(Refused, match="Somebody else changed"):
            go_back(officer, KIND, version)
        db.session.rollback()
    assert sent().subject == "News of Neglect"


def test_words_that_lead_nowhere_are_refused(officer: Viewer) -> None:
    with pytest.raises(Refused) as refusal:
        rewrite(officer, KIND, Words("Subject", "((code)) alone"), 0)
    assert (refusal.value.field, standing_of(KIND).own) == ("body", None)


def test_what_protects_accounts_is_not_rewritten_and_only_officers_rewrite(officer: Viewer) -> None:
    with pytest.raises(Refused, match="protect accounts"):
        rewrite(officer, CHOOSE, Words("Subject", CHOOSE.body + "More"), 0)
    administrator = viewer_of(make_person("Gareth"), Role.ADMINISTRATOR)
    for deed in (
        lambda: rewrite(administrator, KIND, OWN, 0),
        lambda: go_back(administrator, KIND, 0),
        lambda: send_test(administrator, KIND, OWN),
    ):
        with pytest.raises(LookupError):
            deed()


def test_a_release_that_changes_a_kind_never_stops_its_messages(
    officer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    assert passed_over() == []
    released = replace(KIND, subject="About it", body="Hello ((name)),\n\n((link))\n\n((answer)) ((code))\n")
    monkeypatch.setitem(messages._kinds, KIND.name, released)  # pyright: ignore[reportPrivateUsage]
    forget_own_words()
    to = Recipient("Priya Nair", "priya@people.example")
    values = {**VALUES, "link": "https://a.example/x"}
    del values["title"]
    message = enqueue(released, values, key="new", stream="b:1", about="booking:1", to=to, secrets=SECRETS)
    assert message is not None
    assert message.subject == "About it"
    (standing,) = passed_over()
    assert standing.is_passed_over
    assert standing.has_delivered_anew
    assert standing.sent == released.words
    assert own_words() == {}


def test_a_kind_that_is_no_longer_sent_troubles_nobody(officer: Viewer) -> None:
    assert officer.works_at_desk
    db.session.add(MessageText(kind="gone.kind", subject="Gone", body="Gone"))
    db.session.commit()
    assert own_words() == {}
    assert passed_over() == []


def test_words_without_a_secret_that_was_made_for_them_go_out_as_delivered(
    officer: Viewer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(officer, KIND, OWN, 0)
    db.session.commit()
    hidden = replace(KIND, body=KIND.body + "\n((further))\n")
    monkeypatch.setitem(messages._kinds, KIND.name, hidden)  # pyright: ignore[reportPrivateUsage]
    forget_own_words()
    to = Recipient("Priya Nair", "priya@people.example")
    values = {**VALUES, "further": "https://a.example/link/m0re"}
    with caplog.at_level(logging.ERROR):
        message = enqueue(hidden, values, key="k", stream="b", about="booking:1", to=to, secrets=(*SECRETS, "m0re"))
    assert message is not None
    assert "m0re" in message.body_text
    assert "test.rewritten was not sent" in caplog.text


def test_every_message_says_who_writes_why_and_how_to_answer(officer: Viewer) -> None:
    change_setting(COMMAND, PARTNERSHIP_NAME, "Sandby <Partnership>")
    db.session.commit()
    message = sent()
    foot = "\nSandby <Partnership>\nYou get this message because you asked for training with us, or somebody at your "
    assert foot in message.body_text
    assert message.body_text.endswith("To reach the training team, reply to this message.\n")
    assert "Sandby &lt;Partnership&gt;" in message.body_html
    assert "<img" not in message.body_html
    change_setting(COMMAND, CONTACT, "training@sandby.example\nor 0151 496 0000")
    passed_on = sent("two", on_behalf_of="Ada Byron")
    assert "because Ada Byron has no email address with us." in passed_on.body_text
    assert passed_on.body_text.endswith("or use: training@sandby.example or 0151 496 0000\n")
    assert officer.works_at_desk


def test_a_test_goes_to_oneself_alone_with_nothing_real_to_open(officer: Viewer) -> None:
    message = send_test(officer, KIND, OWN)
    db.session.commit()
    assert message.person_id == officer.person_id
    assert message.subject == "Test: News of Neglect: seeing the child"
    assert "/link/example" in message.body_text
    assert "Dear Olu," in message.body_text
    assert message.kind == "messages.test"


def test_without_an_address_there_is_no_test(app: Flask) -> None:
    silent = viewer_of(make_person("Nia", address=None), Role.OFFICER)
    db.session.commit()
    with pytest.raises(Refused, match="no email address"):
        send_test(silent, KIND, OWN)
    assert app.testing
