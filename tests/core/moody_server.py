"""A mail server with moods: it puts off, refuses, hangs up after it has the mail, or falls silent."""

import asyncio
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mailbox import Mailbox

PUTS_OFF, REFUSES, HANGS_UP, FALLS_SILENT = "puts off", "refuses", "hangs up", "falls silent"
KEEPS_THE_MAIL = (HANGS_UP, FALLS_SILENT)
"""The moods in which it has the mail and does not say so."""


@dataclass
class MoodyMailbox(Mailbox):
    """A mailbox whose server is in one mood after another when a mail has been handed over, then good."""

    moods: list[str] = field(default_factory=list[str])

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server when the mail has been handed over."""
        mood = self.moods.pop(0) if self.moods else ""
        if mood == PUTS_OFF:
            return "451 4.3.0 later"
        if mood == REFUSES:
            return "554 5.7.1 not like this"
        answer = await super().handle_DATA(server, session, envelope)
        if mood == HANGS_UP:
            connection = server.transport
            assert isinstance(connection, asyncio.Transport)
            connection.abort()
        if mood == FALLS_SILENT:
            await asyncio.sleep(3)
        return answer
