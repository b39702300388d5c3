"""The log narrowed and downloaded, a set sent again after a fault, and what came back, as the desk sees them."""

import pytest

from tests.conftest import WallClock
from tests.core.post import Post, again, put
from tests.core.test_outbox import calendar_part
from tests.factories import make_person
from tests.pages import Client
from training.core import sending
from training.core.bounces import note_bounce
from training.core.calendars import new_uid
from training.core.database import db
from training.core.outbox import MessageState
from training.core.transports import PermanentFailure
from training.core.viewer import Role


@pytest.fixture
def desk(client: Client, wall_clock: WallClock) -> Client:
    """Signed in as the administrator."""
    wall_clock.set("2026-12-03 09:30")
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    return client


def refused(*subjects: str, reason: str = "The mail server is away.") -> list[int]:
    keys = [put(subject, f"booking:{subject}").id for subject in subjects]
    sending.send_all(Post([PermanentFailure(reason) for _ in subjects]))
    return keys


def came_back(subject: str = "a place", link: str = "the page", secrets: tuple[str, ...] = ()) -> int:
    message = put(subject, link=link, secrets=secrets, calendar=calendar_part("REQUEST", new_uid()))
    key, name = message.id, message.message_id
    sending.send_all(Post())
    assert note_bounce(name, "The mailbox is full")
    db.session.commit()
    return key


def test_what_came_back_says_so_and_is_sent_to_the_right_address(desk: Client) -> None:
    key = came_back()
    listed = desk.get("/desk/messages?state=trouble")
    assert listed.rows()[0][4] == "Came back undelivered The mailbox is full"
    page = desk.click(listed, "About a place")
    assert "This message came back: it did not reach its reader." in page
    assert "The mailbox is full" in page
    after = desk.submit(
        page, {"address": "priya.nair@people.example"}, button="Correct the address and send", follow=True
    )
    assert "This message is waiting to be sent." in after
    assert "priya.nair@people.example" in after
    assert "It was sent again to priya.nair@people.example" in desk.get(f"/desk/messages/{key}").links
    assert desk.get("/desk/messages?state=trouble").select("table") == []
    assert len(desk.get("/desk/messages?state=bounced").rows()) == 1


def test_what_held_a_link_and_came_back_can_only_be_set_aside(desk: Client) -> None:
    key = came_back("an offer", "https://training.example/link/s3cret", ("s3cret",))
    page = desk.get(f"/desk/messages/{key}")
    assert "was wiped when it was sent" in page
    assert "Send again as it is" not in page.buttons
    empty = desk.submit(page, {"reason": ""}, button="Set it aside", status=400)
    assert empty.errors == ["Enter what you did instead"]
    after = desk.submit(empty, {"reason": "Told by telephone"}, button="Set it aside", follow=True)
    assert "It was set aside on Thursday 3 December 2026" in after
    assert "Put it right" not in after


def test_a_calendar_part_is_said_in_words(desk: Client) -> None:
    page = desk.get(f"/desk/messages/{came_back()}")
    assert "It puts this into the calendar, or changes it there: " in page


def test_the_look_of_a_message_shows_no_secret(desk: Client) -> None:
    key = put("a place").id
    page = desk.get(f"/desk/messages/{key}")
    look = str(page.one("iframe")["srcdoc"])
    assert "[link]" in look
    assert "s3cret" not in str(page.soup)
    assert page.one("iframe").has_attr("sandbox")


def test_a_set_is_looked_at_and_sent_again_by_reason(desk: Client) -> None:
    first, second = refused("one", "two")
    (third,) = refused("three", reason="No such mailbox.")
    page = desk.click(desk.get("/desk/messages?state=failed"), "Send failed ones again")
    assert "3 failed messages can be sent again" in page
    none = desk.submit(page, {"reasons": []}, button="Send them again", status=400)
    assert none.errors == ["Select which messages to send again"]
    away = next(
        str(box["value"])
        for box in page.select("input[name=reasons]")
        if "is away" in str(page.one(f"label[for={box['id']}]").get_text())
    )
    after = desk.submit(page, {"reasons": [away]}, button="Send them again", follow=True)
    assert after.flashes == ["2 messages will be sent again within minutes, the oldest first."]
    assert [again(key).state for key in (first, second, third)] == [
        MessageState.QUEUED,
        MessageState.QUEUED,
        MessageState.FAILED,
    ]


def test_a_set_of_another_day_is_empty_and_days_run_forward(desk: Client) -> None:
    refused("one")
    assert "No message has failed" in desk.get(
        "/desk/messages/send-again?begins-day=4&begins-month=12&begins-year=2026"
    )
    backwards = "begins-day=4&begins-month=12&begins-year=2026&ends-day=3&ends-month=12&ends-year=2026"
    page = desk.get(f"/desk/messages?{backwards}", status=400)
    assert page.errors == ["The last day must be the same as or after the first day"]
    desk.get(f"/desk/messages/send-again?{backwards}", status=400)
    desk.get(f"/desk/messages.csv?{backwards}", status=404)


def test_messages_of_one_day_are_listed_and_downloaded(desk: Client, wall_clock: WallClock) -> None:
    put("=cmd", "booking:1")
    wall_clock.set("2026-12-04 09:30")
    put("tomorrow", "booking:2")
    day = "begins-day=3&begins-month=12&begins-year=2026&ends-day=3&ends-month=12&ends-year=2026"
    assert [row[0] for row in desk.get(f"/desk/messages?{day}").rows()] == ["About =cmd"]
    sheet = desk.get(f"/desk/messages.csv?{day}").body.decode("utf-8-sig").splitlines()
    assert sheet[0].startswith("Written,Sent,Kind,Subject,To,Address,Status")
    assert len(sheet) == 2
    assert "Waiting to be sent" in sheet[1]


def test_a_reference_that_names_nothing_is_no_log(desk: Client) -> None:
    for word in ("person", "booking", "session"):
        desk.get(f"/desk/messages?{word}=XX-0000", status=404)
        desk.get(f"/desk/messages.csv?{word}=XX-0000", status=404)
        desk.get(f"/desk/messages/send-again?{word}=XX-0000", status=404)
