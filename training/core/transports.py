"""How one composed mail leaves: by SMTP, into a folder, or both, and what is known to have become of it."""

import re
import secrets
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from training.core.mailboxes import bare_address, one_line

CONNECTION_SECONDS = 30.0
# A server that has the mail may scan it before it answers; giving up early sends it twice.
ACCEPTANCE_SECONDS = 120.0
PARTING_SECONDS = 5.0

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# 530, 534, 535, 538: the server wants another or a safer sign-in; the message itself is not at fault.
_SIGN_IN_CODES = (530, 534, 535, 538)
_FILE_ID = re.compile(r"\d{20}-[0-9a-f]{8}")


class DeliveryFailure(Exception):
    """A mail not known to be accepted: `reason` in plain words, `detail` and `code` from the server."""

    def __init__(self, reason: str, *, detail: str = "", code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = one_line(detail)[:300]
        self.code = code


class TemporaryFailure(DeliveryFailure):
    """It was not accepted, and may be if tried again later."""


class PermanentFailure(DeliveryFailure):
    """It was not accepted, and will not be until somebody puts the address or the mail right."""


class AcceptanceUnknown(DeliveryFailure):
    """It was handed over and no answer came: trying again may repeat it, under the same Message-ID."""


class Transport(Protocol):
    """Where mail goes."""

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """Return once the mail is accepted; otherwise raise one of the three kinds of DeliveryFailure."""
        ...


@dataclass(frozen=True, kw_only=True)
class SmtpTransport:
    """Hands each mail to a mail server over a connection of its own.

    Bounces go to the address in From. What the server says about the connection, the sign-in or the sender
    is a fault of the settings and always temporary, so that a wrong password fails no message for good.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    implicit_tls: bool = False
    timeout: float = CONNECTION_SECONDS
    acceptance_timeout: float = ACCEPTANCE_SECONDS
    tls_context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """From `smtp://user:password@host:587?starttls=yes` or `smtps://...`; `timeout=` in seconds.

        User name and password are percent-encoded. Raises ValueError, which never shows the password, for
        anything not understood, and for a password that would travel in the clear to another machine.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("The mail server is written as smtp://host:port or smtps://host:port.")
        options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        starttls, timeout = options.pop("starttls", "no"), options.pop("timeout", str(CONNECTION_SECONDS))
        if options or parts.fragment:
            raise ValueError("The options of a mail server are starttls and timeout; encode ? and # in a password.")
        implicit_tls = parts.scheme == "smtps"
        if starttls not in ("yes", "no") or (implicit_tls and starttls == "yes"):
            raise ValueError("starttls is yes or no, and only for smtp://.")
        if not re.fullmatch(r"\d+(\.\d+)?", timeout) or float(timeout) == 0:
            raise ValueError("The timeout of the mail server is a number of seconds.")
        if parts.username and not (implicit_tls or starttls == "yes" or parts.hostname in _LOOPBACK):
            raise ValueError("A password is sent encrypted only: use smtps:// or starttls=yes.")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if implicit_tls else 587 if starttls == "yes" else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            starttls=starttls == "yes",
            implicit_tls=implicit_tls,
            timeout=float(timeout),
        )

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """See `Transport`."""
        _require_address(recipient)
        client = self._connected()
        try:
            _announce(client, _sender(message), recipient)
            _hand_over(client, _octets(message), self.acceptance_timeout)
        finally:
            _part(client)

    def _connected(self) -> smtplib.SMTP:
        client: smtplib.SMTP | None = None
        try:
            client = self._open()
            if self.starttls:
                client.starttls(context=self._context())
            if self.username is not None:
                client.login(self.username, self.password or "")
            client.ehlo_or_helo_if_needed()
        except OSError as error:  # smtplib's own exceptions are OSErrors too
            if client is not None:
                client.close()
            raise _connection_failure(error) from error
        return client

    def _open(self) -> smtplib.SMTP:
        if self.implicit_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self._context())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        return self.tls_context or ssl.create_default_context()


@dataclass(frozen=True)
class FolderTransport:
    """Keeps each mail as an .eml file in a folder, for development; nothing leaves the machine."""

    path: Path

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """See `Transport`. The file appears complete or not at all; Delivered-To in it names the recipient."""
        _require_address(recipient)
        file_id = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        unfinished = self.path / f".{file_id}.part"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(f"Delivered-To: {recipient}\r\n".encode() + _octets(message))
            unfinished.replace(self.path / f"{file_id}.eml")
        except OSError as error:
            raise TemporaryFailure("The mail could not be kept in its folder.", detail=str(error)) from error


