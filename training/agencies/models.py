"""Tables of agencies: sectors, the tree over periods, e-mail domains."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.core.columns import Dated, Identified, ShortText, Versioned
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
    sector: Mapped[Sector] = relationship()


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
