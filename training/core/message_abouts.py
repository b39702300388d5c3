"""Further rows that one message is about: a message that tells of several bookings belongs to each of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from training.core.columns import Identified, ShortText
from training.core.database import Base, db
from training.core.outbox import OutboxMessage


class MessageAlso(Identified, Base):
    """A row that a message is about besides the one it names itself."""

    __tablename__ = "message_also"
    __table_args__ = (UniqueConstraint("message_id", "about"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(ShortText, index=True)
    """The row, as `outbox_message.about` writes it: `booking:12`."""


def note_further(message: OutboxMessage, abouts: Iterable[str]) -> None:
    """Say that the message is also about these rows; its own is left out."""
    db.session.flush()
    further = dict.fromkeys(about for about in abouts if about != message.about)
    db.session.add_all(MessageAlso(message_id=message.id, about=about) for about in further)


def tells_of(abouts: Iterable[str] | Select[Any]) -> ColumnElement[bool]:
    """The condition that a message is about one of these rows, alone or with others."""
    wanted = abouts if isinstance(abouts, Select) else list(abouts)
    also = select(MessageAlso.message_id).where(MessageAlso.about.in_(wanted))
    return or_(OutboxMessage.about.in_(wanted), OutboxMessage.id.in_(also))
