"""Tables of bookings and of what participants' calendars were told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.bookings.models_agencies import GroupBooking
from training.bookings.models_answers import AgreedBy, CancelledBy, DeclinedBy
from training.catalogue.models import Agreement, Course
from training.core import clock
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.core.policies import PolicyVersion
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


class Way(StrEnum):
    """How somebody attends a hybrid session."""

    IN_PERSON = "in-person"
    ONLINE = "online"


WAY_LABELS = {Way.IN_PERSON: "In the room", Way.ONLINE: "Online"}


class Reservation(Identified, Dated, Versioned, Base):
    """Places kept for an agency until a date by which it names who comes."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("places >= 1", name="at_least_one"),
        Index(
            "ix_reservation_open",
            "session_id",
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    way: Mapped[Way | None] = mapped_column(text_enum(Way))
    places: Mapped[int]
    """How many were reserved; every booking made in it names one of them for good."""
    name_by: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    reminded_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    """When what was not named went back: the date came, or somebody gave it up."""
    course_session: Mapped[CourseSession] = relationship()
    agency: Mapped[Agency] = relationship()
    asked_by: Mapped[Person | None] = relationship()


class CourseWait(Identified, Dated, Versioned, Base):
    """Somebody who waits for a course, on several of its dates in order of preference; one place ends it."""

    __tablename__ = "course_wait"
    __table_args__ = (
        Index(
            "uq_course_wait_live",
            "course_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[int | None] = mapped_column(ForeignKey("employment.id", ondelete="SET NULL"), index=True)
    tell_new_dates: Mapped[bool] = mapped_column(default=True)
    """Whether to write when a date of the course is published that was not among those chosen."""
    ended_at: Mapped[datetime | None]
    course: Mapped[Course] = relationship()
    person: Mapped[Person] = relationship()
    employment: Mapped[Employment | None] = relationship()


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
        CheckConstraint("(state = 'declined') = (declined_by IS NOT NULL)", name="declined_by_somebody"),
        CheckConstraint("agreed_by IS NULL OR agreed_at IS NOT NULL", name="agreed_has_moment"),
        CheckConstraint("moves_from_id <> id", name="not_moved_from_itself"),
        CheckConstraint("preference IS NULL OR course_wait_id IS NOT NULL", name="preference_of_a_wait"),
        Index("ix_booking_agreement_until", "agreement_until"),
        Index("ix_booking_offered_until", "offered_until"),
        Index("ix_booking_held_until", "held_until"),
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
    """When the manager, or whoever answers in their place, said yes to it."""
    agreed_by: Mapped[AgreedBy | None] = mapped_column(text_enum(AgreedBy))
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"), index=True)
    """The terms in force when it was made."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    declined_by: Mapped[DeclinedBy | None] = mapped_column(text_enum(DeclinedBy))
    way: Mapped[Way | None] = mapped_column(text_enum(Way))
    """How they attend; None where the session leaves no choice."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group_booking.id"), index=True)
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"), index=True)
    """The reserved place that it names."""
    moves_from_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    """The place on another date that is given up once this booking has one."""
    course_wait_id: Mapped[int | None] = mapped_column(ForeignKey("course_wait.id"), index=True)
    preference: Mapped[int | None]
    """Which choice this date is among those they wait for: 1 is the first."""
    goes_first: Mapped[bool] = mapped_column(default=False)
    """Before whoever asked earlier: their session was called off, or the officer put them back on the list."""
    fair_rank: Mapped[int | None]
    """Where the session asks for fairness: the lower goes first."""
    agreement_asked_at: Mapped[datetime | None]
    agreement_reminded_at: Mapped[datetime | None]
    agreement_passed_on_at: Mapped[datetime | None]
    """When the lead was asked as well, because the manager had not answered."""
    deputy_name: Mapped[str] = mapped_column(ShortText, default="")
    deputy_address: Mapped[str] = mapped_column(ShortText, default="")
    """Whom the manager named to answer in their place."""
    deputy_confirmed_at: Mapped[datetime | None]
    """When that deputy was known to be one: at once on the agency’s domains, else once the lead or the desk said so."""
    coming_asked_at: Mapped[datetime | None]
    """When they were asked whether they still come: before the cut-off, or after the date moved."""
    coming_said_at: Mapped[datetime | None]
    """When they said yes to that."""
    moved_at: Mapped[datetime | None]
    """When they were told of another day than the one they asked for."""
    course_session: Mapped[CourseSession] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    booked_by: Mapped[Person | None] = relationship(foreign_keys=[booked_by_id])
    agency: Mapped[Agency | None] = relationship()
    employment: Mapped[Employment | None] = relationship()
    terms: Mapped[PolicyVersion | None] = relationship()
    group: Mapped[GroupBooking | None] = relationship()
    reservation: Mapped[Reservation | None] = relationship()
    course_wait: Mapped[CourseWait | None] = relationship()
    moves_from: Mapped["Booking | None"] = relationship(foreign_keys=[moves_from_id], remote_side="Booking.id")

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def leaves_freely(self) -> bool:
        """Whether the day was moved under them, and they have not said since that they come: leaving is not late."""
        return self.moved_at is not None and (self.coming_said_at is None or self.coming_said_at < self.moved_at)

    @property
    def holds_place(self) -> bool:
        return self.state in HOLDING


class BookingWarning(Identified, Dated, Versioned, Base):
    """What stood against a booking when it was made, and what the person asked the officer about it."""

    __tablename__ = "booking_warning"
    __table_args__ = (
        CheckConstraint("settled_by_id IS NULL OR settled_at IS NOT NULL", name="settled_has_moment"),
        UniqueConstraint("booking_id", "kind"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(ShortText)
    sentence: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """What the person wrote to the officer."""
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(default="")
    booking: Mapped[Booking] = relationship()


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
    part_id: Mapped[int | None] = mapped_column(ForeignKey("session_part.id"), index=True)
    """None where the day fell away, until the calendar has been told."""
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
    part: Mapped[SessionPart | None] = relationship()
