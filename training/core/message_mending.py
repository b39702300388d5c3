"""Putting right what failed or came back: once more, to another address, a whole set after a fault, or set aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from training.config import installation
from training.core import audit, clock
from training.core.calendars import readdressed
from training.core.database import db
from training.core.letters import new_message_id
from training.core.mailboxes import bare_address
from training.core.message_log import Lookout, Question, key_of_next, messages_found
from training.core.messages import is_for_owner_only, may_redirect
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer

MOST_AT_ONCE = 500
NO_LONGER_TRUE = "This message would no longer be true: what it was about has begun or passed"
OVERTAKEN = "A newer message about the same calendar entry has been sent, so this one would be wrong"
WIPED = (
    "Its link or code was for its reader alone and was wiped when it was sent, so it cannot be sent once more. "
    "Correct the address of the person, then have it written anew where it came from"
)
NOT_IN_TROUBLE = "This message has not failed, so it is not sent again"
NO_REASON = "The mail server did not say why."


@dataclass(frozen=True)
class Group:
    """Failed messages with the same reason: which can be sent again, and why not the others."""

    reason: str
    ready: list[OutboxMessage]
    refused: list[tuple[OutboxMessage, str]]


@dataclass(frozen=True)
class Plan:
    """What sending a whole set again would do; `more` are those beyond the first `MOST_AT_ONCE`."""

    groups: list[Group]
    more: int

    @property
    def ready(self) -> int:
        """How many would be sent."""
        return sum(len(group.ready) for group in self.groups)

    @property
    def refused(self) -> int:
        """How many would not."""
        return sum(len(group.refused) for group in self.groups)


def send_again(viewer: Viewer, message: OutboxMessage) -> OutboxMessage:
    """Queue a failed message once more, under the same Message-ID; Refused where that would be wrong.

    One that came back was accepted under its Message-ID: it is sent as a new message, which is returned.
    """
    message = lock_row(OutboxMessage, message.id)
    _require_troubled(message)
    queued = _queued(message) if message.state is MessageState.FAILED else _copied(message, message.recipient_address)
    audit.record(viewer, "sent the message again", message)
    return queued


def correct_address(viewer: Viewer, message: OutboxMessage, address: str) -> OutboxMessage:
    """Give a message another address, in its calendar part too, and queue it; Refused where that would be wrong.

    One that came back is sent as a new message, which is returned. The person's own address is theirs to change: this
    is about one message.
    """
    message = lock_row(OutboxMessage, message.id)
    _require_troubled(message)
    if is_for_owner_only(message.kind):
        raise Refused("Who reads this message can get into the account, so its address is changed with the person’s")
    if not may_redirect(viewer, message.kind):
        raise Refused("Who reads this message answers as the person, so only an officer can give it another address")
    try:
        bare_address(address)
    except ValueError as error:
        raise Refused("Enter an email address that mail can be sent to, like name@example.com", "address") from error
    before = {"recipient_address": message.recipient_address}
    if address == message.recipient_address:
        raise Refused("Enter an address that is different from the present one", "address")
    if message.state is MessageState.FAILED:
        message.recipient_address = address
        if message.calendar is not None:
            message.calendar = readdressed(message.calendar, address)
        queued = _queued(message)
    else:
        queued = _copied(message, address)
    after = {"recipient_address": address}
    audit.record(viewer, "corrected the address of the message", message, before=before, after=after)
    return queued


def set_aside(viewer: Viewer, message: OutboxMessage, reason: str) -> None:
    """Note that a message that did not arrive needs nobody any more, and why: told by telephone, say."""
    message = lock_row(OutboxMessage, message.id)
    _require_in_trouble(message)
    message.put_right_at = clock.now()
    # Its state stays: a failed attempt may have been accepted after all, so what cancels it must still go out.
    message.wipe_secrets()
    audit.record(viewer, "set the message aside", message, reason=reason)


def plan_of(viewer: Viewer, question: Question) -> Plan:
    """What sending again all failed messages that answer `question` would do, the oldest first; three queries."""
    asked = Question(question.words, Lookout.FAILED, question.kind, question.since, question.until, question.within)
    statement = messages_found(viewer, asked).where(OutboxMessage.put_right_at.is_(None))
    rows = list(db.session.scalars(statement.order_by(None).order_by(OutboxMessage.id).limit(MOST_AT_ONCE + 1)))
    total = len(rows)
    if total > MOST_AT_ONCE:
        total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return Plan(_grouped(rows[:MOST_AT_ONCE]), total - min(total, MOST_AT_ONCE))


def send_all_again(viewer: Viewer, plan: Plan, reasons: Sequence[str]) -> int:
    """Queue what of `plan` failed for one of `reasons`, and return how many; what was settled meanwhile stays."""
    keys = [message.id for group in plan.groups if group.reason in reasons for message in group.ready]
    locked = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(keys), OutboxMessage.state == MessageState.FAILED)
        .where(OutboxMessage.put_right_at.is_(None))
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for message in locked:
        _queued(message)
    for message in locked:
        audit.record(viewer, "sent the message again", message, reason="With others, after a fault")
    return len(locked)


def may_be_copied(message: OutboxMessage) -> bool:
    """Whether a message that was sent still says all it said: nothing in it was for its reader alone."""
    return "[link]" not in message.body_text


def _grouped(messages: Sequence[OutboxMessage]) -> list[Group]:
    overtaken = _overtaken(messages)
    groups: dict[str, Group] = {}
    for message in messages:
        group = groups.setdefault(message.last_error or NO_REASON, Group(message.last_error or NO_REASON, [], []))
        why = _why_not(message, message.id in overtaken)
        if why:
            group.refused.append((message, why))
        else:
            group.ready.append(message)
    return sorted(groups.values(), key=lambda group: (-len(group.ready), group.reason))


def _require_in_trouble(message: OutboxMessage) -> None:
    if message.put_right_at is not None or not (message.state is MessageState.FAILED or message.has_come_back):
        raise Refused(NOT_IN_TROUBLE)


def _require_troubled(message: OutboxMessage) -> None:
    _require_in_trouble(message)
    if why := _why_not(message, bool(_overtaken([message]))):
        raise Refused(why)


def _why_not(message: OutboxMessage, is_overtaken: bool) -> str:
    """Why the message must not go out once more; empty where it may."""
    if message.not_after is not None and message.not_after <= clock.now():
        return NO_LONGER_TRUE
    if is_overtaken:
        return OVERTAKEN
    if message.has_come_back and not may_be_copied(message):
        return WIPED
    return ""


def _overtaken(messages: Iterable[OutboxMessage]) -> set[int]:
    """Which of `messages` a newer one about the same calendar entry has overtaken; one query."""
    entries = {message.id: message.calendar_uid for message in messages if message.calendar_uid is not None}
    if not entries:
        return set()
    rows = db.session.execute(
        select(OutboxMessage.calendar_uid, func.max(OutboxMessage.id))
        .where(
            OutboxMessage.calendar_uid.in_(set(entries.values())),
            OutboxMessage.state.in_((MessageState.SENDING, MessageState.SENT)),
        )
        .group_by(OutboxMessage.calendar_uid)
    )
    newest = {row[0]: row[1] for row in rows}
    return {key for key, uid in entries.items() if newest.get(uid, 0) > key}


def _queued(message: OutboxMessage) -> OutboxMessage:
    message.state = MessageState.QUEUED
    message.attempts = 0
    message.next_try_at = clock.now()
    message.last_error = None
    return message


def _copied(message: OutboxMessage, address: str) -> OutboxMessage:
    calendar = message.calendar
    if calendar is not None and address != message.recipient_address:
        calendar = readdressed(calendar, address)
    copy = OutboxMessage(
        key=key_of_next(message.key),
        kind=message.kind,
        stream=message.stream,
        about=message.about,
        person_id=message.person_id,
        recipient_name=message.recipient_name,
        recipient_address=address,
        subject=message.subject,
        body_text=message.body_text,
        body_html=message.body_html,
        calendar=calendar,
        calendar_method=message.calendar_method,
        calendar_uid=message.calendar_uid,
        message_id=new_message_id(installation().mail_domain),
        not_after=message.not_after,
    )
    db.session.add(copy)
    message.put_right_at = clock.now()
    db.session.flush()
    return copy
