"""A small IMAP server on loopback, over which a mailbox can be read and nothing changed, and which can misbehave."""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import cast

USER, PASSWORD = "training@partnership.example", 'p@ss "word"'


@dataclass
class Folder:
    """What stands in the mailbox, and how its server behaves."""

    mails: dict[int, bytes] = field(default_factory=dict[int, bytes])
    validity: int = 4_000_000_001
    """Larger than a number with a sign can be, as servers do that count seconds."""
    gone: set[int] = field(default_factory=set[int])
    """Numbers that are listed and cannot be fetched any more."""
    hangs_up_at: int = 0
    """The number at whose fetching the connection ends in the middle; 0 for never."""
    says_size: int = 0
    """What to say of the size of each mail, where that is not the truth."""
    greeting: bytes = b"* OK ready"
    commands: list[str] = field(default_factory=list[str])
    """What was asked, without the password."""
    port: int = 0

    def add(self, content: bytes) -> int:
        """Deliver a mail; its number."""
        number = max(self.mails, default=0) + 1
        self.mails[number] = content
        return number

    @property
    def fetched(self) -> list[int]:
        """The numbers of the mails whose content was fetched."""
        found = (re.fullmatch(r"UID FETCH (\d+) \(UID BODY\.PEEK\[\]\)", command) for command in self.commands)
        return [int(match[1]) for match in found if match]

    def url(self, scheme: str = "imap", folder: str = "") -> str:
        """What `MUSTER_IMAP_URL` would be."""
        return f"{scheme}://training%40partnership.example:p%40ss%20%22word%22@127.0.0.1:{self.port}/{folder}"


class _Conversation(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        folder = self.server.folder
        with suppress(OSError):
            self._say(folder.greeting)
            while line := self.rfile.readline(100_000):
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                folder.commands.append(re.sub(r"^(LOGIN \S+) .*", r"\1", command))
                if not self._answer(folder, tag, command):
                    return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
        self.wfile.flush()

    def _answer(self, folder: Folder, tag: str, command: str) -> bool:
        word = command.upper()
        if word == "LOGOUT":
            self._say(b"* BYE")
            self._done(tag)
            return False
        if word.startswith("UID FETCH"):
            return self._fetch(folder, tag, command)
        if word == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN"):
            if command != f'LOGIN {USER} "{PASSWORD.replace(chr(34), chr(92) + chr(34))}"':
                self._say(f"{tag} NO [AUTHENTICATIONFAILED] no".encode())
                return True
        elif word.startswith("EXAMINE"):
            if not word.endswith(('"INBOX"', '"TRAINING/REPLIES"')):
                self._say(f"{tag} NO there is no such folder".encode())
                return True
            self._say(f"* {len(folder.mails)} EXISTS".encode())
            self._say(f"* OK [UIDVALIDITY {folder.validity}] numbers".encode())
        elif word.startswith("UID SEARCH"):
            self._say(b"* SEARCH " + " ".join(map(str, self._found(folder, word))).encode())
        else:
            self._say(f"{tag} BAD this mailbox is only to be read".encode())
            return True
        self._done(tag)
        return True

    def _done(self, tag: str) -> None:
        self._say(f"{tag} OK done".encode())

    def _found(self, folder: Folder, word: str) -> list[int]:
        after = re.search(r"UID (\d+):\*", word)
        if after is None:
            return [*folder.mails, *folder.mails]
        # The star is the last one, even where that came before the first number asked for.
        return [number for number in folder.mails if number >= int(after[1])] or list(folder.mails)[-1:]

    def _fetch(self, folder: Folder, tag: str, command: str) -> bool:
        number = int(command.split()[2])
        content = folder.mails.get(number)
        if content is None or number in folder.gone:
            self._done(tag)
            return True
        if "BODY.PEEK[]" in command:
            self.wfile.write(f"* {number} FETCH (UID {number} BODY[] {{{len(content)}}}\r\n".encode())
            if folder.hangs_up_at == number:
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return False
            self.wfile.write(content + b")\r\n")
        else:
            size = folder.says_size or len(content)
            structure = _structure(message_from_bytes(content))
            self._say(
                f"* {number} FETCH (UID {number} RFC822.SIZE {size} "
                f'INTERNALDATE "03-Dec-2026 09:30:00 +0000" BODYSTRUCTURE {structure})'.encode()
            )
        self._done(tag)
        return True


def _structure(message: Message) -> str:
    """The structure of a mail as a server writes it, with types and their parameters only."""
    parameters = " ".join(f'"{name}" "{value}"' for name, value in (message.get_params() or [])[1:])
    main, sub = message.get_content_maintype().upper(), message.get_content_subtype().upper()
    payload = message.get_payload()
    if main == "MULTIPART" and isinstance(payload, list):
        parts = "".join(_structure(part) for part in cast("list[Message]", payload))
        return f'({parts or "NIL"} "{sub}" ({parameters or "NIL"}) NIL NIL)'
    return f'("{main}" "{sub}" ({parameters or "NIL"}) NIL NIL "7BIT" 10 1)'


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    folder: Folder
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        connection.settimeout(10)
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True)
        return connection, address


@contextmanager
def serving(folder: Folder | None = None, context: ssl.SSLContext | None = None) -> Generator[Folder]:
    """A mailbox whose server answers on a free port of 127.0.0.1 until the block ends."""
    folder = folder or Folder()
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.folder = folder
        server.context = context
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="imap server", daemon=True)
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join(5)
