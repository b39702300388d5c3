"""Tables of custody: what a merge moved, and what retention removed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core import clock
from training.core.columns import Identified, ShortText
from training.core.database import Base
from training.people.models import Person


class Merge(Identified, Base):
    """Two records of one person made one; can be undone, for its steps are kept."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_people"),
        Index(
            "uq_merge_merged_once",
            "merged_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    kept: Mapped[Person] = relationship(foreign_keys=[kept_id])
    merged: Mapped[Person] = relationship(foreign_keys=[merged_id])
    steps: Mapped[list["MergeStep"]] = relationship(
        back_populates="merge", cascade="all, delete-orphan", order_by="MergeStep.id"
    )


class MergeStep(Identified, Base):
    """One row that a merge changed: which columns, from what, to what."""

    __tablename__ = "merge_step"

    merge_id: Mapped[int] = mapped_column(ForeignKey("merge.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str] = mapped_column(ShortText)
    row_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    merge: Mapped[Merge] = relationship(back_populates="steps")


class RetentionRun(Identified, Base):
    """One time that retention removed what was past its time, of one class of records."""

    __tablename__ = "retention_run"
    __table_args__ = (CheckConstraint("removed >= 0", name="removed_not_negative"),)

    record_class: Mapped[str] = mapped_column(ShortText)
    older_than: Mapped[date]
    ran_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    removed: Mapped[int]
