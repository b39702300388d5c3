"""Tables of evaluations: forms of an edition, who was asked when, and what they answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.attendance.models import WalkIn
from training.bookings.models import Booking
from training.catalogue.models import CourseEdition, OutcomeStatement
from training.core.columns import Dated, Identified, text_enum
from training.core.database import Base
from training.people.models import Person
from training.schedule.models import CourseSession


class Stage(StrEnum):
    """When, and of whom, an evaluation is asked."""

    BEFORE = "before"
    END = "end"
    IMPACT = "impact"
    SUPERVISOR = "supervisor"


STAGE_LABELS = {
    Stage.BEFORE: "Before the session",
    Stage.END: "At the end of the session",
    Stage.IMPACT: "Three months later",
    Stage.SUPERVISOR: "The line manager’s view",
}


class QuestionKind(StrEnum):
    """How a question is answered."""

    OUTCOME = "outcome"
    """1 to 10 on an outcome statement."""
    RATING = "rating"
    """1 to 5."""
    CHOICE = "choice"
    TEXT = "text"
    INTENTION = "intention"
    """Text that comes back to its writer at impact."""


class EvaluationForm(Identified, Dated, Base):
    """The questions of one stage of one edition."""

    __tablename__ = "evaluation_form"
    __table_args__ = (UniqueConstraint("edition_id", "stage"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id", ondelete="CASCADE"))
    stage: Mapped[Stage] = mapped_column(text_enum(Stage))
    edition: Mapped[CourseEdition] = relationship()
    questions: Mapped[list["Question"]] = relationship(
        back_populates="form", cascade="all, delete-orphan", order_by="Question.position"
    )


class Question(Identified, Base):
    """One typed question, with the Kirkpatrick level it gives evidence for."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("form_id", "position"),
        CheckConstraint("level BETWEEN 1 AND 4", name="kirkpatrick_level"),
        CheckConstraint("(kind = 'outcome') = (outcome_id IS NOT NULL)", name="outcome_has_statement"),
    )

    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(text_enum(QuestionKind))
    level: Mapped[int]
    text: Mapped[str]
    hint: Mapped[str] = mapped_column(default="")
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=True)
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("outcome_statement.id"), index=True)
    form: Mapped[EvaluationForm] = relationship(back_populates="questions")
    outcome: Mapped[OutcomeStatement | None] = relationship()


class EvaluationRequest(Identified, Dated, Base):
    """One person asked about one session at one stage: due, asked, answered."""

    __tablename__ = "evaluation_request"
    __table_args__ = (
        CheckConstraint("(booking_id IS NULL) <> (walk_in_id IS NULL)", name="one_attendee"),
        UniqueConstraint("booking_id", "stage"),
        UniqueConstraint("walk_in_id", "stage"),
        CheckConstraint("answered_at IS NULL OR asked_at IS NOT NULL", name="answered_was_asked"),
        CheckConstraint("expires_at > due_at", name="expires_after_due"),
        Index("ix_evaluation_request_due", "stage", "asked_at", "due_at"),
        Index("ix_evaluation_request_session", "session_id", "stage"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    walk_in_id: Mapped[int | None] = mapped_column(ForeignKey("walk_in.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id"), index=True)
    stage: Mapped[Stage] = mapped_column(text_enum(Stage))
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    course_session: Mapped[CourseSession] = relationship()
    booking: Mapped[Booking | None] = relationship()
    walk_in: Mapped[WalkIn | None] = relationship()
    person: Mapped[Person | None] = relationship()
    form: Mapped[EvaluationForm] = relationship()
    answers: Mapped[list["Answer"]] = relationship(back_populates="request", cascade="all, delete-orphan")


class Answer(Identified, Base):
    """What was answered to one question."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("request_id", "question_id"),
        CheckConstraint("number IS NOT NULL OR text IS NOT NULL", name="says_something"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("evaluation_request.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    number: Mapped[int | None]
    text: Mapped[str | None]
    request: Mapped[EvaluationRequest] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
