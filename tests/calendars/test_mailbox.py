"""The mailbox over a real connection: every mail once, none lost, nothing changed in it, whatever happens."""

import logging
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.calendars.answers import answered, came_back, mail_with
from tests.calendars.imap_server import PASSWORD, USER, Folder, serving
from tests.conftest import WallClock
from tests.core.post import Post, again, put
from tests.factories import make_person, make_session
from training.bookings.models import CalendarEntry
from training.bookings.operations import book_place
from training.calendars import imap, ticks
from training.calendars.imap import ImapServer, MailboxFailure
from training.calendars.models import CalendarReply, MailboxPosition, Participation
from training.calendars.settings import READS_MAILBOX
from training.calendars.ticks import read_mailbox
from training.core import sending
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.settings import change_setting
from training.core.viewer import COMMAND

LETTER = b"Subject: A question\r\n\r\nMay my colleague come too?\r\n"


@pytest.fixture(autouse=True)
def morning(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:45")


def invited() -> tuple[str, str]:
    """Somebody who was invited: the uid and the address."""
    booking = book_place(COMMAND, make_session().id, make_person().id, declared=True)
    db.session.commit()
    entry = db.session.scalars(select(CalendarEntry).where(CalendarEntry.booking_id == booking.id)).one()
    return entry.uid, entry.address


def answers() -> list[Participation]:
    db.session.rollback()
    return list(db.session.scalars(select(CalendarReply.answer).order_by(CalendarReply.id)))


def position() -> tuple[int, int]:
    db.session.rollback()
    found = db.session.scalars(select(MailboxPosition)).one()
    return found.validity, found.last_uid


def test_answers_are_noted_and_the_mailbox_is_left_as_it_was(app: Flask) -> None:
    accepted, declined = invited(), invited()
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        folder.add(LETTER)
        folder.add(answered(*accepted, "ACCEPTED"))
        folder.add(answered(*declined))
        assert read_mailbox(server) == 3
        assert answers() == [Participation.ACCEPTED, Participation.DECLINED]
        assert position() == (folder.validity, 3)
        assert folder.fetched == [2, 3], "a letter to the training team is not fetched"
        assert read_mailbox(server) == 0
    words = {command.split(" (")[0].split()[0] for command in folder.commands}
    assert words == {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert not any("STORE" in command or "SELECT" in command for command in folder.commands)


def test_what_came_since_is_read_from_where_it_ended(app: Flask) -> None:
    one, two = invited(), invited()
    with serving() as folder:
        server = ImapServer.from_url(folder.url(folder="Training%2FReplies"))
        folder.add(answered(*one))
        read_mailbox(server)
        folder.add(answered(*two, "TENTATIVE"))
        folder.commands.clear()
        assert read_mailbox(server) == 1
    assert folder.fetched == [2]
    assert answers() == [Participation.DECLINED, Participation.TENTATIVE]


def test_a_mailbox_that_was_never_read_is_read_from_two_weeks_ago(app: Flask) -> None:
    with serving() as folder:
        read_mailbox(ImapServer.from_url(folder.url()))
    assert "UID SEARCH SINCE 19-Nov-2026" in folder.commands


def test_other_numbers_are_read_anew_and_nothing_follows_twice(app: Flask, wall_clock: WallClock) -> None:
    """The mailbox was moved or restored: its UIDVALIDITY is another, and so are all its numbers."""
    uid, address = invited()
    message = put("one")
    key, message_id = message.id, message.message_id
    sending.send_all(Post())
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        folder.add(answered(uid, address))
        folder.add(came_back(message_id, "priya@people.example"))
        read_mailbox(server)
        bounced_at, written = again(key).bounced_at, _messages()
        folder.mails = {1: LETTER, 2: folder.mails[2], 3: folder.mails[1]}
        folder.validity += 1
        wall_clock.forward(hours=1)
        assert read_mailbox(server) == 3
        assert position() == (folder.validity, 3)
    assert answers() == [Participation.DECLINED]
    assert (again(key).bounced_at, _messages()) == (bounced_at, written)


def test_a_line_that_breaks_in_the_middle_loses_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    people = [invited() for _ in range(3)]
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        for person in people:
            folder.add(answered(*person))
        folder.hangs_up_at = 2
        with caplog.at_level(logging.WARNING):
            assert read_mailbox(server) == 1
        assert "the mailbox could not be read to the end" in caplog.text
        assert (len(answers()), position()[1]) == (1, 1)
        folder.hangs_up_at = 0
        assert read_mailbox(server) == 2
    assert len(answers()) == 3


def test_a_worker_that_is_killed_between_a_mail_and_its_number_reads_it_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid, address = invited()
    with serving() as folder, monkeypatch.context() as patched:
        server = ImapServer.from_url(folder.url())
        folder.add(answered(uid, address))

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(ticks, "_move_on", die)
        with pytest.raises(KeyboardInterrupt):
            read_mailbox(server)
        written = _messages()
        assert (len(answers()), position()[1]) == (1, 0)
        patched.undo()
        assert read_mailbox(server) == 1
    assert (len(answers()), position()[1], _messages()) == (1, 1, written)


def test_two_workers_at_once_note_each_answer_once_and_ask_once(app: Flask) -> None:
    people = [invited() for _ in range(4)]
    db.session.remove()
    ready = Barrier(2)
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        for person in people:
            folder.add(answered(*person))

        def work() -> None:
            with app.app_context():
                ready.wait(10)
                read_mailbox(server)

        with ThreadPoolExecutor(2) as pool:
            for worker in [pool.submit(work) for _ in range(2)]:
                worker.result(60)
        assert position() == (folder.validity, 4)
    assert answers() == [Participation.DECLINED] * 4
    asked = db.session.scalars(select(OutboxMessage.id).where(sending.OutboxMessage.kind == "calendars.declined"))
    assert len(asked.all()) == 4


def test_a_database_that_is_away_loses_no_mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    uid, address = invited()
    with serving() as folder, monkeypatch.context() as patched:
        server = ImapServer.from_url(folder.url())
        folder.add(answered(uid, address))

        def be_away(*_: object) -> None:
            raise OperationalError("", {}, Exception("server closed the connection unexpectedly"))

        patched.setattr(ticks, "take_in", be_away)
        with pytest.raises(OperationalError):
            read_mailbox(server)
        patched.undo()
        assert read_mailbox(server) == 1
    assert answers() == [Participation.DECLINED]


def test_a_mail_that_nobody_can_read_stops_nobody_behind_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (uid, address), (other, other_address) = invited(), invited()
    strange = mail_with("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:" + "x" * 5_000)

    def fail_for_one(reply: object, received_at: object) -> object:
        if getattr(reply, "uid", "") == uid:
            raise RuntimeError("a bug")
        return take_in(reply, received_at)  # type: ignore[arg-type]

    take_in = ticks.take_in
    monkeypatch.setattr(ticks, "take_in", fail_for_one)
    with serving() as folder:
        for content in (strange, answered(uid, address), b"\x00\xff" * 500, answered(other, other_address)):
            folder.add(content)
        with caplog.at_level(logging.ERROR):
            assert read_mailbox(ImapServer.from_url(folder.url())) == 4
    assert answers() == [Participation.DECLINED]
    assert "mail 2 of the mailbox was passed over" in caplog.text


def test_a_huge_mail_is_not_fetched_and_one_that_has_gone_is_passed_over(app: Flask) -> None:
    uid, address = invited()
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        folder.add(answered(uid, address))
        folder.says_size = imap.LARGEST_MAIL + 1
        assert read_mailbox(server) == 1
        assert folder.fetched == []
        folder.says_size = 0
        folder.gone.add(folder.add(answered(uid, address)))
        folder.add(answered(uid, address, "ACCEPTED"))
        assert read_mailbox(server) == 2
    assert answers() == [Participation.ACCEPTED]


def test_at_most_some_are_read_at_once_and_the_rest_next_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "MOST_AT_ONCE", 2)
    people = [invited() for _ in range(3)]
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        for person in people:
            folder.add(answered(*person))
        assert [read_mailbox(server) for _ in range(3)] == [2, 1, 0]
    assert len(answers()) == 3


def test_what_came_back_is_noted_on_the_message(app: Flask) -> None:
    message = put("one")
    key, message_id = message.id, message.message_id
    sending.send_all(Post())
    with serving() as folder:
        folder.add(came_back(message_id, "priya@people.example", action="delayed", status="4.2.0"))
        folder.add(came_back(message_id, "priya@people.example"))
        read_mailbox(ImapServer.from_url(folder.url()))
    assert again(key).bounced_at is not None
    assert again(key).bounce == "550 5.1.1 User unknown"


def test_the_officer_can_stop_the_reading(app: Flask) -> None:
    change_setting(COMMAND, READS_MAILBOX, value=False)
    db.session.commit()
    with serving() as folder:
        assert read_mailbox(ImapServer.from_url(folder.url())) == 0
    assert folder.commands == []


@pytest.mark.parametrize("trouble", ["password", "folder", "greeting", "nobody"])
def test_a_mailbox_that_cannot_be_opened_is_a_line_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    with serving() as folder:
        url = folder.url(folder="Elsewhere" if trouble == "folder" else "")
        if trouble == "password":
            url = url.replace("p%40ss", "wrong")
        if trouble == "greeting":
            folder.greeting = b"* BYE too many connections"
        if trouble == "nobody":
            url = url.replace(str(folder.port), "1")
        with caplog.at_level(logging.WARNING):
            assert read_mailbox(ImapServer.from_url(url)) == 0
    assert "the mailbox could not be read to the end" in caplog.text
    assert PASSWORD not in caplog.text
    assert "wrong" not in caplog.text


def test_an_encrypted_mailbox_is_read_where_its_certificate_is_trusted(
    certificate: tuple[Path, Path],
) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with serving(Folder(mails={7: LETTER}), theirs) as folder:
        server = ImapServer.from_url(folder.url("imaps"))
        with pytest.raises(MailboxFailure, match="certificate"), server.opened():
            pass
        trusted = ImapServer(host="127.0.0.1", port=folder.port, username=USER, password=PASSWORD, tls_context=trusting)
        with trusted.opened() as mailbox:
            assert mailbox.numbers_after(6) == [7]
            assert mailbox.numbers_after(7) == [], "the star is the last mail, whatever its number"


@pytest.mark.parametrize(
    ("url", "host", "port", "folder"),
    [
        ("imaps://a%40b.example:s%2Fe%23cret@mail.example", "mail.example", 993, "INBOX"),
        ("imaps://user:secret@mail.example:1993/Training/Replies", "mail.example", 1993, "Training/Replies"),
        ("imap://user:secret@mail.example?starttls=yes", "mail.example", 143, "INBOX"),
        ("imap://user:secret@127.0.0.1:2143/Sent%20on?timeout=2.5", "127.0.0.1", 2143, "Sent on"),
    ],
)
def test_a_mailbox_is_set_by_a_url(url: str, host: str, port: int, folder: str) -> None:
    server = ImapServer.from_url(url)
    assert (server.host, server.port, server.folder) == (host, port, folder)
    assert "secret" not in repr(server) + server.name


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "imaps://mail.example",
        "imaps://user@mail.example",
        "imap://user:secret@mail.example",
        "imaps://user:secret@mail.example?starttls=yes",
        "imap://user:secret@mail.example?starttls=maybe",
        "imaps://user:secret@mail.example?timeout=soon",
        "imaps://user:secret@mail.example?tls=yes",
        "imaps://user:secret#more@mail.example",
        "imaps://user:secret@mail.example/B%C3%BCro",
        "imaps://user:secret@mail.example/a%0D%0ALOGOUT",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"mailbox|starttls|encrypted") as caught:
        ImapServer.from_url(url)
    assert "secret" not in str(caught.value)


def _messages() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(OutboxMessage.id)).all())


def test_a_mail_that_cannot_be_read_holds_up_no_other_for_ever(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Its structure alone is longer than the library takes in one line: anybody can send that."""
    uid, address = invited()
    with serving() as folder:
        server = ImapServer.from_url(folder.url())
        folder.add(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: a/b\r\n\r\n\r\n" * 40_000
        )
        folder.says_size = 900_000
        folder.add(answered(uid, address))
        for _ in range(ticks.MOST_TRIES):
            read_mailbox(server)
        assert answers() == []
        assert "mail 1 of the mailbox cannot be read and is passed over" in caplog.text
        read_mailbox(server)
    assert answers() == [Participation.DECLINED]
    assert position() == (folder.validity, 2)
