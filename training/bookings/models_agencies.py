"""Tables of what agencies have on sessions: their rule on agreement, limits and groups."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency, Sector
from training.catalogue.models import Agreement
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.people.models import Person
from training.schedule.models import CourseSession


class AgencyAgreement(Identified, Versioned, Base):
    """What an agency's managers have to say about bookings, where that differs from the partnership's rule."""

    __tablename__ = "agency_agreement"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"), unique=True)
    agreement: Mapped[Agreement] = mapped_column(text_enum(Agreement))


class AgencyLimit(Identified, Versioned, Base):
    """The least and the most places of a session for an agency and those below it, or for a sector."""

    __tablename__ = "agency_limit"
    __table_args__ = (
        CheckConstraint("(agency_id IS NULL) <> (sector_id IS NULL)", name="one_group"),
        CheckConstraint("least >= 0 AND (most IS NULL OR most >= least)", name="least_within_most"),
        CheckConstraint("least > 0 OR most IS NOT NULL", name="limits_something"),
        UniqueConstraint("session_id", "agency_id"),
        UniqueConstraint("session_id", "sector_id"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id", ondelete="CASCADE"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    sector_id: Mapped[int | None] = mapped_column(ForeignKey("sector.id"), index=True)
    least: Mapped[int] = mapped_column(default=0)
    most: Mapped[int | None]
    agency: Mapped[Agency | None] = relationship()
    sector: Mapped[Sector | None] = relationship()


class GroupBooking(Identified, Dated, Versioned, Base):
    """Several people booked at once, who come together or as many as possible."""

    __tablename__ = "group_booking"
    __table_args__ = (CheckConstraint("skips >= 0", name="skips_not_negative"),)

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    together: Mapped[bool]
    """All of them or nobody; else as many as possible."""
    skips: Mapped[int] = mapped_column(default=0)
    """How often somebody who asked later was given a place that did not suffice for all of them."""
    course_session: Mapped[CourseSession] = relationship()
    agency: Mapped[Agency | None] = relationship()
    asked_by: Mapped[Person | None] = relationship()
