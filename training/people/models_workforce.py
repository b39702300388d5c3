"""Tables of the workforce: its groups, and how many people of each an agency has."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core.columns import Dated, Identified, ShortText
from training.core.database import Base


class WorkforceGroup(Identified, Base):
    """How closely a job deals with children and parents: which training the role needs."""

    __tablename__ = "workforce_group"

    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(ShortText)
    examples: Mapped[str] = mapped_column(default="")


class Headcount(Identified, Dated, Base):
    """How many people of one workforce group an agency had on a day, as the agency said."""

    __tablename__ = "headcount"
    __table_args__ = (
        UniqueConstraint("agency_id", "workforce_group_id", "counted_on"),
        CheckConstraint("staff >= 0", name="staff_not_negative"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"))
    workforce_group_id: Mapped[int] = mapped_column(ForeignKey("workforce_group.id"), index=True)
    counted_on: Mapped[date]
    staff: Mapped[int]
    workforce_group: Mapped[WorkforceGroup] = relationship()
