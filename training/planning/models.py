"""Tables of the training plan: a year, its lines per course, and target attendances per agency."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.catalogue.models import Course
from training.core.columns import Dated, Identified, Versioned, text_enum
from training.core.database import Base
from training.planning.years import TrainingYear


class PlanStatus(StrEnum):
    """Whether the subgroup has agreed the plan."""

    DRAFT = "draft"
    AGREED = "agreed"


class TrainingPlan(Identified, Dated, Versioned, Base):
    """What the partnership means to run in one year, from 1 April."""

    __tablename__ = "training_plan"
    __table_args__ = (
        CheckConstraint("(status = 'agreed') = (agreed_on IS NOT NULL)", name="agreed_has_date"),
        CheckConstraint("starts BETWEEN 1990 AND 2200", name="plausible_year"),
    )

    starts: Mapped[int] = mapped_column(unique=True)
    """The calendar year in which the training year begins."""
    status: Mapped[PlanStatus] = mapped_column(text_enum(PlanStatus), default=PlanStatus.DRAFT)
    agreed_on: Mapped[date | None]
    lines: Mapped[list["PlanLine"]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="PlanLine.id"
    )

    @property
    def year(self) -> TrainingYear:
        return TrainingYear(self.starts)


class PlanLine(Identified, Versioned, Base):
    """One course in one year's plan: sessions and places by quarter, and why."""

    __tablename__ = "plan_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "course_id"),
        CheckConstraint(
            "sessions_q1 >= 0 AND sessions_q2 >= 0 AND sessions_q3 >= 0 AND sessions_q4 >= 0",
            name="sessions_not_negative",
        ),
        CheckConstraint(
            "places_q1 >= 0 AND places_q2 >= 0 AND places_q3 >= 0 AND places_q4 >= 0",
            name="places_not_negative",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("training_plan.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    objective: Mapped[str] = mapped_column(default="")
    sessions_q1: Mapped[int] = mapped_column(default=0)
    sessions_q2: Mapped[int] = mapped_column(default=0)
    sessions_q3: Mapped[int] = mapped_column(default=0)
    sessions_q4: Mapped[int] = mapped_column(default=0)
    places_q1: Mapped[int] = mapped_column(default=0)
    places_q2: Mapped[int] = mapped_column(default=0)
    places_q3: Mapped[int] = mapped_column(default=0)
    places_q4: Mapped[int] = mapped_column(default=0)
    plan: Mapped[TrainingPlan] = relationship(back_populates="lines")
    course: Mapped[Course] = relationship()
    targets: Mapped[list["PlanTarget"]] = relationship(back_populates="line", cascade="all, delete-orphan")

    @property
    def sessions_by_quarter(self) -> tuple[int, int, int, int]:
        return (self.sessions_q1, self.sessions_q2, self.sessions_q3, self.sessions_q4)

    @property
    def places_by_quarter(self) -> tuple[int, int, int, int]:
        return (self.places_q1, self.places_q2, self.places_q3, self.places_q4)


class PlanTarget(Identified, Base):
    """How many of an agency's own people should attend a line's sessions in the year."""

    __tablename__ = "plan_target"
    __table_args__ = (
        UniqueConstraint("line_id", "agency_id"),
        CheckConstraint("attendances >= 0", name="not_negative"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("plan_line.id", ondelete="CASCADE"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    attendances: Mapped[int]
    line: Mapped[PlanLine] = relationship(back_populates="targets")
    agency: Mapped[Agency] = relationship()
