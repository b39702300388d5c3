"""Tables of the register: who was there, as marked by whom, and what it said before."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.bookings.models import Booking
from training.core import clock
from training.core.columns import Dated, Identified, ShortText, Versioned, new_reference, text_enum
from training.core.database import Base
from training.people.models import Person
from training.schedule.models import CourseSession, SessionPart


class Presence(StrEnum):
    """What a mark says; no mark at all is “not marked”, which is not absent."""

    ATTENDED = "attended"
    ABSENT = "absent"
    EXCUSED = "excused"


PRESENCE_LABELS = {
    Presence.ATTENDED: "Attended",
    Presence.ABSENT: "Absent",
    Presence.EXCUSED: "Excused",
}


class MarkSource(StrEnum):
    """Where a mark came from."""

    REGISTER = "register"
    CHECK_IN = "check-in"
    IMPORT = "import"
    PAPER = "paper"
    CLAIM = "claim"


class Register(Versioned, Base):
    """The register of one part: open until its trainer closes it."""

    __tablename__ = "register"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) <= (closed_by_id IS NULL)", name="closed_by_has_moment"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"), primary_key=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    part: Mapped[SessionPart] = relationship()


class WalkIn(Identified, Dated, Versioned, Base):
    """Somebody who came without a booking; matched to a person later, or at once where the address is known."""

    __tablename__ = "walk_in"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_given"),
        UniqueConstraint("session_id", "person_id"),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True, default=lambda: new_reference("WI", 6))
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    name: Mapped[str] = mapped_column(ShortText)
    address: Mapped[str] = mapped_column(ShortText, default="")
    job_role: Mapped[str] = mapped_column(ShortText, default="")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    """None is “agency to be confirmed”."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    course_session: Mapped[CourseSession] = relationship()
    agency: Mapped[Agency | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


class Mark(Identified, Versioned, Base):
    """What the register of a part says about one booking or walk-in."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("(booking_id IS NULL) <> (walk_in_id IS NULL)", name="one_attendee"),
        UniqueConstraint("booking_id", "part_id"),
        UniqueConstraint("walk_in_id", "part_id"),
        CheckConstraint("minutes_late >= 0 AND minutes_early >= 0", name="minutes_not_negative"),
        CheckConstraint("minutes_counted IS NULL OR minutes_counted >= 0", name="counted_not_negative"),
        CheckConstraint(
            "presence = 'attended' OR (minutes_late = 0 AND minutes_early = 0)", name="minutes_if_attended"
        ),
        Index("ix_mark_part", "part_id", "presence"),
    )

    part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    walk_in_id: Mapped[int | None] = mapped_column(ForeignKey("walk_in.id", ondelete="CASCADE"))
    presence: Mapped[Presence] = mapped_column(text_enum(Presence))
    minutes_late: Mapped[int] = mapped_column(default=0)
    minutes_early: Mapped[int] = mapped_column(default=0)
    minutes_counted: Mapped[int | None]
    """Where a report says how long somebody was there; else the part's length less late and early."""
    source: Mapped[MarkSource] = mapped_column(text_enum(MarkSource))
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    part: Mapped[SessionPart] = relationship()
    booking: Mapped[Booking | None] = relationship()
    walk_in: Mapped[WalkIn | None] = relationship()


class MarkChange(Identified, Base):
    """One step in the history of what the register said; None is “not marked”."""

    __tablename__ = "mark_change"
    __table_args__ = (CheckConstraint("(booking_id IS NULL) <> (walk_in_id IS NULL)", name="one_attendee"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    walk_in_id: Mapped[int | None] = mapped_column(ForeignKey("walk_in.id", ondelete="CASCADE"), index=True)
    presence: Mapped[Presence | None] = mapped_column(text_enum(Presence))
    minutes_late: Mapped[int] = mapped_column(default=0)
    minutes_early: Mapped[int] = mapped_column(default=0)
    source: Mapped[MarkSource] = mapped_column(text_enum(MarkSource))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
