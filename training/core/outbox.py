"""Messages waiting to be sent: written in the transaction of the deed they tell about, sent by the worker.

A message has a `key` that says what it is about (kind, subject, version), so that nothing is said twice, and a
`stream` (a booking's messages), in which it waits for all earlier ones. `training.core.sending` sends them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from training.config import installation
from training.core import clock
from training.core.columns import Dated, Identified, ShortText, text_enum
from training.core.database import Base, db
from training.core.letters import new_message_id
from training.core.message_texts import written
from training.core.messages import MessageKind


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


MESSAGE_STATE_LABELS = {
    MessageState.QUEUED: "Waiting to be sent",
    MessageState.SENDING: "Being sent",
    MessageState.SENT: "Sent",
    MessageState.FAILED: "Failed",
    MessageState.DROPPED: "Not sent: no longer needed",
}
CAME_BACK = "Came back undelivered"
UNSETTLED = (MessageState.QUEUED, MessageState.SENDING)
_UNSETTLED = text("state IN ('queued', 'sending')")
_TROUBLED = text("(state = 'failed' OR bounced_at IS NOT NULL) AND put_right_at IS NULL")


class OutboxMessage(Identified, Dated, Base):
    """One mail to one address."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("(calendar IS NULL) = (calendar_method IS NULL)", name="calendar_has_method"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_has_moment"),
        Index("ix_outbox_message_unsettled", "stream", "id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("ix_outbox_message_next", "id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("ix_outbox_message_troubled", "id", sqlite_where=_TROUBLED, postgresql_where=_TROUBLED),
        Index("ix_outbox_message_about", "about"),
    )

    key: Mapped[str] = mapped_column(ShortText, unique=True)
    kind: Mapped[str] = mapped_column(ShortText)
    stream: Mapped[str] = mapped_column(ShortText)
    about: Mapped[str] = mapped_column(ShortText)
    """The row it is about, such as `booking:12`."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    recipient_name: Mapped[str] = mapped_column(ShortText)
    recipient_address: Mapped[str] = mapped_column(ShortText)
    subject: Mapped[str]
    body_text: Mapped[str]
    body_html: Mapped[str]
    calendar: Mapped[bytes | None]
    calendar_method: Mapped[str | None] = mapped_column(ShortText)
    calendar_uid: Mapped[str | None] = mapped_column(ShortText, index=True)
    secrets: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Tokens and codes in the text; replaced by “[link]” there once sent, and emptied here."""
    message_id: Mapped[str] = mapped_column(ShortText, unique=True)
    state: Mapped[MessageState] = mapped_column(text_enum(MessageState), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_after: Mapped[datetime | None]
    """When it would no longer be true: not sent after this moment."""
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    bounced_at: Mapped[datetime | None]
    """When a mail server said afterwards that it could not deliver it."""
    bounce: Mapped[str] = mapped_column(default="")
    put_right_at: Mapped[datetime | None]
    """When the desk dealt with one that failed or came back: it needs nobody any more."""

    @property
    def shown_text(self) -> str:
        """The text as anybody but its recipient may read it."""
        return without_secrets(self.secrets, self.body_text)

    @property
    def shown_html(self) -> str:
        """The same as HTML."""
        return without_secrets(self.secrets, self.body_html)

    @property
    def has_come_back(self) -> bool:
        """Whether it was accepted and could not be delivered after all."""
        return self.bounced_at is not None and self.state is MessageState.SENT

    @property
    def state_in_words(self) -> str:
        """Where it stands, as a short label."""
        label = CAME_BACK if self.has_come_back else MESSAGE_STATE_LABELS[self.state]
        return f"{label}, dealt with" if self.put_right_at is not None else label

    def wipe_secrets(self) -> None:
        """Replace what would let a reader of the log act as the recipient."""
        self.body_text = without_secrets(self.secrets, self.body_text)
        self.body_html = without_secrets(self.secrets, self.body_html)
        self.secrets = []


def without_secrets(secrets: list[str], text: str) -> str:
    """`text` with the addresses that hold one of `secrets`, and the secrets themselves, as “[link]”."""
    for secret in secrets:
        text = re.sub(rf'https?://[^\s"<]*{re.escape(secret)}|{re.escape(secret)}', "[link]", text)
    return text


@dataclass(frozen=True)
class CalendarPart:
    """The calendar part of a mail: the bytes, the method they carry and the uid they are about."""

    content: bytes
    method: str
    uid: str


@dataclass(frozen=True)
class Recipient:
    """Who a message goes to."""

    name: str
    address: str
    person_id: int | None = None
    on_behalf_of: str = ""
    """Whom the message is for, where `name` receives it in place of somebody without an address."""


def enqueue(
    kind: MessageKind,
    values: Mapping[str, str],
    *,
    key: str,
    stream: str,
    about: str,
    to: Recipient,
    calendar: CalendarPart | None = None,
    secrets: tuple[str, ...] = (),
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> OutboxMessage | None:
    """Add a message to the outbox, written with `values`; None, and nothing added, where `key` was used before.

    The caller is inside the transaction of the deed; the unique key holds also against another transaction.
    `not_after` is the moment from which the message would no longer be true. What lets its reader into an account goes
    to nobody on behalf of another: ValueError.
    """
    if to.on_behalf_of and kind.for_owner_only:
        raise ValueError(f"{kind.name} is for its owner only, not for {to.name}")
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return None
    words = written(kind, values, to.on_behalf_of, secrets)
    message = OutboxMessage(
        key=key,
        kind=kind.name,
        stream=stream,
        about=about,
        person_id=to.person_id,
        recipient_name=to.name,
        recipient_address=to.address,
        subject=words.subject,
        body_text=words.text,
        body_html=words.html,
        message_id=new_message_id(installation().mail_domain),
        calendar=calendar.content if calendar else None,
        calendar_method=calendar.method if calendar else None,
        calendar_uid=calendar.uid if calendar else None,
        secrets=list(secrets),
        next_try_at=not_before or clock.now(),
        not_after=not_after,
    )
    db.session.add(message)
    return message
