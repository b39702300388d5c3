"""Tables of what people have done: completions, with their proof and how long they count."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.catalogue.models import Course, CourseEdition
from training.core.columns import Dated, Identified, ShortText, text_enum
from training.core.database import Base
from training.people.models import Person


class Proof(StrEnum):
    """How it is known that a training was done."""

    REGISTER = "register"
    IMPORT = "import"
    EVIDENCE = "evidence"


class Completion(Identified, Dated, Base):
    """A training done by a person; corrected by revoking it and writing another, never silently changed."""

    __tablename__ = "completion"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR expires_on >= completed_on", name="expires_after"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_reason"),
        Index(
            "uq_completion_source",
            "person_id",
            "source",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_completion_course", "course_id", "completed_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    employment_id: Mapped[int | None] = mapped_column(ForeignKey("employment.id", ondelete="SET NULL"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id"), index=True)
    completed_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    expires_on: Mapped[date | None]
    proof: Mapped[Proof] = mapped_column(text_enum(Proof))
    source: Mapped[str] = mapped_column(ShortText)
    """What it was written from, such as `session:WT-7K3M`; a person has one valid completion from each."""
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    edition: Mapped[CourseEdition] = relationship()
