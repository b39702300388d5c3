"""The log of messages for the desk: what was sent to whom, and putting right what failed."""

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from training.core import audit, clock
from training.core.calendars import readdressed
from training.core.columns import folded
from training.core.database import db
from training.core.mailboxes import bare_address
from training.core.messages import is_for_owner_only, may_redirect
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer


def messages_found(
    viewer: Viewer, words: str = "", state: MessageState | None = None, kind: str = ""
) -> Select[OutboxMessage]:
    """The messages `viewer` may see, newest first, that hold all of `words` in recipient or subject."""
    searched = (OutboxMessage.recipient_name, OutboxMessage.recipient_address, OutboxMessage.subject)
    wanted = [
        or_(*(func.lower(column).contains(word, autoescape=True) for column in searched))
        for word in folded(words).split()
    ]
    if state is not None:
        wanted.append(OutboxMessage.state == state)
    if kind:
        wanted.append(OutboxMessage.kind == kind)
    return select(OutboxMessage).where(_reach(viewer), *wanted).order_by(OutboxMessage.id.desc())


def find_message(viewer: Viewer, message_id: int) -> OutboxMessage | None:
    """The message with this key, if `viewer` may see it."""
    return db.session.scalar(select(OutboxMessage).where(_reach(viewer), OutboxMessage.id == message_id))


def send_again(viewer: Viewer, message: OutboxMessage) -> None:
    """Queue a failed message once more, under the same Message-ID; Refused where that would be wrong."""
    message = lock_row(OutboxMessage, message.id)
    _require_failed(message)
    _queue(message)
    audit.record(viewer, "sent the message again", message)


def correct_address(viewer: Viewer, message: OutboxMessage, address: str) -> None:
    """Give a failed message another address, in its calendar part too, and queue it; Refused where that would be wrong.

    The person's own address is theirs to change: this is about one message.
    """
    message = lock_row(OutboxMessage, message.id)
    _require_failed(message)
    if is_for_owner_only(message.kind):
        raise Refused("Who reads this message can get into the account, so its address is changed with the person’s")
    if not may_redirect(viewer, message.kind):
        raise Refused("Who reads this message answers as the person, so only an officer can give it another address")
    try:
        bare_address(address)
    except ValueError as error:
        raise Refused("Enter an email address that mail can be sent to, like name@example.com", "address") from error
    before, after = audit.changes(message, {"recipient_address": address})
    if not after:
        raise Refused("Enter an address that is different from the present one", "address")
    if message.calendar is not None:
        message.calendar = readdressed(message.calendar, address)
    _queue(message)
    audit.record(viewer, "corrected the address of the message", message, before=before, after=after)


def _reach(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.works_at_desk else false()


def _require_failed(message: OutboxMessage) -> None:
    if message.state is not MessageState.FAILED:
        raise Refused("This message has not failed, so it is not sent again")
    if message.not_after is not None and message.not_after <= clock.now():
        raise Refused("This message would no longer be true: what it was about has begun or passed")
    if message.calendar_uid is not None and _is_overtaken(message):
        raise Refused("A newer message about the same calendar entry has been sent, so this one would be wrong")


def _is_overtaken(message: OutboxMessage) -> bool:
    newer = aliased(OutboxMessage)
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    newer.calendar_uid == message.calendar_uid,
                    newer.id > message.id,
                    newer.state.in_((MessageState.SENDING, MessageState.SENT)),
                )
            )
        )
    )


def _queue(message: OutboxMessage) -> None:
    message.state = MessageState.QUEUED
    message.attempts = 0
    message.next_try_at = clock.now()
    message.last_error = None
