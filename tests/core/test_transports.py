"""Sending for real: a mail server on loopback that accepts, refuses, hangs up or falls silent."""

import shutil
import socket
import ssl
import stat
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from training.core.calendars import CalendarEvent, invite
from training.core.letters import Letter, compose
from training.core.transports import (
    AcceptanceUnknown,
    Both,
    DeliveryFailure,
    FolderTransport,
    PermanentFailure,
    SmtpTransport,
    TemporaryFailure,
    kept_mail,
    kept_mails,
)

HOST = "127.0.0.1"
RECIPIENT = "zoe.oneill@school.example"

EVENT = CalendarEvent(
    uid="2f1c7a52-58a5-4b8e-9d9c-0a1b2c3d4e5f",
    sequence=0,
    stamped_at=datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC),
    starts_at=datetime.fromisoformat("2026-11-24T09:30"),
    ends_at=datetime.fromisoformat("2026-11-24T16:00"),
    summary="Neglect",
    organiser_address="training@northshire.example",
    attendee_address=RECIPIENT,
)

LETTER = Letter(
    message_id="<0123456789abcdef@muster.example>",
    sent_at=datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC),
    sender_address="training@northshire.example",
    sender_name="Northshire Safeguarding Training",
    recipient_address=RECIPIENT,
    recipient_name="Zoë O'Neill",
    subject="Your place",
    text="Dear Zoë,\n.\n..\n.A line that begins with a full stop.\n",
    html="<p>Dear Zoë</p>\n",
    calendar=invite(EVENT),
    calendar_method="REQUEST",
)