@dataclass(frozen=True)
class KeptMail:
    """A mail that a FolderTransport kept."""

    file_id: str
    message: EmailMessage


def kept_mails(path: Path, limit: int = 100) -> list[KeptMail]:
    """The mails kept in the folder, newest first, at most `limit`; none if there is no such folder."""
    file_ids = sorted((file.stem for file in path.glob("*.eml") if _FILE_ID.fullmatch(file.stem)), reverse=True)
    found = (kept_mail(path, file_id) for file_id in file_ids[:limit])
    return [mail for mail in found if mail is not None]


def kept_mail(path: Path, file_id: str) -> KeptMail | None:
    """The kept mail with this id; None if there is none, or if it is not an id at all (`../settings`)."""
    if not _FILE_ID.fullmatch(file_id):
        return None
    try:
        content = (path / f"{file_id}.eml").read_bytes()
    except FileNotFoundError:
        return None
    return KeptMail(file_id, message_from_bytes(content, policy=SMTP))


@dataclass(frozen=True)
class Both:
    """Delivers to `first`, then to `second`; whatever either raises is the outcome, and ends it.

    A failure of `second` leads to another attempt at both, so `first` is the one that may be repeated without
    harm: the folder first, the mail server second.
    """

    first: Transport
    second: Transport

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """See `Transport`."""
        self.first.deliver(message, recipient)
        self.second.deliver(message, recipient)


def _announce(client: smtplib.SMTP, sender: str, recipient: str) -> None:
    try:
        code, words = client.mail(sender)
        if not 200 <= code < 300:
            reason = "The mail server does not accept mail from our address."
            raise TemporaryFailure(reason, detail=_words(words), code=code)
        code, words = client.rcpt(recipient)
        if not 200 <= code < 300:
            raise _refusal(code, words, of="mail for this address")
        code, words = client.docmd("DATA")
        if code != 354:
            raise _refusal(code, words, of="this mail")
    except OSError as error:
        raise _lost(error) from error


def _hand_over(client: smtplib.SMTP, content: bytes, acceptance_timeout: float) -> None:
    """The end mark goes apart from the content: without it no server may accept what it has."""
    stuffed = re.sub(rb"(?m)^\.", b"..", content)
    try:
        client.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
    except OSError as error:
        raise _lost(error) from error
    try:
        if client.sock is not None:
            client.sock.settimeout(acceptance_timeout)
        client.send(b".\r\n")
        code, words = client.getreply()
    except OSError as error:
        reason = "The connection ended after the mail was handed over: it may or may not have been accepted."
        raise AcceptanceUnknown(reason, detail=str(error)) from error
    if 400 <= code < 600:
        raise _refusal(code, words, of="this mail")
    if not 200 <= code < 300:
        reason = "The mail server gave an unclear answer: the mail may or may not have been accepted."
        raise AcceptanceUnknown(reason, detail=_words(words), code=code)


def _part(client: smtplib.SMTP) -> None:
    """The outcome is settled by now, so how the connection ends does not matter."""
    with suppress(OSError):
        if client.sock is not None:
            client.sock.settimeout(PARTING_SECONDS)
        client.quit()
    client.close()


def _refusal(code: int, words: bytes, *, of: str) -> DeliveryFailure:
    if 500 <= code < 600 and code not in _SIGN_IN_CODES:
        return PermanentFailure(f"The mail server refuses {of}.", detail=_words(words), code=code)
    return TemporaryFailure(f"The mail server cannot take {of} at the moment.", detail=_words(words), code=code)


def _lost(error: OSError) -> TemporaryFailure:
    return TemporaryFailure("The connection ended before the mail was handed over.", detail=str(error))


def _connection_failure(error: OSError) -> TemporaryFailure:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reason = "The mail server refuses the user name or password in the settings."
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        reason = "The mail server does not offer what the settings ask for."
    elif isinstance(error, ssl.SSLError):
        reason = "There is no encrypted connection to the mail server; its certificate may not be trusted."
    elif isinstance(error, smtplib.SMTPResponseException):
        reason = "The mail server does not take mail from us at the moment."
    else:
        reason = "The mail server cannot be reached."
    if isinstance(error, smtplib.SMTPResponseException):
        return TemporaryFailure(reason, detail=_words(error.smtp_error), code=error.smtp_code)
    return TemporaryFailure(reason, detail=str(error))


def _words(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _require_address(recipient: str) -> None:
    try:
        bare_address(recipient)
    except ValueError as error:
        raise PermanentFailure("This is not an address that mail can be sent to.", detail=recipient) from error


def _sender(message: EmailMessage) -> str:
    return bare_address(message["From"].addresses[0].addr_spec)


def _octets(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n", cte_type="7bit"))
