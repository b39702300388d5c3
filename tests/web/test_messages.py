"""The desk's log of messages, as the officer and the administrator use it."""

import pytest
from flask import Flask

from tests.core.post import Post, again, put
from tests.factories import make_person
from tests.pages import Client
from training.core import sending
from training.core.database import db
from training.core.outbox import MessageState
from training.core.transports import PermanentFailure
from training.core.viewer import Role


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the administrator."""
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    return client


def refused_message() -> int:
    """A message the mail server refused; its key."""
    key = put("a place").id
    sending.send_all(Post([PermanentFailure("The mail server refuses mail for this address.")]))
    return key


def test_without_messages_the_page_says_what_will_be_there(desk: Client) -> None:
    assert "No messages yet" in desk.get("/desk/messages")


def test_messages_are_listed_newest_first_and_found(desk: Client) -> None:
    put("Neglect", "booking:1")
    put("Online safety", "booking:2")
    page = desk.get("/desk/messages")
    assert [row[0] for row in page.rows()] == ["About Online safety", "About Neglect"]
    assert "2 messages, newest first" in page
    searched = desk.submit(page, {"words": "neglect"})
    assert [row[0] for row in searched.rows()] == ["About Neglect"]
    assert "No message matches" in desk.get("/desk/messages?state=failed")
    assert desk.get("/desk/messages?state=lost", status=400).errors == ["Select a status"]


def test_fifty_on_a_page(desk: Client) -> None:
    for number in range(51):
        put(f"number {number}", f"booking:{number}")
    assert len(desk.get("/desk/messages").rows()) == 50
    assert [row[0] for row in desk.get("/desk/messages?page=2").rows()] == ["About number 0"]


def test_a_message_is_shown_as_it_was_sent_without_its_secrets(desk: Client) -> None:
    key = put("a place").id
    page = desk.get(f"/desk/messages/{key}")
    assert "This message is waiting to be sent." in page
    assert "see [link]" in page
    assert b"s3cret" not in page.body
    sending.send_all(Post())
    assert "The mail server accepted this message" in desk.get(f"/desk/messages/{key}")
    desk.get("/desk/messages/987654", status=404)


def test_a_failed_message_is_sent_again(desk: Client) -> None:
    key = refused_message()
    page = desk.get(f"/desk/messages/{key}")
    assert "The mail server refuses mail for this address." in page
    after = desk.submit(page, button="Send again as it is", follow=True)
    assert after.flashes == ["The message will be sent to priya@people.example within a minute."]
    assert again(key).state is MessageState.QUEUED


def test_a_wrong_address_is_corrected_with_typed_text_kept(desk: Client) -> None:
    key = refused_message()
    page = desk.get(f"/desk/messages/{key}")
    wrong = desk.submit(page, {"address": "priya@"}, button="Correct the address and send", status=400)
    assert wrong.errors == ["Enter an email address in the correct format, like name@example.com"]
    assert wrong.one("input[name=address]")["value"] == "priya@"
    assert wrong.title.startswith("Error: ")
    desk.submit(wrong, {"address": "priya.nair@people.example"}, button="Correct the address and send", follow=True)
    assert again(key).recipient_address == "priya.nair@people.example"


def test_a_message_that_was_sent_meanwhile_is_not_sent_twice(desk: Client) -> None:
    key = refused_message()
    page = desk.get(f"/desk/messages/{key}")
    message = again(key)
    message.state = MessageState.DROPPED
    db.session.commit()
    answer = desk.submit(page, button="Send again as it is", status=400)
    assert answer.errors == ["This message has not failed, so it is not sent again"]


def test_trainers_and_learners_may_not_look(app: Flask, client: Client) -> None:
    trainer = make_person(role=Role.TRAINER)
    db.session.commit()
    client.sign_in(trainer)
    client.get("/desk/messages", status=403)
