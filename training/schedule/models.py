"""Tables of the programme: sessions and their parts, venues, and who teaches."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.catalogue.models import Course, CourseEdition, Mode
from training.core import clock
from training.core.columns import Changed, Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.people.models import Person


class SessionStatus(StrEnum):
    """Where a session stands; finished once the register of every part is closed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called-off"
    FINISHED = "finished"


SESSION_STATUS_LABELS = {
    SessionStatus.DRAFT: "Draft",
    SessionStatus.PUBLISHED: "Published",
    SessionStatus.CALLED_OFF: "Called off",
    SessionStatus.FINISHED: "Finished",
}


class Venue(Identified, Dated, Changed, Versioned, Base):
    """A place where sessions are held."""

    __tablename__ = "venue"
    __table_args__ = (CheckConstraint("day_cost_pence IS NULL OR day_cost_pence >= 0", name="cost_not_negative"),)

    name: Mapped[str] = mapped_column(ShortText, unique=True)
    address: Mapped[str]
    access: Mapped[str] = mapped_column(default="")
    """Steps, lift, hearing loop, toilets: what somebody needs to know before they come."""
    parking: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(ShortText, default="")
    signal: Mapped[str] = mapped_column(default="")
    """Mobile telephone and wireless network, for registers and check-in."""
    contact_name: Mapped[str] = mapped_column(ShortText, default="")
    contact_address: Mapped[str] = mapped_column(ShortText, default="")
    """Who is told by email when a session there moves or is called off; nobody where it is empty."""
    day_cost_pence: Mapped[int | None]

    @property
    def in_one_line(self) -> str:
        return ", ".join([self.name, *(line.strip(" ,") for line in self.address.splitlines() if line.strip(" ,"))])


class ListOrder(StrEnum):
    """In which order people on a waiting list get places."""

    ASKING = "asking"
    FAIRNESS = "fairness"


LIST_ORDER_LABELS = {
    ListOrder.ASKING: "The time of asking",
    ListOrder.FAIRNESS: "Fairness first: role requires it, never attended, refused before, then the time of asking",
}


class CourseSession(Identified, Dated, Changed, Versioned, Base):
    """A dated running of a course.

    `starts_at` and `ends_at` are those of the first and the last part; `set_parts` in operations keeps them so.
    """

    __tablename__ = "course_session"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("(status = 'called-off') = (called_off_at IS NOT NULL)", name="called_off_has_moment"),
        CheckConstraint(
            "status = 'draft' OR status = 'called-off' OR published_at IS NOT NULL",
            name="published_has_moment",
        ),
        CheckConstraint(
            "booking_closes_at IS NULL OR booking_opens_at IS NULL OR booking_closes_at > booking_opens_at",
            name="booking_closes_after_opening",
        ),
        CheckConstraint("online_capacity IS NULL OR mode = 'hybrid'", name="ways_only_where_hybrid"),
        CheckConstraint("online_capacity IS NULL OR online_capacity >= 0", name="online_capacity_not_negative"),
        CheckConstraint(
            "applications_close_at IS NULL OR booking_opens_at IS NULL OR applications_close_at > booking_opens_at",
            name="applications_close_after_opening",
        ),
        CheckConstraint("allotted_at IS NULL OR applications_close_at IS NOT NULL", name="allotted_after_window"),
        Index("ix_course_session_publish_at", "publish_at"),
        Index("ix_course_session_course", "course_id", "starts_at"),
        Index("ix_course_session_status", "status", "starts_at"),
        Index("ix_course_session_ends_at", "ends_at"),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id"), index=True)
    mode: Mapped[Mode] = mapped_column(text_enum(Mode))
    status: Mapped[SessionStatus] = mapped_column(text_enum(SessionStatus), default=SessionStatus.DRAFT)
    capacity: Mapped[int]
    """All places; the places in the room where `online_capacity` is given."""
    online_capacity: Mapped[int | None]
    """The places online of a hybrid session that keeps them apart; None: every place serves either way."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    online_link: Mapped[str] = mapped_column(default="")
    """Shown only to people with a place, and to trainers; may be `rules.LINK_TO_FOLLOW`."""
    joining_notes: Mapped[str] = mapped_column(default="")
    booking_opens_at: Mapped[datetime | None]
    booking_closes_at: Mapped[datetime | None]
    list_order: Mapped[ListOrder] = mapped_column(text_enum(ListOrder), default=ListOrder.ASKING)
    applications_close_at: Mapped[datetime | None]
    """Until then people apply; places are allotted afterwards. None: whoever asks first has the place."""
    allotted_at: Mapped[datetime | None]
    limits_until: Mapped[datetime | None]
    """From when the limits of agencies no longer hold."""
    publish_at: Mapped[datetime | None]
    """When the worker publishes a draft."""
    published_at: Mapped[datetime | None]
    called_off_at: Mapped[datetime | None]
    called_off_reason: Mapped[str | None]
    course: Mapped[Course] = relationship()
    edition: Mapped[CourseEdition] = relationship()
    venue: Mapped[Venue | None] = relationship()
    parts: Mapped[list["SessionPart"]] = relationship(
        back_populates="course_session", cascade="all, delete-orphan", order_by="SessionPart.number"
    )
    trainers: Mapped[list["TrainerAssignment"]] = relationship(
        back_populates="course_session", cascade="all, delete-orphan", order_by="TrainerAssignment.id"
    )

    @property
    def places_in_all(self) -> int:
        """In the room and online together."""
        return self.capacity + (self.online_capacity or 0)


class SessionPart(Identified, Base):
    """One sitting of a session: what the clock on the wall says, and the same as instants."""

    __tablename__ = "session_part"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("ends > starts", name="ends_after_start"),
        CheckConstraint("ends_at > starts_at", name="instants_in_order"),
        Index("ix_session_part_starts_at", "starts_at"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"))
    number: Mapped[int]
    on: Mapped[date] = mapped_column("held_on")
    starts: Mapped[time]
    ends: Mapped[time]
    zone: Mapped[str] = mapped_column(ShortText, default=clock.LOCAL_ZONE_NAME)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    course_session: Mapped[CourseSession] = relationship(back_populates="parts")

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class TrainerPart(StrEnum):
    """What a trainer does in a session."""

    LEAD = "lead"
    CO_TRAINER = "co-trainer"
    SHADOW = "shadow"
    OBSERVER = "observer"


TRAINER_PART_LABELS = {
    TrainerPart.LEAD: "Lead trainer",
    TrainerPart.CO_TRAINER: "Co-trainer",
    TrainerPart.SHADOW: "Shadow",
    TrainerPart.OBSERVER: "Observer",
}


class AssignmentState(StrEnum):
    """Whether a trainer comes."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


