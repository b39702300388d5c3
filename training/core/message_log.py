"""The log of messages for the desk: what was sent to whom, when, and what did not arrive."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.outbox import CAME_BACK, MESSAGE_STATE_LABELS, MessageState, OutboxMessage
from training.core.viewer import Viewer

LONGEST_KEY = 200


class Lookout(StrEnum):
    """What to look for in the log: a state, one that came back, or whatever needs somebody."""

    TROUBLE = "trouble"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    DROPPED = "dropped"


LOOKOUT_LABELS = {
    Lookout.TROUBLE: "Needs you: failed or came back",
    Lookout.FAILED: MESSAGE_STATE_LABELS[MessageState.FAILED],
    Lookout.BOUNCED: CAME_BACK,
    Lookout.QUEUED: MESSAGE_STATE_LABELS[MessageState.QUEUED],
    Lookout.SENDING: MESSAGE_STATE_LABELS[MessageState.SENDING],
    Lookout.SENT: MESSAGE_STATE_LABELS[MessageState.SENT],
    Lookout.DROPPED: MESSAGE_STATE_LABELS[MessageState.DROPPED],
}


@dataclass(frozen=True)
class Question:
    """What the log is asked: everything that is given must hold."""

    words: str = ""
    lookout: Lookout | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None
    """First and last day in London on which it was written."""
    within: ColumnElement[bool] | None = None
    """Which messages belong to one person, booking or session."""


def troubled() -> ColumnElement[bool]:
    """The condition that a message failed or came back, and nobody has put it right."""
    # Written as in the partial index, so that it answers the question.
    return and_(
        or_(OutboxMessage.state == MessageState.FAILED, OutboxMessage.bounced_at.is_not(None)),
        OutboxMessage.put_right_at.is_(None),
    )


def messages_found(viewer: Viewer, question: Question) -> Select[OutboxMessage]:
    """The messages `viewer` may see, newest first, that answer the question."""
    searched = (OutboxMessage.recipient_name, OutboxMessage.recipient_address, OutboxMessage.subject)
    wanted = [
        or_(*(func.lower(column).contains(word, autoescape=True) for column in searched))
        for word in folded(question.words).split()
    ]
    if question.lookout is not None:
        wanted.append(_looked_for(question.lookout))
    if question.kind:
        wanted.append(OutboxMessage.kind == question.kind)
    if question.since is not None:
        wanted.append(OutboxMessage.created_at >= clock.instant(question.since, time()))
    if question.until is not None:
        wanted.append(OutboxMessage.created_at < clock.instant(question.until + timedelta(days=1), time()))
    if question.within is not None:
        wanted.append(question.within)
    return select(OutboxMessage).where(reach(viewer), *wanted).order_by(OutboxMessage.id.desc())


def find_message(viewer: Viewer, message_id: int) -> OutboxMessage | None:
    """The message with this key, if `viewer` may see it."""
    return db.session.scalar(select(OutboxMessage).where(reach(viewer), OutboxMessage.id == message_id))


def sent_instead(viewer: Viewer, message: OutboxMessage) -> OutboxMessage | None:
    """The message that was sent in the place of this one, which had come back."""
    return db.session.scalar(
        select(OutboxMessage)
        .where(reach(viewer), OutboxMessage.key == key_of_next(message.key))
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )


def key_of_next(key: str) -> str:
    """The key of the message sent in the place of the one with `key`: there is only ever one."""
    start, mark, number = key.rpartition(":again-")
    following = f"{start}{mark}{int(number) + 1}" if mark and number.isdecimal() else f"{key}:again-1"
    return following[-LONGEST_KEY:]


def reach(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that `viewer` may see a message."""
    return true() if viewer.works_at_desk else false()


def _looked_for(lookout: Lookout) -> ColumnElement[bool]:
    if lookout is Lookout.TROUBLE:
        return troubled()
    if lookout is Lookout.BOUNCED:
        return OutboxMessage.bounced_at.is_not(None)
    state = OutboxMessage.state == MessageState(lookout.value)
    return and_(state, OutboxMessage.bounced_at.is_(None)) if lookout is Lookout.SENT else state
