"""Tables of bookings and of what participants' calendars were told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.catalogue.models import Agreement
from training.core import clock
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.people.models import Employment, Person
from training.schedule.models import CourseSession, SessionPart, TrainerAssignment


class BookingState(StrEnum):
    """Where a booking stands."""

    HELD = "held"
    APPLIED = "applied"
    AWAITING_AGREEMENT = "awaiting-agreement"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REPLACED = "replaced"


BOOKING_STATE_LABELS = {
    BookingState.HELD: "Held for a moment",
    BookingState.APPLIED: "Applied",
    BookingState.AWAITING_AGREEMENT: "Waiting for the manager’s agreement",
    BookingState.CONFIRMED: "Booked",
    BookingState.WAITING: "On the waiting list",
    BookingState.OFFERED: "Offered a place",
    BookingState.CANCELLED: "Cancelled",
    BookingState.DECLINED: "Declined",
    BookingState.LAPSED: "Lapsed",
    BookingState.REPLACED: "Replaced by a colleague",
}

HOLDING = (
    BookingState.HELD,
    BookingState.AWAITING_AGREEMENT,
    BookingState.CONFIRMED,
    BookingState.OFFERED,
)
"""States in which a booking takes up a place."""

LIVE = (*HOLDING, BookingState.APPLIED, BookingState.WAITING)
"""States in which a booking may still lead into the room; one per person and session."""

_LIVE_SQL = text("state IN ('held', 'awaiting-agreement', 'confirmed', 'offered', 'applied', 'waiting')")


class CancelledBy(StrEnum):
    """Who ended a booking."""

    PERSON = "person"
    MANAGER = "manager"
    LEAD = "lead"
    OFFICER = "officer"
    CALLED_OFF = "called-off"


class Booking(Identified, Dated, Versioned, Base):
    """One person's request for a place, or place, on one session, with the agency and role in which they come."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_live",
            "session_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE_SQL,
            postgresql_where=_LIVE_SQL,
        ),
        Index("ix_booking_session_state", "session_id", "state"),
        CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("(cancelled_by IS NOT NULL) = (cancelled_at IS NOT NULL)", name="cancelled_has_moment"),
        CheckConstraint("(state = 'waiting') <= (waiting_since IS NOT NULL)", name="waiting_has_moment"),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offer_has_limit"),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="hold_has_limit"),
        CheckConstraint(
            "(state = 'awaiting-agreement') <= (agreement_until IS NOT NULL)", name="agreement_has_deadline"
        ),
        CheckConstraint("(state = 'replaced') = (replaced_by_id IS NOT NULL)", name="replaced_by_somebody"),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[int | None] = mapped_column(ForeignKey("employment.id", ondelete="SET NULL"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    """None is “agency to be confirmed”."""
    job_role: Mapped[str] = mapped_column(ShortText)
    workforce_group_id: Mapped[int | None] = mapped_column(ForeignKey("workforce_group.id"))
    state: Mapped[BookingState] = mapped_column(text_enum(BookingState))
    agreement: Mapped[Agreement] = mapped_column(text_enum(Agreement))
    """Under which rule it was made; “declared” means that the learner declared it."""
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Who booked it, where that was not the person."""
    confirmed_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    promoted_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    agreement_until: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[CancelledBy | None] = mapped_column(text_enum(CancelledBy))
    is_late: Mapped[bool] = mapped_column(default=False)
    """Cancelled after the cut-off."""
    reason: Mapped[str] = mapped_column(default="")
    agreed_at: Mapped[datetime | None]
    """When the manager said yes to it."""
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"), index=True)
    """The terms in force when it was made."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    course_session: Mapped[CourseSession] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    booked_by: Mapped[Person | None] = relationship(foreign_keys=[booked_by_id])
    agency: Mapped[Agency | None] = relationship()
    employment: Mapped[Employment | None] = relationship()

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def holds_place(self) -> bool:
        return self.state in HOLDING


class BookingNeed(Identified, Dated, Versioned, Base):
    """What somebody needs to take part in one session: special-category data, kept apart and not for long."""

    __tablename__ = "booking_need"
    __table_args__ = (
        CheckConstraint("(met_at IS NULL) <= (met_by_id IS NULL)", name="met_by_has_moment"),
        CheckConstraint("removed_at IS NULL OR (support = '' AND diet = '' AND met_how = '')", name="removed_is_empty"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    support: Mapped[str] = mapped_column(default="")
    diet: Mapped[str] = mapped_column(default="")
    met_at: Mapped[datetime | None] = mapped_column(index=True)
    met_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    met_how: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]
    """When the words were taken away, as promised, some days after the session."""
    booking: Mapped[Booking] = relationship()


class PersonNeed(Identified, Dated, Versioned, Base):
    """What somebody asked us to keep for their next bookings; gone when they say so."""

    __tablename__ = "person_need"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    support: Mapped[str] = mapped_column(default="")
    diet: Mapped[str] = mapped_column(default="")


class CalendarEntry(Identified, Base):
    """What one participant's calendar was last told about one part."""

    __tablename__ = "calendar_entry"
    __table_args__ = (
        CheckConstraint("(booking_id IS NULL) <> (assignment_id IS NULL)", name="one_participant"),
        UniqueConstraint("booking_id", "part_id"),
        UniqueConstraint("assignment_id", "part_id"),
        CheckConstraint("method IN ('REQUEST', 'CANCEL')", name="known_method"),
        CheckConstraint("sequence >= 0", name="sequence_not_negative"),
    )

    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("trainer_assignment.id", ondelete="CASCADE"))
    part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"), index=True)
    uid: Mapped[str] = mapped_column(ShortText, unique=True)
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(ShortText)
    address: Mapped[str] = mapped_column(ShortText)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    summary: Mapped[str]
    location: Mapped[str]
    description: Mapped[str]
    booking: Mapped[Booking | None] = relationship()
    assignment: Mapped[TrainerAssignment | None] = relationship()
    part: Mapped[SessionPart] = relationship()
