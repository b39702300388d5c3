"""Tables of the allotment of places at the close of an application window."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models import Booking
from training.core.columns import Identified, ShortText, Versioned
from training.core.database import Base
from training.schedule.models import CourseSession


class Allotment(Identified, Versioned, Base):
    """The allotment of the places of a session at the close of its application window; repeatable from its seed."""

    __tablename__ = "allotment"

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), unique=True)
    seed: Mapped[str] = mapped_column(ShortText)
    ran_at: Mapped[datetime]
    applied: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it was decided on: applications, places, limits and shares; enough to run it again."""
    course_session: Mapped[CourseSession] = relationship()


class AllotmentResult(Identified, Versioned, Base):
    """What the allotment came to for one application, and why, in one line."""

    __tablename__ = "allotment_result"
    __table_args__ = (
        CheckConstraint("position >= 1", name="counts_from_one"),
        UniqueConstraint("allotment_id", "position"),
    )

    allotment_id: Mapped[int] = mapped_column(ForeignKey("allotment.id", ondelete="CASCADE"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    position: Mapped[int]
    has_place: Mapped[bool]
    reason: Mapped[str]
    overridden_reason: Mapped[str] = mapped_column(default="")
    """Why the officer decided otherwise; empty where they did not."""
    allotment: Mapped[Allotment] = relationship()
    booking: Mapped[Booking] = relationship()
