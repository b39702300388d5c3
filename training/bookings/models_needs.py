"""Tables of what people need to take part: special-category data, kept apart and not for long."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models import Booking
from training.core.columns import Dated, Identified, Versioned
from training.core.database import Base


class BookingNeed(Identified, Dated, Versioned, Base):
    """What somebody needs to take part in one session: special-category data, kept apart and not for long."""

    __tablename__ = "booking_need"
    __table_args__ = (
        CheckConstraint("(met_at IS NULL) <= (met_by_id IS NULL)", name="met_by_has_moment"),
        CheckConstraint("removed_at IS NULL OR (support = '' AND diet = '' AND met_how = '')", name="removed_is_empty"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    support: Mapped[str] = mapped_column(default="")
    diet: Mapped[str] = mapped_column(default="")
    met_at: Mapped[datetime | None] = mapped_column(index=True)
    met_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    met_how: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]
    """When the words were taken away, as promised, some days after the session."""
    booking: Mapped[Booking] = relationship()


class PersonNeed(Identified, Dated, Versioned, Base):
    """What somebody asked us to keep for their next bookings; gone when they say so."""

    __tablename__ = "person_need"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    support: Mapped[str] = mapped_column(default="")
    diet: Mapped[str] = mapped_column(default="")
