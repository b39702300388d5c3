"""The mailbox that replies and returned messages come to, read over IMAP without changing anything in it.

People read the same mailbox: it is opened read-only, nothing is marked as seen, and a mail is fetched only where its
structure shows a calendar or a report of delivery.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from training.core import clock

CONNECTION_SECONDS = 30.0
LARGEST_MAIL = 1_000_000
"""Octets. Answers of calendars and returned messages of ours are a tenth of that, whatever is returned with them."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OF_USE = re.compile(rb"calendar|\bics\b|delivery-status", re.IGNORECASE)
"""What a structure says of mails that may hold an answer or a bounce, parameters such as file names included."""


class MailboxFailure(Exception):
    """The mailbox could not be opened or read to the end; nothing of what was read before is lost."""


@dataclass(frozen=True)
class Mail:
    """One mail of the mailbox: its number, when it came, and its octets, or None where it is not to be read."""

    number: int
    received_at: datetime
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ImapServer:
    """Where the mailbox is and how to get in."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    implicit_tls: bool = True
    starttls: bool = False
    timeout: float = CONNECTION_SECONDS
    tls_context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """From `imaps://user:password@host:993/INBOX`, or `imap://…?starttls=yes`; `timeout=` in seconds.

        User name, password and folder are percent-encoded. Raises ValueError, which never shows the password, for
        anything not understood, and for a password that would travel in the clear to another machine.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username or not parts.password:
            raise ValueError("The mailbox is written as imaps://user:password@host/Folder, or without the folder.")
        options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        starttls, timeout = options.pop("starttls", "no"), options.pop("timeout", str(CONNECTION_SECONDS))
        if options or parts.fragment:
            raise ValueError("The options of a mailbox are starttls and timeout; encode ? and # in a password.")
        implicit_tls = parts.scheme == "imaps"
        if starttls not in ("yes", "no") or (implicit_tls and starttls == "yes"):
            raise ValueError("starttls is yes or no, and only for imap://.")
        if not re.fullmatch(r"\d+(\.\d+)?", timeout) or float(timeout) == 0:
            raise ValueError("The timeout of the mailbox is a number of seconds.")
        if not (implicit_tls or starttls == "yes" or parts.hostname in _LOOPBACK):
            raise ValueError("A password is sent encrypted only: use imaps:// or starttls=yes.")
        folder = unquote(parts.path).strip("/") or "INBOX"
        if not folder.isascii() or not folder.isprintable():
            raise ValueError("The folder of the mailbox has a name of plain letters and figures.")
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if implicit_tls else 143),
            username=unquote(parts.username),
            password=unquote(parts.password),
            folder=folder,
            implicit_tls=implicit_tls,
            starttls=starttls == "yes",
            timeout=float(timeout),
        )

    @property
    def name(self) -> str:
        """What tells this mailbox from others, without the password."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"[:200]

    @contextmanager
    def opened(self) -> Generator["Mailbox"]:
        """The mailbox, open for reading until the block ends; whatever the connection does is a MailboxFailure."""
        client: imaplib.IMAP4 | None = None
        try:
            client = self._connected()
            yield Mailbox(client, self.folder)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxFailure(str(error) or type(error).__name__) from error
        finally:
            if client is not None:
                # What was read is read, however the connection ends.
                with suppress(OSError, imaplib.IMAP4.error):
                    client.logout()
                with suppress(OSError):
                    client.shutdown()

    def _connected(self) -> imaplib.IMAP4:
        context = self.tls_context or ssl.create_default_context()
        client: imaplib.IMAP4
        if self.implicit_tls:
            client = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout)
        else:
            client = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        try:
            if self.starttls:
                client.starttls(context)
            client.login(self.username, self.password)
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError, imaplib.IMAP4.error):
                client.shutdown()
            raise
        return client


class Mailbox:
    """An open folder: its mails by number. Numbers rise, and hold as long as `validity` stays the same (RFC 3501)."""

    def __init__(self, client: imaplib.IMAP4, folder: str) -> None:
        self._client = client
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        self._require(*client.select(f'"{quoted}"', readonly=True))
        _, values = client.response("UIDVALIDITY")
        said = values[0] if values else None
        if not isinstance(said, bytes) or not said.isdigit():
            raise imaplib.IMAP4.error("The server does not say whether its numbers still hold.")
        self.validity = int(said)

    def numbers_after(self, last: int) -> list[int]:
        """The numbers of the mails that came after number `last`, in order."""
        # Of “7:*” the star is the last mail there is, whatever its number.
        return [number for number in self._search(f"UID {last + 1}:*") if number > last]

    def numbers_since(self, day: date) -> list[int]:
        """The numbers of the mails that came on `day` or later, in order."""
        # Written out, for the names of months are English whatever language the process speaks.
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def read(self, number: int) -> Mail:
        """The mail with this number; without content where it holds nothing of use, is too large, or has gone."""
        about = _joined(self._fetch(number, "(UID RFC822.SIZE INTERNALDATE BODYSTRUCTURE)"))
        received_at = _received_at(about)
        size = re.search(rb"RFC822\.SIZE (\d+)", about)
        if size is None or int(size[1]) > LARGEST_MAIL or not _OF_USE.search(about):
            return Mail(number, received_at, None)
        pieces = [piece[1] for piece in self._fetch(number, "(UID BODY.PEEK[])") if isinstance(piece, tuple)]
        return Mail(number, received_at, pieces[0] if pieces else None)

    def _search(self, what: str) -> list[int]:
        found = self._require(*self._client.uid("SEARCH", what))
        words = b" ".join(line for line in found if isinstance(line, bytes)).split()
        return sorted({int(word) for word in words if word.isdigit()})

    def _fetch(self, number: int, what: str) -> "Sequence[bytes | tuple[bytes, bytes] | None]":
        return self._require(*self._client.uid("FETCH", str(number), what))

    def _require(
        self, status: str, data: "Sequence[bytes | tuple[bytes, bytes] | None]"
    ) -> "Sequence[bytes | tuple[bytes, bytes] | None]":
        if status != "OK":
            raise imaplib.IMAP4.error(_joined(data).decode("utf-8", "replace")[:200] or status)
        return data


def _joined(data: "Sequence[bytes | tuple[bytes, bytes] | None]") -> bytes:
    """All that a server said in one answer, literals included."""
    return b" ".join(b" ".join(piece) if isinstance(piece, tuple) else piece or b"" for piece in data)


def _received_at(about: bytes) -> datetime:
    found = imaplib.Internaldate2tuple(about)
    return datetime.fromtimestamp(time.mktime(found), UTC) if found is not None else clock.now()