@dataclass
class Desk:
    """What the mail server answers, and the mails that it took."""

    to_sender: str = "250 OK"
    to_recipient: str = "250 OK"
    to_content: str = "250 OK"
    hang_up: bool = False
    taken: list[Envelope] = field(default_factory=list[Envelope])

    async def handle_MAIL(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        if self.hang_up:
            assert server.transport is not None
            server.transport.close()
        return self.to_content


@contextmanager
def mail_server(desk: Desk, **settings: Any) -> Generator[int]:
    """A mail server on loopback for as long as the block lasts; its port."""
    controller = Controller(desk, hostname=HOST, port=free_port(), **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def scripted_server(script: Callable[[socket.socket], None]) -> Generator[int]:
    """A server that does with one connection exactly what `script` says; its port."""
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                script(connection)

        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)
        assert not thread.is_alive()


def read_until(connection: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        more = connection.recv(65_536)
        if not more:
            return received
        received += more
    return received


def converse_up_to_content(connection: socket.socket) -> None:
    connection.sendall(b"220 ready\r\n")
    for answer in (b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n"):
        read_until(connection, b"\r\n")
        connection.sendall(answer)


def transport(port: int, **settings: Any) -> SmtpTransport:
    return SmtpTransport(host=HOST, port=port, timeout=5, acceptance_timeout=5, **settings)


def failure_of(desk: Desk) -> DeliveryFailure:
    with mail_server(desk) as port, pytest.raises(DeliveryFailure) as caught:
        transport(port).deliver(compose(LETTER), RECIPIENT)
    return caught.value


def test_a_mail_arrives_octet_for_octet() -> None:
    desk, message = Desk(), compose(LETTER)
    with mail_server(desk) as port:
        transport(port).deliver(message, RECIPIENT)
    [envelope] = desk.taken
    assert envelope.mail_from == "training@northshire.example"
    assert envelope.rcpt_tos == [RECIPIENT]
    assert envelope.original_content == message.as_bytes()
    assert envelope.original_content is not None
    assert b"\r\n.A line that begins with a full stop." in envelope.original_content


@pytest.mark.parametrize(
    ("answers", "kind", "code", "reason"),
    [
        ({"to_recipient": "450 4.2.1 later"}, TemporaryFailure, 450, "cannot take mail for this address"),
        ({"to_recipient": "421 4.3.2 going down"}, TemporaryFailure, 421, "cannot take mail for this address"),
        ({"to_recipient": "550 5.1.1 no such user"}, PermanentFailure, 550, "refuses mail for this address"),
        ({"to_recipient": "530 5.7.0 sign in first"}, TemporaryFailure, 530, "cannot take mail for this address"),
        ({"to_content": "451 4.3.0 later"}, TemporaryFailure, 451, "cannot take this mail"),
        ({"to_content": "554 5.7.1 looks like spam"}, PermanentFailure, 554, "refuses this mail"),
        ({"to_sender": "451 4.3.0 later"}, TemporaryFailure, 451, "from our address"),
        ({"to_sender": "553 5.1.8 unknown domain"}, TemporaryFailure, 553, "from our address"),
        ({"to_content": "399 eh"}, AcceptanceUnknown, 399, "unclear answer"),
    ],
)
def test_each_answer_of_the_server_has_its_outcome(
    answers: dict[str, Any], kind: type[DeliveryFailure], code: int, reason: str
) -> None:
    failure = failure_of(Desk(**answers))
    assert type(failure) is kind
    assert failure.code == code
    assert reason in failure.reason
    assert str(failure) == failure.reason
    [answer] = answers.values()
    assert failure.detail == answer.partition(" ")[2]


def test_a_server_that_hangs_up_instead_of_answering_leaves_it_open() -> None:
    desk = Desk(hang_up=True)
    failure = failure_of(desk)
    assert type(failure) is AcceptanceUnknown
    assert "may or may not" in failure.reason
    assert len(desk.taken) == 1


def test_a_server_that_falls_silent_after_the_mail_leaves_it_open() -> None:
    def fall_silent(connection: socket.socket) -> None:
        converse_up_to_content(connection)
        assert read_until(connection, b"\r\n.\r\n").endswith(b"\r\n.\r\n")
        assert read_until(connection, b"never") == b""

    with scripted_server(fall_silent) as port, pytest.raises(AcceptanceUnknown):
        replace(transport(port), acceptance_timeout=0.2).deliver(compose(LETTER), RECIPIENT)


def test_an_answer_that_is_none_leaves_it_open() -> None:
    def babble(connection: socket.socket) -> None:
        converse_up_to_content(connection)
        read_until(connection, b"\r\n.\r\n")
        connection.sendall(b"what?\r\n")
        read_until(connection, b"quit\r\n")

    with scripted_server(babble) as port, pytest.raises(AcceptanceUnknown):
        transport(port).deliver(compose(LETTER), RECIPIENT)


@pytest.mark.parametrize("exchanges", [0, 1, 2, 3])
def test_a_server_that_hangs_up_before_the_mail_has_not_got_it(exchanges: int) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        for _ in range(exchanges):
            read_until(connection, b"\r\n")
            connection.sendall(b"250 OK\r\n")
        read_until(connection, b"\r\n")

    with scripted_server(hang_up) as port, pytest.raises(TemporaryFailure):
        transport(port).deliver(compose(LETTER), RECIPIENT)


def test_a_server_that_hangs_up_in_the_middle_of_the_mail_has_not_got_it() -> None:
    def hang_up(connection: socket.socket) -> None:
        converse_up_to_content(connection)
        connection.recv(1_000)

    long = replace(LETTER, text="Once more. " * 3_000_000)
    with scripted_server(hang_up) as port, pytest.raises(TemporaryFailure, match="before the mail was handed over"):
        transport(port).deliver(compose(long), RECIPIENT)


def test_an_accepted_mail_stays_accepted_however_the_connection_ends() -> None:
    def accept_and_hang_up(connection: socket.socket) -> None:
        converse_up_to_content(connection)
        read_until(connection, b"\r\n.\r\n")
        connection.sendall(b"250 taken\r\n")

    with scripted_server(accept_and_hang_up) as port:
        transport(port).deliver(compose(LETTER), RECIPIENT)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        transport(free_port()).deliver(compose(LETTER), RECIPIENT)


def test_a_server_that_turns_everybody_away_is_tried_again() -> None:
    def turn_away(connection: socket.socket) -> None:
        connection.sendall(b"554 5.3.2 not today\r\n")

    with scripted_server(turn_away) as port, pytest.raises(TemporaryFailure) as caught:
        transport(port).deliver(compose(LETTER), RECIPIENT)
    assert (caught.value.code, caught.value.detail) == (554, "5.3.2 not today")


@pytest.mark.parametrize("recipient", ["nobody", "a@b.example>\r\nRCPT TO:<c@d.example", "Zoë <a@b.example>", ""])
def test_what_is_no_address_is_never_tried(recipient: str, tmp_path: Path) -> None:
    for way in (transport(free_port()), FolderTransport(tmp_path)):
        with pytest.raises(PermanentFailure, match="not an address"):
            way.deliver(compose(LETTER), recipient)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for loopback that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    openssl = shutil.which("openssl")
    assert openssl, "These tests need the openssl command."
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def server_side(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_mail_goes_encrypted_where_starttls_is_asked_for(server_side: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    desk = Desk()
    with mail_server(desk, tls_context=server_side, require_starttls=True) as port:
        transport(port, starttls=True, tls_context=trusting).deliver(compose(LETTER), RECIPIENT)
    assert len(desk.taken) == 1


def test_mail_goes_encrypted_from_the_start_by_smtps(server_side: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    taken: list[bytes] = []

    def accept(connection: socket.socket) -> None:
        with server_side.wrap_socket(connection, server_side=True) as encrypted:
            converse_up_to_content(encrypted)
            taken.append(read_until(encrypted, b"\r\n.\r\n"))
            encrypted.sendall(b"250 taken\r\n")

    with scripted_server(accept) as port:
        transport(port, implicit_tls=True, tls_context=trusting).deliver(compose(LETTER), RECIPIENT)
    assert len(taken) == 1
    assert b"Subject: Your place" in taken[0]


def signed_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=data == LoginPassword(login=b"muster", password=b"p@ss/word"))


def test_the_password_of_the_url_is_used(server_side: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    desk = Desk()
    with mail_server(desk, tls_context=server_side, authenticator=signed_in, auth_required=True) as port:
        way = SmtpTransport.from_url(f"smtp://muster:p%40ss%2Fword@{HOST}:{port}?starttls=yes&timeout=5")
        replace(way, tls_context=trusting).deliver(compose(LETTER), RECIPIENT)
    assert len(desk.taken) == 1


def test_a_wrong_password_is_a_fault_of_the_settings_and_not_of_the_mail() -> None:
    def refuse_sign_in(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        for answer in (b"250-hello\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 no\r\n"):
            read_until(connection, b"\r\n")
            connection.sendall(answer)

    with scripted_server(refuse_sign_in) as port:
        way = SmtpTransport.from_url(f"smtp://muster:wrong@{HOST}:{port}?timeout=5")
        with pytest.raises(TemporaryFailure, match="user name or password") as caught:
            way.deliver(compose(LETTER), RECIPIENT)
    assert (caught.value.code, caught.value.detail) == (535, "5.7.8 no")


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(server_side: ssl.SSLContext) -> None:
    desk = Desk()
    with (
        mail_server(desk, tls_context=server_side) as port,
        pytest.raises(TemporaryFailure, match="may not be trusted"),
    ):
        transport(port, starttls=True).deliver(compose(LETTER), RECIPIENT)
    assert desk.taken == []


def test_nothing_is_sent_in_the_clear_when_starttls_is_not_on_offer() -> None:
    desk = Desk()
    with mail_server(desk) as port, pytest.raises(TemporaryFailure, match="does not offer"):
        transport(port, starttls=True).deliver(compose(LETTER), RECIPIENT)
    assert desk.taken == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", SmtpTransport(host="127.0.0.1", port=2525)),
        ("smtp://mail.example", SmtpTransport(host="mail.example", port=25)),
        ("smtp://mail.example?starttls=yes", SmtpTransport(host="mail.example", port=587, starttls=True)),
        ("smtps://mail.example/", SmtpTransport(host="mail.example", port=465, implicit_tls=True)),
        ("smtp://mail.example?starttls=no&timeout=2.5", SmtpTransport(host="mail.example", port=25, timeout=2.5)),
        (
            "smtp://a%40b.example:s%2Fe%23cret@mail.example:587?starttls=yes",
            SmtpTransport(host="mail.example", port=587, username="a@b.example", password="s/e#cret", starttls=True),
        ),
    ],
)
def test_a_server_is_set_by_a_url(url: str, expected: SmtpTransport) -> None:
    assert SmtpTransport.from_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "mail.example:25",
        "smtp://mail.example/folder",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?tls=yes",
        "smtps://mail.example?starttls=yes",
        "smtp://mail.example?timeout=soon",
        "smtp://mail.example?timeout=0",
        "smtp://user:secret@mail.example:25",
        "smtp://user:secret#more@mail.example",
        "smtp://user:secret?more@mail.example",
        "smtp://user:secret/more@mail.example",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"mail server|starttls|encrypted") as caught:
        SmtpTransport.from_url(url)
    assert "secret" not in str(caught.value)
    assert "more" not in str(caught.value)


def test_the_password_is_not_shown_with_the_transport() -> None:
    assert "secret" not in repr(SmtpTransport.from_url("smtps://user:secret@mail.example"))


def test_kept_mails_can_be_read_again_newest_first(tmp_path: Path) -> None:
    folder = tmp_path / "mail" / "kept"
    for subject in ("First", "Second", "Third"):
        FolderTransport(folder).deliver(compose(replace(LETTER, subject=subject)), RECIPIENT)
    mails = kept_mails(folder)
    assert [mail.message["Subject"] for mail in mails] == ["Third", "Second", "First"]
    assert [mail.message["Subject"] for mail in kept_mails(folder, limit=2)] == ["Third", "Second"]
    found = kept_mail(folder, mails[1].file_id)
    assert found is not None
    assert found.message["Delivered-To"] == RECIPIENT
    assert list(found.message.iter_parts())[-1].get_payload(decode=True) == LETTER.calendar
    assert [file.suffix for file in folder.iterdir()] == [".eml"] * 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_not_there_holds_no_mail(tmp_path: Path) -> None:
    assert kept_mails(tmp_path / "nowhere") == []
    assert kept_mail(tmp_path / "nowhere", "0" * 20 + "-00000000") is None


@pytest.mark.parametrize("file_id", ["../secret", "secret", "..", "", "/etc/passwd", "0" * 20 + "-00000000\n", "."])
def test_no_other_file_can_be_read(tmp_path: Path, file_id: str) -> None:
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "secret.eml").write_text("Subject: secret\n\n")
    assert kept_mail(folder, file_id) is None
    assert kept_mails(folder) == []


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    in_the_way = tmp_path / "mail"
    in_the_way.write_text("a file, not a folder")
    with pytest.raises(TemporaryFailure, match="could not be kept"):
        FolderTransport(in_the_way).deliver(compose(LETTER), RECIPIENT)


def test_a_copy_is_kept_and_the_mail_is_sent(tmp_path: Path) -> None:
    desk = Desk()
    with mail_server(desk) as port:
        Both(FolderTransport(tmp_path), transport(port)).deliver(compose(LETTER), RECIPIENT)
    assert len(desk.taken) == 1
    assert len(kept_mails(tmp_path)) == 1


def test_the_outcome_of_both_is_that_of_sending(tmp_path: Path) -> None:
    with mail_server(Desk(to_recipient="550 no")) as port, pytest.raises(PermanentFailure):
        Both(FolderTransport(tmp_path), transport(port)).deliver(compose(LETTER), RECIPIENT)
    assert len(kept_mails(tmp_path)) == 1


def test_nothing_is_sent_when_the_copy_cannot_be_kept(tmp_path: Path) -> None:
    in_the_way, desk = tmp_path / "mail", Desk()
    in_the_way.write_text("a file, not a folder")
    with mail_server(desk) as port, pytest.raises(TemporaryFailure):
        Both(FolderTransport(in_the_way), transport(port)).deliver(compose(LETTER), RECIPIENT)
    assert desk.taken == []
