"""Tables of people: who they are, where they work, what they may do, and how they sign in."""

# Flask-Security types its mixin with plain values where a model has columns; Account is the one class it concerns.
# pyright: reportIncompatibleVariableOverride=false

from datetime import date, datetime

from flask_security.core import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.core.viewer import Role


class WorkforceGroup(Identified, Base):
    """How closely a job deals with children and parents: which training the role needs."""

    __tablename__ = "workforce_group"

    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(ShortText)
    examples: Mapped[str] = mapped_column(default="")


class Person(Identified, Dated, Versioned, Base):
    """Anybody known to the partnership, with or without a sign-in."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_sort_key", "sort_key"),)

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    given_name: Mapped[str] = mapped_column(ShortText)
    family_name: Mapped[str] = mapped_column(ShortText)
    sort_key: Mapped[str] = mapped_column(ShortText)
    search_text: Mapped[str]
    """Folded name and addresses: what the desk searches."""
    telephone: Mapped[str] = mapped_column(ShortText, default="")
    addresses: Mapped[list["EmailAddress"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="EmailAddress.id"
    )
    employments: Mapped[list["Employment"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Employment.from_on, Employment.id"
    )
    account: Mapped["Account | None"] = relationship(back_populates="person", cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def address(self) -> str | None:
        """The address messages go to, if there is one."""
        return next((address.address for address in self.addresses if address.is_primary), None)


class EmailAddress(Identified, Dated, Base):
    """An address of one person; known to nobody else."""

    __tablename__ = "email_address"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="lower_case"),
        Index(
            "uq_email_address_primary",
            "person_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(ShortText, unique=True)
    is_primary: Mapped[bool] = mapped_column(default=True)
    confirmed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(back_populates="addresses")


class Employment(Identified, Dated, Versioned, Base):
    """A job over a period; a person may have several at once. No agency yet means “agency to be confirmed”."""

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
        CheckConstraint("agency_id IS NOT NULL OR agency_named <> ''", name="agency_known_or_named"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    agency_named: Mapped[str] = mapped_column(ShortText, default="")
    """What the person called an agency that is not listed yet."""
    job_role: Mapped[str] = mapped_column(ShortText)
    workforce_group_id: Mapped[int | None] = mapped_column(ForeignKey("workforce_group.id"))
    staff_number: Mapped[str] = mapped_column(ShortText, default="")
    manager_name: Mapped[str] = mapped_column(ShortText, default="")
    manager_address: Mapped[str] = mapped_column(ShortText, default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="employments")
    agency: Mapped[Agency | None] = relationship()
    workforce_group: Mapped[WorkforceGroup | None] = relationship()

    def is_current(self, on: date) -> bool:
        """Whether the person had this job on the day `on`."""
        return self.from_on <= on <= (self.to_on or on)


class RoleGrant(Identified, Dated, Base):
    """A role given to a person for a period, reaching an agency and those below it, or everywhere."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
        CheckConstraint("role <> 'learner'", name="learner_is_everybody"),
        CheckConstraint("(role = 'agency-lead') = (agency_id IS NOT NULL)", name="lead_has_agency"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    person: Mapped[Person] = relationship()
    agency: Mapped[Agency | None] = relationship()


class Account(Identified, Dated, UserMixin, Base):
    """A person's sign-in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(ShortText, unique=True)
    """The address to sign in with; also one of the person's addresses."""
    password: Mapped[str | None] = mapped_column(ShortText)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(ShortText, unique=True)
    confirmed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(back_populates="account")

    roles: tuple[()] = ()
    """Flask-Security's own roles are not used: what a person may do are RoleGrants, which reach and end."""
