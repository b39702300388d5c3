"""Files read into the database: staged row by row, previewed, applied in one transaction, undone as one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base


class BatchState(StrEnum):
    """Where a file stands: nothing of it counts before it is applied."""

    READING = "reading"
    READY = "ready"
    REFUSED = "refused"
    APPLIED = "applied"
    DISCARDED = "discarded"
    UNDONE = "undone"


BATCH_STATE_LABELS = {
    BatchState.READING: "Being read",
    BatchState.READY: "Waiting for your decision",
    BatchState.REFUSED: "Cannot be used",
    BatchState.APPLIED: "Applied",
    BatchState.DISCARDED: "Given up: nothing was kept",
    BatchState.UNDONE: "Undone",
}


class Batch(Identified, Dated, Versioned, Base):
    """One file that somebody brought."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("(state IN ('applied', 'undone')) <= (applied_at IS NOT NULL)", name="applied_has_moment"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_has_moment"),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    kind: Mapped[str] = mapped_column(ShortText)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    file_name: Mapped[str] = mapped_column(ShortText, default="")
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Plain values that the kind needs besides the file, such as the agency whose staff it lists."""
    state: Mapped[BatchState] = mapped_column(text_enum(BatchState), default=BatchState.READING)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What is wrong with the file as a whole, or was left out of it."""
    row_count: Mapped[int] = mapped_column(default=0)
    """How many rows the file has; so many are to be read before it is ready."""
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    rows: Mapped[list["BatchRow"]] = relationship(
        back_populates="batch", cascade="all, delete-orphan", order_by="BatchRow.number"
    )


class Verdict(StrEnum):
    """What applying would do with a row."""

    ADD = "add"
    CHANGE = "change"
    LEAVE = "leave"
    SAME = "same"
    PROBLEM = "problem"


class BatchRow(Identified, Base):
    """One row of the file as it was read, what it would do, and what it did."""

    __tablename__ = "batch_row"
    __table_args__ = (UniqueConstraint("batch_id", "number"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    """The line in the file, the heading being line 1; past the end for what the file lacks."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    verdict: Mapped[Verdict] = mapped_column(text_enum(Verdict))
    sentences: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What would change, or what is wrong, in words."""
    journal: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What applying it did, in order, so that it can be undone."""
    batch: Mapped[Batch] = relationship(back_populates="rows")
