"""The worker's side of the outbox: claim one message, send it, settle it.

Nothing can promise that a mail is accepted exactly once. What is promised: at least once, always under the same
Message-ID, in the order of its stream, and never lost when a worker is killed at any point.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from training.config import installation
from training.core import audit, clock
from training.core.database import db
from training.core.letters import CalendarMethod, Letter, compose
from training.core.outbox import UNSETTLED, MessageState, OutboxMessage
from training.core.settings import register_setting, setting_value
from training.core.transaction import unit_of_work
from training.core.transports import AcceptanceUnknown, PermanentFailure, TemporaryFailure, Transport
from training.core.viewer import Viewer

LEASE = timedelta(minutes=15)
"""How long a worker may take over one message before another may have it; a slow server can need minutes."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""The waits between attempts; after the last the message shows as failed."""
MOST_ATTEMPTS = len(RETRIES) + 1
HELD = register_setting(
    "mail.held",
    "Hold all messages",
    False,
    hint="While held nothing is sent, not even links to sign in. For the time after a restore.",
)
logger = logging.getLogger(__name__)


def send_next(transport: Transport) -> bool:
    """Claim and send one message; False when none is due, or while all are held.

    Three short transactions apart: claim, (sending, outside any), settle. A worker killed in between leaves a
    lease that runs out, after which the message is sent again under the same Message-ID.
    """
    with unit_of_work():
        claim = None if setting_value(HELD) else _claim()
    if claim is None:
        return False
    with unit_of_work() as session:
        message = session.get_one(OutboxMessage, claim.key)
        if claim.attempt > MOST_ATTEMPTS:
            _settle(message, MessageState.FAILED, "The worker ended each time it tried to send this.")
            return True
        reason = _reason_to_drop(message)
        if reason is not None:
            _settle(message, MessageState.DROPPED, reason)
            return True
        letter = _letter(message)
    outcome = _deliver(transport, letter)
    with unit_of_work():
        message = _still_ours(claim)
        if message is not None:
            _note_outcome(message, outcome)
    return True


def _note_outcome(message: OutboxMessage, outcome: Exception | None) -> None:
    if outcome is None:
        _settle(message, MessageState.SENT)
        message.sent_at = clock.now()
    elif isinstance(outcome, (PermanentFailure, ValueError)) or message.attempts >= MOST_ATTEMPTS:
        _settle(message, MessageState.FAILED, str(outcome))
    else:
        _settle(message, MessageState.QUEUED, str(outcome))
        message.next_try_at = clock.now() + RETRIES[message.attempts - 1]


def send_all(transport: Transport, limit: int = 100) -> int:
    """Send up to `limit` messages that are due and return how many were dealt with."""
    for count in range(limit):
        if not send_next(transport):
            return count
    return limit


def drop_written_before(viewer: Viewer, moment: datetime) -> int:
    """Give up all messages that were written before `moment` and are not sent, and return how many they were.

    After a restore: what waited when the backup was taken has mostly been sent since, and would be sent twice.
    """
    waiting = select(OutboxMessage).where(_is_unsettled(OutboxMessage), OutboxMessage.created_at < moment)
    messages = list(db.session.scalars(waiting.with_for_update()))
    for message in messages:
        _settle(message, MessageState.DROPPED, "It was given up after a restore, for it may have been sent before.")
        audit.record(viewer, "gave up the message", message, reason="After a restore")
    return len(messages)


@dataclass(frozen=True)
class Claim:
    """A message that this worker may send, and the how manieth attempt it is."""

    key: int
    attempt: int


def _still_ours(claim: Claim) -> OutboxMessage | None:
    """The message, locked, if nobody else claimed it meanwhile; a worker that comes too late leaves it alone."""
    return db.session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.id == claim.key,
            OutboxMessage.state == MessageState.SENDING,
            OutboxMessage.attempts == claim.attempt,
        )
        .with_for_update()
    )


def _is_unsettled(message: type[OutboxMessage]) -> ColumnElement[bool]:
    # Written out rather than bound: only so does SQLite see that its partial index answers the question.
    return message.state.in_(bindparam(None, UNSETTLED, expanding=True, literal_execute=True))


def _claim() -> Claim | None:
    """Take a lease on the oldest due message whose stream holds nothing unsettled before it."""
    now = clock.now()
    candidate, earlier = aliased(OutboxMessage), aliased(OutboxMessage)
    due = or_(
        and_(candidate.state == MessageState.QUEUED, candidate.next_try_at <= now),
        and_(candidate.state == MessageState.SENDING, candidate.lease_until < now),
    )
    blocked = exists().where(earlier.stream == candidate.stream, earlier.id < candidate.id, _is_unsettled(earlier))
    waiting = select(candidate.id).where(_is_unsettled(candidate), due, ~blocked)
    chosen = waiting.order_by(candidate.id).limit(1).with_for_update(skip_locked=True)
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id == chosen.scalar_subquery())
        .values(
            state=MessageState.SENDING,
            attempts=OutboxMessage.attempts + 1,
            lease_until=now + LEASE,
        )
        .returning(OutboxMessage.id, OutboxMessage.attempts)
        .execution_options(synchronize_session=False)
    )
    claimed = db.session.execute(statement).one_or_none()
    return Claim(*claimed) if claimed else None


def _reason_to_drop(message: OutboxMessage) -> str | None:
    if message.not_after is not None and message.not_after <= clock.now():
        return "It would no longer have been true."
    if message.calendar_method == "CANCEL" and not _invite_went_out(message):
        return "The invite it cancels was never sent, or came back."
    return None


def _invite_went_out(message: OutboxMessage) -> bool:
    return (
        db.session.scalar(
            select(OutboxMessage.id)
            .where(
                OutboxMessage.calendar_uid == message.calendar_uid,
                OutboxMessage.calendar_method == "REQUEST",
                # A failed attempt may have been accepted after all; better a cancel too many.
                or_(OutboxMessage.state == MessageState.SENT, OutboxMessage.attempts > 0),
                # What came back is in nobody's calendar; sent again it is another message.
                OutboxMessage.bounced_at.is_(None),
                OutboxMessage.state != MessageState.DROPPED,
            )
            .limit(1)
        )
        is not None
    )


def _deliver(transport: Transport, letter: Letter) -> Exception | None:
    """Hand `letter` over; None if it was accepted, else why not (ValueError: it cannot be put together)."""
    try:
        transport.deliver(compose(letter), letter.recipient_address)
    except (TemporaryFailure, PermanentFailure, AcceptanceUnknown, ValueError) as failure:
        return failure
    except Exception as fault:
        # A fault of ours must not stop the messages behind this one; it is tried again like any other failure.
        logger.exception("a message could not be handed over")
        return AcceptanceUnknown(f"Something went wrong on our side: {fault}")
    return None


def _settle(message: OutboxMessage, state: MessageState, error: str | None = None) -> None:
    message.state = state
    message.lease_until = None
    message.last_error = error
    if state in (MessageState.SENT, MessageState.DROPPED):
        # It goes out no more, so nobody needs what would let its reader act.
        message.wipe_secrets()


def _letter(message: OutboxMessage) -> Letter:
    return Letter(
        message_id=message.message_id,
        sent_at=clock.now(),
        sender_address=installation().mail_address,
        sender_name=installation().mail_name,
        recipient_name=message.recipient_name,
        recipient_address=message.recipient_address,
        subject=message.subject,
        text=message.body_text,
        html=message.body_html,
        calendar=message.calendar,
        calendar_method=cast("CalendarMethod | None", message.calendar_method),
    )
