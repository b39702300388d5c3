"""How the messages of the demonstration fared: sent, but for a few that failed; nothing is left to send."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from training.bookings.mail import CONFIRMATION
from training.bookings.mail_told import MANAGER_TOLD
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.sending import MOST_ATTEMPTS

FAILURES = (
    (MANAGER_TOLD.name, 1, "The mail server refuses mail for this address."),
    (CONFIRMATION.name, MOST_ATTEMPTS, "The mail server cannot take mail for this address at the moment."),
    (MANAGER_TOLD.name, 1, "The mail server refuses mail for this address."),
)
"""What failed, after how many attempts, and why, in the words of `core.transports`."""
TRIED_FOR = timedelta(days=3)
"""After this long no further attempt is made, so a failure is at least so old."""


def settle(chance: Random, now: datetime) -> None:
    """Mark every message as sent within seconds, and a few of those that still matter as failed."""
    messages = list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    last: dict[str, datetime] = {}
    for message in messages:
        message.state, message.attempts = MessageState.SENT, 1
        sent_at = min(now, message.created_at + timedelta(seconds=chance.randrange(1, 6)))
        # None overtakes an earlier one of its stream.
        message.sent_at = last[message.stream] = max(sent_at, last.get(message.stream, sent_at))
        message.wipe_secrets()
    sessions: set[datetime | None] = set()
    for kind, attempts, reason in FAILURES:
        candidates = [each for each in messages if each.kind == kind and _still_matters(each, now)]
        # One a session: each session has a start of its own.
        candidates = [each for each in candidates if each.not_after not in sessions]
        if candidates:
            message = chance.choice(candidates[-200:])
            sessions.add(message.not_after)
            message.state, message.sent_at = MessageState.FAILED, None
            message.attempts, message.last_error = attempts, reason
    db.session.flush()


def _still_matters(message: OutboxMessage, now: datetime) -> bool:
    return message.created_at < now - TRIED_FOR and message.not_after is not None and message.not_after > now
