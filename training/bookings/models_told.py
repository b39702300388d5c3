"""What whoever answers for a person's work was last told of a booking."""

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models import Booking
from training.core.columns import Changed, Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base


class ToldStanding(StrEnum):
    """What the manager knows of a booking."""

    COMING = "coming"
    ENDED = "ended"


class ManagerTold(Identified, Dated, Changed, Versioned, Base):
    """What the line manager, or the lead in their place, knows of one booking; what differs is news for them."""

    __tablename__ = "manager_told"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    standing: Mapped[ToldStanding] = mapped_column(text_enum(ToldStanding))
    dates: Mapped[list[str]] = mapped_column(JSON)
    """When the session was to be, a text for each part: `2026-12-03 09:30 16:00`."""
    address: Mapped[str] = mapped_column(ShortText, default="")
    """To whom it was last written; empty where they knew without a message, or were to be told nothing."""
    is_manager: Mapped[bool] = mapped_column(default=False)
    """Whether that was the line manager, not the lead in their place."""
    booking: Mapped[Booking] = relationship()
