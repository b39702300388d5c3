"""Tables of agencies: sectors, the tree and membership over periods, other names, duties, e-mail domains."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core import clock
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base


class Sector(Identified, Base):
    """How agencies are grouped; data of the partnership, with the group that reports add up to."""

    __tablename__ = "sector"

    name: Mapped[str] = mapped_column(ShortText, unique=True)
    reporting_group: Mapped[str] = mapped_column(ShortText)
    position: Mapped[int] = mapped_column(default=0)


class Agency(Identified, Dated, Versioned, Base):
    """An organisation whose staff are trained."""

    __tablename__ = "agency"
    __table_args__ = (
        CheckConstraint("code <> ''", name="code_given"),
        CheckConstraint("successor_id <> id", name="not_its_own_successor"),
        CheckConstraint("successor_id IS NULL OR ended_on IS NOT NULL", name="succeeded_has_ended"),
        Index("ix_agency_sort_key", "sort_key"),
    )

    code: Mapped[str] = mapped_column(ShortText, unique=True)
    name: Mapped[str] = mapped_column(ShortText, unique=True)
    sort_key: Mapped[str] = mapped_column(ShortText)
    search_text: Mapped[str]
    sector_id: Mapped[int] = mapped_column(ForeignKey("sector.id"), index=True)
    sub_sector: Mapped[str] = mapped_column(ShortText, default="")
    is_group: Mapped[bool] = mapped_column(default=False)
    """Stands for many organisations that are not listed one by one, such as “Primary schools”."""
    on_forum: Mapped[bool] = mapped_column(default=False)
    """Sits on the partnership’s forum."""
    note: Mapped[str] = mapped_column(default="")
    ended_on: Mapped[date | None]
    """The last day on which it was an agency of its own; what was booked under it stays."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    sector: Mapped[Sector] = relationship()
    successor: Mapped["Agency | None"] = relationship(remote_side="Agency.id")


class AgencyParent(Identified, Base):
    """Which agency stood above which, and when; the last day counts, an open end is today’s parent."""

    __tablename__ = "agency_parent"
    __table_args__ = (
        CheckConstraint("agency_id <> parent_id", name="not_its_own_parent"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
        Index(
            "uq_agency_parent_current",
            "agency_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class AgencyDomain(Identified, Base):
    """An e-mail domain that suggests an agency; several agencies may share one."""

    __tablename__ = "agency_domain"
    __table_args__ = (
        UniqueConstraint("agency_id", "domain"),
        CheckConstraint("domain = lower(domain)", name="lower_case"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(ShortText, index=True)


class AgencyAlias(Identified, Base):
    """Another name that people know an agency by; no two agencies share one."""

    __tablename__ = "agency_alias"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(ShortText)
    folded: Mapped[str] = mapped_column(ShortText, unique=True)


class Duty(StrEnum):
    """What the law asks of an agency: Children Act 2004 (sections 11 and 16E), Education Act 2002 (section 175)."""

    SAFEGUARDING_PARTNER = "safeguarding-partner"
    RELEVANT_AGENCY = "relevant-agency"
    SECTION_11 = "section-11"
    SECTION_175 = "section-175"


DUTY_LABELS = {
    Duty.SAFEGUARDING_PARTNER: "Safeguarding partner",
    Duty.RELEVANT_AGENCY: "Relevant agency",
    Duty.SECTION_11: "Section 11 of the Children Act 2004",
    Duty.SECTION_175: "Section 175 of the Education Act 2002",
}


class AgencyDuty(Identified, Base):
    """A statutory duty that an agency has."""

    __tablename__ = "agency_duty"
    __table_args__ = (UniqueConstraint("agency_id", "duty"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"))
    duty: Mapped[Duty] = mapped_column(text_enum(Duty))


class FeeBand(Identified, Base):
    """What kind of fees an agency pays; data of the partnership."""

    __tablename__ = "fee_band"

    name: Mapped[str] = mapped_column(ShortText, unique=True)
    note: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)


class AgencyMembership(Identified, Base):
    """A time in which an agency was a member of the partnership, in one fee band; the last day counts."""

    __tablename__ = "agency_membership"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
        Index(
            "uq_agency_membership_current",
            "agency_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"), index=True)
    fee_band_id: Mapped[int | None] = mapped_column(ForeignKey("fee_band.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    fee_band: Mapped[FeeBand | None] = relationship()


class UnlistedName(Identified, Versioned, Base):
    """What people called an agency that the desk answered is none of this partnership."""

    __tablename__ = "unlisted_name"
    __table_args__ = (CheckConstraint("folded <> ''", name="folded_given"),)

    folded: Mapped[str] = mapped_column(ShortText, unique=True)
    name: Mapped[str] = mapped_column(ShortText)
    answer: Mapped[str] = mapped_column(default="")
    """What the people who named it were told besides."""
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)
