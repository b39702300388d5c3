"""Table of what sessions were before they were changed, until everybody has been told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core import clock
from training.core.columns import Identified, Versioned
from training.core.database import Base
from training.schedule.models import CourseSession


class SessionChange(Identified, Versioned, Base):
    """What a session was before it was changed, until everybody has been told what it is now."""

    __tablename__ = "session_change"
    __table_args__ = (
        CheckConstraint("silent_reason = '' OR told_at IS NOT NULL", name="silent_is_settled"),
        Index(
            "uq_session_change_untold",
            "session_id",
            unique=True,
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index("ix_session_change_tell_at", "tell_at"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"), index=True)
    was: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Dates, place, link and notes as people knew them."""
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    tell_at: Mapped[datetime]
    """When the quiet period ends, which each further change begins anew."""
    told_at: Mapped[datetime | None]
    silent_reason: Mapped[str] = mapped_column(default="")
    """Why nobody was told."""
    course_session: Mapped[CourseSession] = relationship()
