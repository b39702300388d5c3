"""A mail server on loopback that keeps what it is sent, and refuses what it is told to."""

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session

AnyMailbox = TypeVar("AnyMailbox", bound="Mailbox")


@dataclass(frozen=True)
class Delivery:
    """One accepted mail: the addresses it was handed over with, and the mail itself."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text a person reads; empty when there is none."""
        part = self.message.get_body(("plain",))
        return "" if part is None else str(part.get_content())


@dataclass
class Mailbox:
    """What arrived, in order."""

    port: int = 0
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    """What to answer to RCPT TO, by address; `"*"` stands for every address: `"550 No such person"`."""
    offers: int = 0
    """How many mails were offered, accepted or not."""

    @property
    def url(self) -> str:
        """The setting that makes an installation send here."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Delivery]:
        """What arrived for `address`, oldest first."""
        return [delivery for delivery in self.deliveries if address in delivery.recipients]

    def only(self, address: str) -> Delivery:
        """The one mail for `address`; fails when there is none or more."""
        found = self.to(address)
        assert len(found) == 1, f"{len(found)} mails for {address}: {[str(d.message['Subject']) for d in found]}"
        return found[0]

    def wait_for(self, count: int, seconds: float = 5.0) -> list[Delivery]:
        """The deliveries once there are `count` of them; fails when they do not come in time."""
        end = time.monotonic() + seconds
        while len(self.deliveries) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.deliveries) >= count, f"{len(self.deliveries)} of {count} mails came in {seconds} seconds"
        return self.deliveries

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by the server for each recipient."""
        self.offers += 1
        refusal = self.refusals.get(address) or self.refusals.get("*")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server when the mail has been handed over."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
        return "250 OK"


@contextmanager
def listening(mailbox: AnyMailbox) -> Generator[AnyMailbox]:
    """Let the server of `mailbox` answer on a free port of 127.0.0.1 until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail server", daemon=True)
    thread.start()
    # From the other thread, for a browser test has a loop of its own running in this one.
    server = asyncio.run_coroutine_threadsafe(_serve(mailbox, loop), loop).result(5)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _serve(mailbox: Mailbox, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
    return await loop.create_server(lambda: SMTP(mailbox, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)


async def _close(server: asyncio.Server) -> None:
    server.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
