"""What mails say: answers of Outlook, Google and Apple, messages that came back, and everything else that arrives."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.calendars.answers import PROGRAMS, answered, calendar, came_back, mail_with
from training.calendars.models import Participation
from training.calendars.replies import LONGEST_FIELD, MOST_ANSWERS, Reply, replies_in
from training.calendars.returned import MOST_NAMED, Returned, returned_in

UID, ADDRESS = "2f1c7a52-58a5-4b8e-9d9c-0a1b2c3d4e5f", "priya@people.example"
STAMP = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
DECLINED = Reply(UID, 0, STAMP, ((ADDRESS, Participation.DECLINED),))


def read(content: bytes) -> list[Reply]:
    return replies_in(message_from_bytes(content))


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("answer", list(Participation))
def test_each_program_answers_in_its_own_way(program: str, answer: Participation) -> None:
    """Outlook leaves the organiser out and writes in German; Apple keeps the address in a parameter."""
    content = answered(UID, "Priya@People.example", answer.value.upper(), sequence=2, program=program)
    assert read(content) == [Reply(UID, 2, STAMP, ((ADDRESS, answer),))]


def test_an_answer_that_is_attached_once_more_is_one_answer() -> None:
    assert read(mail_with(calendar(UID, ADDRESS), twice=True)) == [DECLINED]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1", "utf-8-sig"])
def test_an_answer_may_come_in_any_charset(charset: str) -> None:
    assert read(mail_with(calendar(UID, ADDRESS), charset=charset)) == [DECLINED]


def test_a_charset_nobody_knows_is_taken_for_utf_8() -> None:
    content = mail_with(calendar(UID, ADDRESS)).replace(b'charset="utf-8"; method', b'charset="x-klingon"; method')
    assert b"x-klingon" in content
    assert read(content) == [DECLINED]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("METHOD:REPLY", "METHOD:REQUEST"),
        ("METHOD:REPLY", "METHOD:COUNTER"),
        ("METHOD:REPLY\r\n", ""),
        ("PARTSTAT=DECLINED", "PARTSTAT=NEEDS-ACTION"),
        ("PARTSTAT=DECLINED", "PARTSTAT=DELEGATED"),
        ("PARTSTAT=DECLINED;", ""),
        (f"UID:{UID}\r\n", ""),
        ("MAILTO:priya@people.example", "MAILTO:"),
        ("SEQUENCE:0", "SEQUENCE:-1"),
        ("SEQUENCE:0", "SEQUENCE:99999999999"),
        ("SEQUENCE:0", "SEQUENCE:soon"),
        ("BEGIN:VEVENT", "BEGIN:VTODO"),
        ("BEGIN:VCALENDAR", "BEGIN:NOTHING"),
        ("END:VEVENT\r\n", ""),
    ],
)
def test_what_answers_nothing_is_passed_over(written: str, instead: str) -> None:
    content = calendar(UID, ADDRESS)
    assert written in content
    assert read(mail_with(content.replace(written, instead))) == []


def test_a_missing_sequence_means_the_first_version() -> None:
    assert read(mail_with(calendar(UID, ADDRESS).replace("\r\nSEQUENCE:0\r\n", "\r\n"))) == [DECLINED]


def test_a_stamp_that_is_missing_or_local_is_taken_as_it_can_be() -> None:
    without = calendar(UID, ADDRESS).replace("DTSTAMP:20261203T093000Z\r\n", "")
    assert [reply.stamped_at for reply in read(mail_with(without))] == [None]
    floating = calendar(UID, ADDRESS, stamp="20261203T093000")
    assert [reply.stamped_at for reply in read(mail_with(floating))] == [STAMP]


def test_ordinary_mails_answer_nothing() -> None:
    for content in (
        b"",
        b"Subject: Hello\r\n\r\nHello",
        b"\xff\xfe\x00" * 100,
        b"Content-Type: text/calendar\r\n\r\nno",
    ):
        assert read(content) == []
        assert returned_in(message_from_bytes(content)) is None


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_message_that_came_back_is_known_by_its_message_id(headers_only: bool) -> None:
    content = came_back("<abc@partnership.example>", ADDRESS, headers_only=headers_only)
    assert returned_in(message_from_bytes(content)) == Returned(
        ("<abc@partnership.example>",), ADDRESS, "550 5.1.1 User unknown"
    )


def test_a_server_that_gives_up_after_days_means_it() -> None:
    content = came_back("<abc@partnership.example>", ADDRESS, status="4.4.7")
    assert returned_in(message_from_bytes(content)) is not None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_server_that_goes_on_trying_returns_nothing(action: str) -> None:
    content = came_back("<abc@partnership.example>", ADDRESS, action=action, status="4.2.0")
    assert returned_in(message_from_bytes(content)) is None


def test_a_report_that_only_answers_names_the_message_all_the_same() -> None:
    content = came_back("<abc@partnership.example>", ADDRESS)
    alone = content[: content.index(b"Message-ID: <abc")] + b"Subject: Your place\r\n"
    alone = b"In-Reply-To: <abc@partnership.example>\r\n" + alone
    assert returned_in(message_from_bytes(alone)) == Returned(
        ("<abc@partnership.example>",), "", "550 5.1.1 User unknown"
    )


def test_a_report_about_nothing_returns_nothing() -> None:
    content = came_back("<abc@partnership.example>", ADDRESS).replace(b"<abc@partnership.example>", b"none")
    assert returned_in(message_from_bytes(content)) is None


@given(st.binary(max_size=2_000), st.integers(0, 1_500))
@example(b"BEGIN:VEVENT\r\n" * 100, 500)
def test_no_mail_is_too_strange_to_be_looked_at(noise: bytes, place: int) -> None:
    """Whoever writes to the mailbox may write anything."""
    for content in (answered(UID, ADDRESS), came_back("<abc@partnership.example>", ADDRESS)):
        message = message_from_bytes(content[:place] + noise + content[place:])
        for reply in replies_in(message):
            assert reply.uid
        returned = returned_in(message)
        assert returned is None or returned.message_ids


def test_a_charset_no_mail_is_written_in_is_taken_for_utf_8_too() -> None:
    """Punycode takes the square of the time: of a megabyte it would keep the worker for minutes."""
    content = mail_with(calendar(UID, ADDRESS)).replace(b'charset="utf-8"; method', b'charset="punycode"; method')
    assert b"punycode" in content
    assert read(content) == [DECLINED]


def test_a_part_with_far_too_long_a_field_is_not_read() -> None:
    """The library takes the square of the time over it as well."""
    content = mail_with(calendar(UID, ADDRESS)).replace(b"; method", b"; padding=" + b"x" * LONGEST_FIELD + b"; method")
    assert b"padding" in content
    assert read(content) == []


def test_a_mail_answers_a_bounded_number_of_times() -> None:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nATTENDEE;PARTSTAT=DECLINED:mailto:{ADDRESS}\r\nEND:VEVENT\r\n"
        for number in range(MOST_ANSWERS + 10)
    )
    content = f"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{events}END:VCALENDAR\r\n"
    assert len(read(content.encode())) == MOST_ANSWERS


def test_a_report_names_a_bounded_number_of_messages() -> None:
    names = " ".join(f"<{number}@elsewhere.example>" for number in range(MOST_NAMED * 3))
    report = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    returned = returned_in(message_from_bytes(f"References: {names}\r\n".encode() + report))
    assert returned is not None
    assert len(returned.message_ids) == MOST_NAMED
