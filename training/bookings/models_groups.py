"""Who of a group could not be booked, and why: kept, so that the answer for each can be read again."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.bookings.models_agencies import GroupBooking
from training.core.columns import Dated, Identified
from training.core.database import Base
from training.people.models import Person


class GroupRefusal(Identified, Dated, Base):
    """Somebody of a group who was not booked, with the sentence that whoever asked was given."""

    __tablename__ = "group_refusal"

    group_id: Mapped[int] = mapped_column(ForeignKey("group_booking.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sentence: Mapped[str]
    group: Mapped[GroupBooking] = relationship()
    person: Mapped[Person] = relationship()