LIVE_ASSIGNMENTS = (AssignmentState.ASKED, AssignmentState.ACCEPTED)


class TrainerAssignment(Identified, Dated, Versioned, Base):
    """A trainer on a session: the other kind of participant beside a booking."""

    __tablename__ = "trainer_assignment"
    __table_args__ = (
        Index(
            "uq_trainer_assignment_live",
            "session_id",
            "person_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'accepted')"),
            postgresql_where=text("state IN ('asked', 'accepted')"),
        ),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[TrainerPart] = mapped_column(text_enum(TrainerPart))
    state: Mapped[AssignmentState] = mapped_column(text_enum(AssignmentState))
    answered_at: Mapped[datetime | None]
    """When the trainer answered by themselves."""
    answer: Mapped[str] = mapped_column(default="")
    search_id: Mapped[int | None] = mapped_column(ForeignKey("trainer_search.id", ondelete="SET NULL"), index=True)
    """The search in which they were asked, where the first yes takes it."""
    course_session: Mapped[CourseSession] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()


class TrainerSearch(Identified, Dated, Versioned, Base):
    """The search for somebody to teach in place of a trainer who cannot come; the first yes takes it."""

    __tablename__ = "trainer_search"
    __table_args__ = (
        Index(
            "uq_trainer_search_open",
            "session_id",
            "part",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"), index=True)
    part: Mapped[TrainerPart] = mapped_column(text_enum(TrainerPart))
    reason: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]


class TrainerCourse(Identified, Dated, Versioned, Base):
    """A course that a trainer may teach, since when, and when somebody last watched them teach it."""

    __tablename__ = "trainer_course"
    __table_args__ = (UniqueConstraint("person_id", "course_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    since_on: Mapped[date]
    observed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()


class SchoolHoliday(Identified, Versioned, Base):
    """Days on which the schools of the area are closed."""

    __tablename__ = "school_holiday"
    __table_args__ = (CheckConstraint("to_on >= from_on", name="period_runs_forward"),)

    name: Mapped[str] = mapped_column(ShortText)
    from_on: Mapped[date]
    to_on: Mapped[date]
