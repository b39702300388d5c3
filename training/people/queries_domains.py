"""What would move if an e-mail domain changed: addresses, sign-ins and managers, each with what stands against it."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency, AgencyDomain
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant
from training.people.rules import is_shared_mailbox, may_grant


@dataclass(frozen=True)
class AddressMove:
    """One address that would move, or why it stays."""

    address_id: int
    person: Person
    old: str
    new: str
    is_primary: bool
    signs_in: bool
    is_shared: bool
    """It looks like a mailbox that several people read."""
    stays_because: str = ""


@dataclass(frozen=True)
class DomainChange:
    """All that a change of domain concerns, and a fingerprint of it: what was seen is what is done."""

    old: str
    new: str
    moves: list[AddressMove]
    managers: int
    """Present jobs whose manager is written to at the old domain."""
    agencies: list[Agency]
    """All agencies that the old domain suggests: it changes for each."""
    known: int
    """How many people have an address at the new domain already."""
    fingerprint: str

    @property
    def moving(self) -> list[AddressMove]:
        """The addresses that would move."""
        return [move for move in self.moves if not move.stays_because]

    @property
    def staying(self) -> list[AddressMove]:
        """The addresses that would stay, each with the reason."""
        return [move for move in self.moves if move.stays_because]


def at_domain(column: SQLColumnExpression[str], domain: str) -> ColumnElement[bool]:
    """Whether an address is at the domain itself, not at one below it."""
    return column.endswith(f"@{domain}", autoescape=True)


def managed_at(domain: str) -> ColumnElement[bool]:
    """Whether an Employment is not over and its manager is written to at the domain."""
    going_on = or_(Employment.to_on.is_(None), Employment.to_on >= clock.today())
    return at_domain(func.lower(Employment.manager_address), domain) & going_on


def domain_change(viewer: Viewer, old: str, new: str) -> DomainChange:
    """What changing the domain `old` to `new` would do; nothing but for the desk. A constant number of queries."""
    if not viewer.works_at_desk:
        return DomainChange(old, new, [], 0, [], 0, "")
    rows = db.session.scalars(
        select(EmailAddress)
        .join(Person, Person.id == EmailAddress.person_id)
        .where(at_domain(EmailAddress.address, old), Person.merged_into_id.is_(None))
        .options(joinedload(EmailAddress.person).joinedload(Person.account))
        .order_by(Person.sort_key, EmailAddress.id)
        .execution_options(populate_existing=True)
    ).all()
    owners = {
        row.address: row.person
        for row in db.session.scalars(
            select(EmailAddress).where(at_domain(EmailAddress.address, new)).options(joinedload(EmailAddress.person))
        )
    }
    sign_ins = set(db.session.scalars(select(Account.email).where(at_domain(Account.email, new))))
    beyond = _out_of_reach(viewer, old)
    moves = [_move(row, new, owners, sign_ins, beyond) for row in rows]
    managers = db.session.execute(
        select(Employment.id, Employment.manager_address).where(managed_at(old)).order_by(Employment.id)
    ).all()
    agencies = db.session.scalars(
        select(Agency)
        .where(exists().where(AgencyDomain.agency_id == Agency.id, AgencyDomain.domain == old))
        .order_by(Agency.sort_key, Agency.id)
    ).all()
    seen = (
        old, new,
        [(move.address_id, move.old, move.new, move.signs_in, move.stays_because) for move in moves],
        [tuple(row) for row in managers],
        [agency.id for agency in agencies],
    )  # fmt: skip
    fingerprint = hashlib.sha256(repr(seen).encode()).hexdigest()
    return DomainChange(old, new, moves, len(managers), list(agencies), len(owners), fingerprint)


def _move(row: EmailAddress, new: str, owners: dict[str, Person], sign_ins: set[str], beyond: set[int]) -> AddressMove:
    address = f"{row.address.rpartition('@')[0]}@{new}"
    owner = owners.get(address)
    because = ""
    if owner is not None:
        because = "They have the new address already" if owner is row.person else f"{owner.name} has the new address"
    elif address in sign_ins:
        because = "Somebody signs in with the new address"
    elif row.person_id in beyond:
        because = "They have a role that you cannot give: a system administrator changes their address"
    account = row.person.account
    return AddressMove(
        address_id=row.id,
        person=row.person,
        old=row.address,
        new=address,
        is_primary=row.is_primary,
        signs_in=account is not None and account.email == row.address,
        is_shared=is_shared_mailbox(row.address),
        stays_because=because,
    )


def _out_of_reach(viewer: Viewer, domain: str) -> set[int]:
    """Who at the domain has a role that `viewer` could not give: whoever has their address can take their account."""
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .join(EmailAddress, EmailAddress.person_id == RoleGrant.person_id)
        .where(at_domain(EmailAddress.address, domain))
        .where(or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today()))
    )
    return {person_id for person_id, role in rows if not may_grant(viewer, role)}
