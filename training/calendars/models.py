"""Tables of subscribed calendars and of answers to invitations."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models import CalendarEntry
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.people.models import Person


class CalendarFeed(Identified, Dated, Base):
    """The secret address at which a person's own calendar can be subscribed to."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_live",
            "person_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(ShortText, unique=True)
    revoked_at: Mapped[datetime | None]
    read_on: Mapped[date | None]
    """The day on which a calendar last asked for it."""
    content_hash: Mapped[str | None] = mapped_column(ShortText)
    """Of what was given out last; None before anybody asked."""
    content_changed_at: Mapped[datetime | None]
    """When what is given out last became another: bookings that end leave no trace in what is left."""
    person: Mapped[Person] = relationship()


class Participation(StrEnum):
    """What a calendar answered to an invitation (RFC 5545, PARTSTAT)."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


PARTICIPATION_LABELS = {
    Participation.ACCEPTED: "Accepted",
    Participation.TENTATIVE: "Accepted, not sure",
    Participation.DECLINED: "Declined",
}


class CalendarReply(Identified, Versioned, Base):
    """The last answer of a participant's calendar to the invitation to one part."""

    __tablename__ = "calendar_reply"
    __table_args__ = (CheckConstraint("sequence >= 0", name="sequence_not_negative"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("calendar_entry.id", ondelete="CASCADE"), unique=True)
    uid: Mapped[str] = mapped_column(ShortText)
    """The invitation that was answered: an entry that is made anew has another."""
    answer: Mapped[Participation] = mapped_column(text_enum(Participation))
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When the person, or the officer, said what a “declined” means."""
    entry: Mapped[CalendarEntry] = relationship()


class MailboxPosition(Identified, Versioned, Base):
    """Up to which message a mailbox has been read."""

    __tablename__ = "mailbox_position"

    mailbox: Mapped[str] = mapped_column(ShortText, unique=True)
    validity: Mapped[int] = mapped_column(BigInteger)
    """The mailbox's UIDVALIDITY (RFC 3501): another one means that all numbers are new."""
    last_uid: Mapped[int] = mapped_column(BigInteger)
