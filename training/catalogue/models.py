"""Tables of the catalogue: courses, their editions, outcome statements, audiences and priorities."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core.columns import Changed, Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.people.models_workforce import WorkforceGroup


class CourseKind(StrEnum):
    """What an entry of the catalogue is."""

    COURSE = "course"
    BRIEFING = "briefing"
    CONFERENCE = "conference"
    LAUNCH_EVENT = "launch-event"
    MEETING = "meeting"


COURSE_KIND_LABELS = {
    CourseKind.COURSE: "Course",
    CourseKind.BRIEFING: "Briefing",
    CourseKind.CONFERENCE: "Conference",
    CourseKind.LAUNCH_EVENT: "Launch event",
    CourseKind.MEETING: "Meeting",
}


class Mode(StrEnum):
    """How people come together."""

    FACE_TO_FACE = "face-to-face"
    VIRTUAL = "virtual"
    HYBRID = "hybrid"


MODE_LABELS = {Mode.FACE_TO_FACE: "Face to face", Mode.VIRTUAL: "Virtual", Mode.HYBRID: "Hybrid"}


class CourseStatus(StrEnum):
    """Whether the catalogue shows a course."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


COURSE_STATUS_LABELS = {
    CourseStatus.DRAFT: "Draft",
    CourseStatus.LIVE: "Live",
    CourseStatus.RETIRED: "Retired",
}


class Agreement(StrEnum):
    """What the line manager's say on a booking is."""

    NONE = "none"
    DECLARED = "declared"
    ASKED = "asked"


AGREEMENT_LABELS = {
    Agreement.NONE: "Nobody is asked",
    Agreement.DECLARED: "The learner says that their manager agrees; the manager is told and may object",
    Agreement.ASKED: "The manager is asked, and says yes or no",
}


class Priority(Identified, Versioned, Base):
    """A strategic priority of the partnership, for as long as it is one."""

    __tablename__ = "priority"

    name: Mapped[str] = mapped_column(ShortText, unique=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class Course(Identified, Dated, Changed, Versioned, Base):
    """An entry of the catalogue; the row that deeds on the places of its sessions lock."""

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("minimum >= 0 AND minimum <= capacity", name="minimum_within_capacity"),
        CheckConstraint("hours >= 0", name="hours_not_negative"),
        Index("ix_course_sort_key", "sort_key"),
    )

    slug: Mapped[str] = mapped_column(ShortText, unique=True)
    code: Mapped[str] = mapped_column(ShortText, unique=True)
    title: Mapped[str] = mapped_column(ShortText, unique=True)
    sort_key: Mapped[str] = mapped_column(ShortText)
    search_text: Mapped[str]
    kind: Mapped[CourseKind] = mapped_column(text_enum(CourseKind))
    summary: Mapped[str]
    aims: Mapped[str] = mapped_column(default="")
    mode: Mapped[Mode] = mapped_column(text_enum(Mode))
    capacity: Mapped[int] = mapped_column(default=25)
    minimum: Mapped[int] = mapped_column(default=0)
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(0))
    is_participatory: Mapped[bool] = mapped_column(default=True)
    is_multi_agency: Mapped[bool] = mapped_column(default=True)
    agreement: Mapped[Agreement | None] = mapped_column(text_enum(Agreement))
    """None: as the agency of whoever books, or the partnership, has it."""
    valid_months: Mapped[int] = mapped_column(default=36)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"), index=True)
    status: Mapped[CourseStatus] = mapped_column(text_enum(CourseStatus), default=CourseStatus.DRAFT)
    priority: Mapped[Priority | None] = relationship()
    audience: Mapped[list[WorkforceGroup]] = relationship(secondary="course_audience", order_by=WorkforceGroup.number)
    editions: Mapped[list["CourseEdition"]] = relationship(
        back_populates="course", cascade="all, delete-orphan", order_by="CourseEdition.number"
    )

    @property
    def edition(self) -> "CourseEdition":
        """The edition that new sessions run."""
        return self.editions[-1]


class CourseAudience(Base):
    """A workforce group a course is for; a course without any is for everybody."""

    __tablename__ = "course_audience"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    workforce_group_id: Mapped[int] = mapped_column(ForeignKey("workforce_group.id"), primary_key=True, index=True)


class CoursePrerequisite(Base):
    """A course that somebody should have done before they come to another."""

    __tablename__ = "course_prerequisite"
    __table_args__ = (CheckConstraint("course_id <> requires_id", name="not_before_itself"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    requires_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True, index=True)


class CourseEquivalent(Base):
    """A course that is accepted in place of another."""

    __tablename__ = "course_equivalent"
    __table_args__ = (CheckConstraint("course_id <> stands_for_id", name="not_for_itself"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    stands_for_id: Mapped[int] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Requirement(Identified, Dated, Versioned, Base):
    """Who must have done a course, from when, how often, and where that is written."""

    __tablename__ = "requirement"
    __table_args__ = (
        CheckConstraint("workforce_group_id IS NOT NULL OR job_role <> ''", name="says_of_whom"),
        CheckConstraint("every_months IS NULL OR every_months >= 1", name="every_so_often"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    workforce_group_id: Mapped[int | None] = mapped_column(ForeignKey("workforce_group.id"), index=True)
    job_role: Mapped[str] = mapped_column(ShortText, default="")
    """Compared as folded words; empty for everybody in the workforce group."""
    every_months: Mapped[int | None]
    """None is “once”."""
    source: Mapped[str] = mapped_column(ShortText)
    """Where it is written, such as the statutory guidance, with its edition."""
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    course: Mapped[Course] = relationship()
    workforce_group: Mapped[WorkforceGroup | None] = relationship()


class CourseEdition(Identified, Dated, Base):
    """What a course taught and asked from one revision to the next; a session pins one, evaluations compare within."""

    __tablename__ = "course_edition"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(ShortText, default="")
    used_at: Mapped[datetime | None]
    """When a session of it was first published: from then on its statements stand as they are."""
    course: Mapped[Course] = relationship(back_populates="editions")
    outcomes: Mapped[list["OutcomeStatement"]] = relationship(
        back_populates="edition", cascade="all, delete-orphan", order_by="OutcomeStatement.position"
    )


class OutcomeStatement(Identified, Base):
    """What a learner should know or be able to do; rated in the same words before, after and at impact."""

    __tablename__ = "outcome_statement"
    __table_args__ = (UniqueConstraint("edition_id", "position"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str]
    edition: Mapped[CourseEdition] = relationship(back_populates="outcomes")
