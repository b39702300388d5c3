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

    name: Mapped[str] = mapped_column(ShortText, unique=True)
    address: Mapped[str]
    access: Mapped[str] = mapped_column(default="")
    """Steps, lift, hearing loop, toilets: what somebody needs to know before they come."""
    parking: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(ShortText, default="")

    @property
    def in_one_line(self) -> str:
        return ", ".join([self.name, *(line.strip(" ,") for line in self.address.splitlines() if line.strip(" ,"))])


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
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    online_link: Mapped[str] = mapped_column(default="")
    """Shown only to people with a place, and to trainers; may be `rules.LINK_TO_FOLLOW`."""
    joining_notes: Mapped[str] = mapped_column(default="")
    booking_opens_at: Mapped[datetime | None]
    booking_closes_at: Mapped[datetime | None]
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
    course_session: Mapped[CourseSession] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()
