"""Tables of people: who they are, where they work, what they may do, and how they sign in."""

# Flask-Security types its mixin with plain values where a model has columns; Account is the one class it concerns.
# pyright: reportIncompatibleVariableOverride=false

from datetime import date, datetime
from enum import StrEnum

from flask_security.core import WebAuthnMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.agencies.models import Agency
from training.core import clock
from training.core.columns import Dated, Identified, ShortText, Versioned, text_enum
from training.core.database import Base
from training.core.viewer import Role
from training.people.guarded import GuardedUser
from training.people.models_workforce import WorkforceGroup


class Person(Identified, Dated, Versioned, Base):
    """Anybody known to the partnership, with or without a sign-in."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort_key", "sort_key"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    given_name: Mapped[str] = mapped_column(ShortText)
    family_name: Mapped[str] = mapped_column(ShortText)
    sort_key: Mapped[str] = mapped_column(ShortText)
    search_text: Mapped[str]
    """Folded name and addresses: what the desk searches."""
    telephone: Mapped[str] = mapped_column(ShortText, default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The record that this one turned out to be about as well; it is shown and found under that one."""
    anonymised_at: Mapped[datetime | None]
    """When retention took away who this was; the counts stay."""
    addresses: Mapped[list["EmailAddress"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="EmailAddress.id"
    )
    employments: Mapped[list["Employment"]] = relationship(
        back_populates="person",
        cascade="all, delete-orphan",
        order_by="Employment.from_on, Employment.id",
        foreign_keys="Employment.person_id",
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


class AddressClaim(Identified, Dated, Base):
    """An address that a person says is theirs too; theirs once the link sent there was used."""

    __tablename__ = "address_claim"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="lower_case"),
        Index("ix_address_claim_person", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(ShortText)
    becomes_primary: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()


class Standing(StrEnum):
    """How far it is known that a person works where they say; a booking never waits for it."""

    ASKED = "asked"
    LISTED = "listed"
    """A lead's file named the person, who has not said so: only they or an officer can settle it, no lead."""
    BY_ADDRESS = "by-address"
    VOUCHED = "vouched"
    REFUSED = "refused"


STANDING_LABELS = {
    Standing.ASKED: "To be confirmed by the agency",
    Standing.LISTED: "On the agency’s list, to be confirmed by the person",
    Standing.BY_ADDRESS: "Known by the email address",
    Standing.VOUCHED: "Confirmed",
    Standing.REFUSED: "The agency says no",
}
SETTLED = (Standing.BY_ADDRESS, Standing.VOUCHED)
"""Standings in which an agency's lead sees the person as one of theirs."""


class Employment(Identified, Dated, Versioned, Base):
    """A job over a period; a person may have several at once. No agency yet means “agency to be confirmed”."""

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period_runs_forward"),
        CheckConstraint("agency_id IS NOT NULL OR agency_named <> ''", name="agency_known_or_named"),
        CheckConstraint("NOT has_no_manager OR manager_address = ''", name="no_manager_no_address"),
        CheckConstraint("manager_confirmed_at IS NULL OR manager_address <> ''", name="confirmed_manager_has_address"),
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
    manager_confirmed_at: Mapped[datetime | None]
    """When the manager's address was known to be a manager's: on the agency's domains, or confirmed by the lead."""
    has_no_manager: Mapped[bool] = mapped_column(default=False)
    """Said by the person; what a manager would be asked goes to the lead or the officer."""
    standing: Mapped[Standing] = mapped_column(text_enum(Standing))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Which lead or officer vouched for the person, or said no."""
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="employments", foreign_keys=[person_id])
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
        CheckConstraint("NOT is_deputy OR role = 'agency-lead'", name="deputies_are_leads"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    is_deputy: Mapped[bool] = mapped_column(default=False)
    """Stands in for a lead: may do the same, is written to second."""
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    person: Mapped[Person] = relationship()
    agency: Mapped[Agency | None] = relationship()


class RequestState(StrEnum):
    """What became of asking for a role."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


REQUEST_STATE_LABELS = {
    RequestState.ASKED: "Waiting for an answer",
    RequestState.GRANTED: "Granted",
    RequestState.DECLINED: "Declined",
    RequestState.WITHDRAWN: "Withdrawn",
}


class LeadRequest(Identified, Dated, Versioned, Base):
    """Somebody who asks to become an agency's training lead, or its deputy."""

    __tablename__ = "lead_request"
    __table_args__ = (
        CheckConstraint("(state IN ('granted', 'declined')) = (decided_at IS NOT NULL)", name="decision_has_moment"),
        Index(
            "uq_lead_request_open",
            "person_id",
            "agency_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    ref: Mapped[str] = mapped_column(ShortText, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    as_deputy: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[RequestState] = mapped_column(text_enum(RequestState), default=RequestState.ASKED)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agency: Mapped[Agency] = relationship()


class Account(Identified, Dated, GuardedUser, Base):
    """A person's sign-in."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("active OR closed_at IS NOT NULL", name="closed_has_moment"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(ShortText, unique=True)
    """The address to sign in with; also one of the person's addresses."""
    password: Mapped[str | None] = mapped_column(ShortText)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(ShortText, unique=True)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_because: Mapped[str] = mapped_column(default="")
    last_seen_at: Mapped[datetime | None]
    """When its owner was last here, to the day; what “dormant” is judged by."""
    dormant_told_at: Mapped[datetime | None]
    us_totp_secrets: Mapped[str | None]
    tf_primary_method: Mapped[str | None] = mapped_column(ShortText)
    tf_totp_secret: Mapped[str | None] = mapped_column(ShortText)
    tf_phone_number: Mapped[str | None] = mapped_column(ShortText)
    """Never filled: codes are not sent by telephone. Flask-Security asks for it."""
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(ShortText, unique=True)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSON)
    """Hashes of the codes that are left."""
    totp_counter: Mapped[int | None]
    """The step of the last code from an authenticator app, so that none works twice."""
    person: Mapped[Person] = relationship(back_populates="account")
    webauthn: Mapped[list["Passkey"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="Passkey.id"
    )

    roles: tuple[()] = ()
    """Flask-Security's own roles are not used: what a person may do are RoleGrants, which reach and end."""


class Passkey(Identified, WebAuthnMixin, Base):
    """A key kept in a device, with which an account signs in; named by its owner."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(JSON)
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(ShortText)
    extensions: Mapped[str | None]
    create_datetime: Mapped[datetime] = mapped_column(default=clock.now)
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(ShortText)
    usage: Mapped[str] = mapped_column(ShortText)
    user: Mapped[Account] = relationship(back_populates="webauthn")


class SignIn(Identified, Base):
    """One browser that an account is or was signed in with."""

    __tablename__ = "sign_in"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(ShortText, unique=True)
    """Of the key in that browser's cookie; the key itself is kept nowhere else."""
    device: Mapped[str] = mapped_column(ShortText)
    """In words, such as “Firefox on Windows”."""
    way: Mapped[str] = mapped_column(ShortText)
    """How its owner signed in: password, code, link, passkey, single sign-on."""
    has_second_factor: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship()


class OutsideIdentity(Identified, Dated, Base):
    """An account as an organisation's own sign-in knows it (OpenID Connect)."""

    __tablename__ = "outside_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(ShortText)
    subject: Mapped[str] = mapped_column(ShortText)
    address: Mapped[str] = mapped_column(ShortText)
    """The verified address by which it was linked."""
    account: Mapped[Account] = relationship()
