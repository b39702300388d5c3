"""One mail as it goes over the wire: its parts, its header, and what cannot be smuggled into it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, compat32
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.core.calendars import CalendarEvent, cancellation, feed, invite
from training.core.letters import Letter, compose, new_message_id

at = datetime.fromisoformat

LETTER = Letter(
    message_id="<0123456789abcdef@muster.example>",
    sent_at=datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC),
    sender_address="training@northshire.example",
    sender_name="Northshire Safeguarding Training",
    recipient_address="zoe.oneill@school.example",
    recipient_name="Zoë O'Neill",
    subject="Your place on Neglect – 24 November",
    text="Dear Zoë,\n\n.You have a place.\nFrom 9.30am at Ångström House.\n",
    html="<p>Dear Zoë, you have a place.</p>\n",
)

EVENT = CalendarEvent(
    uid="2f1c7a52-58a5-4b8e-9d9c-0a1b2c3d4e5f",
    sequence=1,
    stamped_at=datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC),
    starts_at=at("2026-11-24T09:30"),
    ends_at=at("2026-11-24T16:00"),
    summary="Neglect",
    organiser_address="training@northshire.example",
    attendee_name="Zoë O'Neill",
    attendee_address="zoe.oneill@school.example",
)

WITH_INVITE = replace(LETTER, calendar=invite(EVENT), calendar_method="REQUEST")

HEADER = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]


def sent(letter: Letter) -> bytes:
    return compose(letter).as_bytes()


def unixed(text: str) -> str:
    """Without the line ends of the wire."""
    return text.replace("\r\n", "\n")


def received(letter: Letter) -> EmailMessage:
    message = message_from_bytes(sent(letter), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_an_invitation_has_three_alternatives_and_the_calendar_is_the_last() -> None:
    message = received(WITH_INVITE)
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == [
        "quoted-printable",
        "quoted-printable",
        "base64",
    ]
    assert all("Content-Disposition" not in part for part in parts)


@pytest.mark.parametrize(("method", "write"), [("REQUEST", invite), ("CANCEL", cancellation)])
def test_the_calendar_part_says_its_method_and_holds_the_very_bytes(method: Any, write: Any) -> None:
    letter = replace(LETTER, calendar=write(EVENT), calendar_method=method)
    assert f'Content-Type: text/calendar; charset="utf-8"; method="{method}"\r\n'.encode() in sent(letter)
    part = list(received(letter).iter_parts())[-1]
    assert part.get_payload(decode=True) == letter.calendar


def test_a_mail_without_a_calendar_has_two_alternatives() -> None:
    message = received(LETTER)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_mail_of_text_alone_is_no_multipart() -> None:
    message = received(replace(LETTER, html=None))
    assert message.get_content_type() == "text/plain"
    assert unixed(message.get_content()) == LETTER.text


def test_text_and_calendar_go_together_without_html() -> None:
    message = received(replace(WITH_INVITE, html=None))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/calendar"]


def test_the_header_says_who_and_when_and_that_nobody_typed_it() -> None:
    message = received(LETTER)
    assert list(message.keys()) == HEADER
    assert message["From"].addresses[0].display_name == "Northshire Safeguarding Training"
    assert message["From"].addresses[0].addr_spec == "training@northshire.example"
    assert [str(address) for address in message["To"].addresses] == ["Zoë O'Neill <zoe.oneill@school.example>"]
    assert message["Reply-To"] == "training@northshire.example"
    assert message["Subject"] == LETTER.subject
    assert message["Date"].datetime == LETTER.sent_at
    assert message["Message-ID"] == LETTER.message_id
    assert message["Auto-Submitted"] == "auto-generated"


def test_replies_may_go_elsewhere_where_no_invitation_is() -> None:
    assert received(replace(LETTER, reply_to="desk@northshire.example"))["Reply-To"] == "desk@northshire.example"


def test_all_of_it_is_seven_bit_in_short_lines_that_end_properly() -> None:
    long = replace(WITH_INVITE, text="Å" * 5_000 + "\r\nx" * 10, html="<p>" + "word " * 5_000, subject="Ö, " * 200)
    content = sent(long)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 76
    assert not [line for line in lines if b"\r" in line or b"\n" in line]


def test_the_texts_arrive_as_they_were_written() -> None:
    plain, html = received(LETTER).iter_parts()
    assert unixed(plain.get_content()) == LETTER.text
    assert unixed(html.get_content()) == LETTER.html


def test_half_a_character_does_not_stop_a_mail() -> None:
    message = received(replace(LETTER, html=None, text="before \ud800 after\n"))
    assert unixed(message.get_content()) == "before ? after\n"


def test_message_ids_differ_and_belong_to_the_domain() -> None:
    ids = {new_message_id("muster.example") for _ in range(100)}
    assert len(ids) == 100
    assert all(message_id.startswith("<") and message_id.endswith("@muster.example>") for message_id in ids)


@pytest.mark.parametrize("domain", ["", "muster example", "a>\r\nBcc: b@c.example", "@muster.example"])
def test_a_message_id_needs_a_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        new_message_id(domain)


def test_a_long_message_id_is_not_taken_apart() -> None:
    message_id = new_message_id("training." + "safeguarding-" * 4 + "partnership.northshire.example")
    assert message_id.encode() in sent(replace(LETTER, message_id=message_id))


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: everybody@northshire.example"},
        {"subject": "Hello\rBcc: everybody@northshire.example"},
        {"subject": "Hello\n\nBody"},
        {"subject": "=?utf-8?q?Hello=0D=0ABcc:_everybody@northshire.example?="},
        {"recipient_name": "Zoë\r\nBcc: everybody@northshire.example"},
        {"recipient_name": "=?utf-8?q?=0ABcc:_everybody@northshire.example?="},
        {"recipient_name": 'Zoë" <everybody@northshire.example>, "'},
        {"sender_name": "Training\x85Bcc: everybody@northshire.example"},
        {"sender_name": "Training\u2028Bcc: everybody@northshire.example"},
    ],
)
def test_line_breaks_in_the_subject_and_in_names_add_nothing(change: dict[str, Any]) -> None:
    message = received(replace(LETTER, **change))
    assert list(message.keys()) == HEADER
    assert [address.addr_spec for address in message["To"].addresses] == [LETTER.recipient_address]
    assert [address.addr_spec for address in message["From"].addresses] == [LETTER.sender_address]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", ["recipient_address", "sender_address", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "Ann <a@b.example>",
        "a@b.example\n",
        "a b@c.example",
        "a..b@c.example",
        "ä@b.example",
        "nobody",
    ],
)
def test_an_address_is_that_and_nothing_more(name: str, address: str) -> None:
    with pytest.raises(ValueError, match="plain e-mail address"):
        compose(replace(LETTER, **{name: address}))


@pytest.mark.parametrize("message_id", ["0123@muster.example", "<0123>", "<a@b.example>\r\nBcc: <c@d.example>"])
def test_a_message_id_is_that_and_nothing_more(message_id: str) -> None:
    with pytest.raises(ValueError, match=r"angle brackets|plain"):
        compose(replace(LETTER, message_id=message_id))


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="with a zone"):
        compose(replace(LETTER, sent_at=at("2026-11-02T10:15")))


TWO_EVENTS = invite(EVENT).replace(b"END:VEVENT\r\n", b"END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"calendar": None}, "or neither"),
        ({"calendar_method": None}, "or neither"),
        ({"calendar_method": "CANCEL"}, "differ"),
        ({"calendar": feed("Mine", [EVENT])}, "differ"),
        ({"calendar": TWO_EVENTS}, "one event"),
        ({"sender_address": "other@northshire.example"}, "organiser of the event"),
        ({"reply_to": "desk@northshire.example"}, "go to the organiser"),
        ({"recipient_address": "manager@school.example"}, "only attendee"),
    ],
)
def test_a_calendar_that_belongs_to_another_mail_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        compose(replace(WITH_INVITE, **change))


def test_a_text_that_looks_like_a_calendar_line_does_not_confuse_the_check() -> None:
    event = replace(EVENT, description="Join\nATTENDEE:mailto:a@b.example\nBEGIN:VEVENT " + "x" * 60 + " METHOD:CANCEL")
    assert received(replace(WITH_INVITE, calendar=invite(event))).is_multipart()


@given(st.text(max_size=250), st.text(max_size=120), st.text(max_size=120))
def test_no_subject_or_name_changes_what_else_stands_in_the_header(subject: str, recipient: str, sender: str) -> None:
    letter = replace(LETTER, subject=subject, recipient_name=recipient, sender_name=sender, html=None)
    content = sent(letter)
    names = BytesParser(policy=compat32).parsebytes(content).keys()
    assert sorted(names) == sorted([*HEADER, "Content-Transfer-Encoding"])
    message = message_from_bytes(content, policy=SMTP)
    assert [address.addr_spec for address in message["To"].addresses] == [LETTER.recipient_address]
    assert [address.addr_spec for address in message["From"].addresses] == [LETTER.sender_address]
    assert unixed(message.get_content()) == LETTER.text
