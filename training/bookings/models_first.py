"""Table of bookings by people who are not signed in, until their address is confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models import Booking
from training.core.columns import Dated, Identified, ShortText, Versioned
from training.core.database import Base
from training.people.models import Person
from training.schedule.models import CourseSession


class FirstRequest(Identified, Dated, Versioned, Base):
    """Somebody who books without being signed in, until their address is confirmed by a code or the time is over."""

    __tablename__ = "first_request"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries_not_negative"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"), index=True)
    """The place that is held; None where there was none to hold."""
    key_hash: Mapped[str] = mapped_column(ShortText, unique=True)
    """Of the key in the address of the page that asks for the code."""
    code_hash: Mapped[str] = mapped_column(ShortText)
    tries: Mapped[int] = mapped_column(default=0)
    """How many codes were typed that were wrong."""
    until: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    """When the right code was typed; the row stays until its time is over, for a button that is pressed twice."""
    is_new_person: Mapped[bool]
    """Whether the record was made for this booking, and goes with it when nobody confirms."""
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was typed on the page; it counts once the code is right."""
    course_session: Mapped[CourseSession] = relationship()
    person: Mapped[Person] = relationship()
    booking: Mapped[Booking | None] = relationship()
