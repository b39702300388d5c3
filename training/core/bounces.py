"""What mail servers said afterwards: messages that were accepted, and came back because nobody could deliver them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from training.core import audit, clock
from training.core.database import db
from training.core.mailboxes import one_line
from training.core.outbox import MessageState, OutboxMessage
from training.core.viewer import WORKER

LONGEST_DIAGNOSTIC = 300
CLOCKS_DIFFER = timedelta(hours=1)
"""By how much the clock of a mail server may be behind ours."""


def note_bounce(message_id: str, diagnostic: str, sent_to: str = "", *, at: datetime | None = None) -> bool:
    """Note on the message with this Message-ID that it came back for good, and in the server's words why.

    `sent_to` is the address it had when it left, where the bounce says it: one about an address that was put right
    since is passed over. `at` is when the bounce came: one from before the message was sent again is about the first
    attempt. True where a message bears the note now and did not before; one that is not known, was not
    sent, or has come back already is left as it is. Within the caller's transaction.
    """
    message = db.session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.message_id == message_id, OutboxMessage.state == MessageState.SENT)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None or message.bounced_at is not None:
        return False
    if sent_to and sent_to.lower() != message.recipient_address.lower():
        return False
    if at is not None and message.sent_at is not None and at < message.sent_at - CLOCKS_DIFFER:
        return False
    message.bounced_at = clock.now()
    message.bounce = one_line(diagnostic)[:LONGEST_DIAGNOSTIC] or "The mail server gave no reason."
    audit.record(WORKER, "noted that the message came back", message, after={"bounce": message.bounce})
    return True
