"""Single sign-on: whose account it is that an organisation's own sign-in vouches for, and which are linked."""

import hashlib
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from training.accounts.mail import tell_factor_changed
from training.accounts.oidc import OutsideClaims
from training.accounts.operations import open_account
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.people.models import Account, EmailAddress, OutsideIdentity, Person
from training.people.operations_addresses import confirm_address


class UnknownAddressError(Exception):
    """Nobody here has the address that the provider vouches for."""

    def __init__(self, address: str) -> None:
        super().__init__("nobody has this address")
        self.address = address


def account_for(claims: OutsideClaims) -> Account:
    """The account of whom the provider vouches for: the linked one, or else that of the person with the address.

    Linked once, the subject decides, whatever becomes of the address. Refused where the account is closed or the
    address is not vouched for; UnknownAddressError where nobody has it.
    """
    linked = _linked(claims)
    if linked is not None:
        _require_open(linked.account)
        return linked.account
    if not claims.is_verified:
        raise Refused(f"{claims.provider.name} did not confirm an email address of yours that we can rely on")
    person = _person_with(claims.address)
    if person is None:
        raise UnknownAddressError(claims.address)
    account = _opened(person, claims)
    identity = OutsideIdentity(
        account=account, issuer=claims.provider.issuer, subject=claims.subject, address=claims.address
    )
    try:
        with db.session.begin_nested():
            db.session.add(identity)
    except IntegrityError:
        # They came in by two browsers at the same moment; the other one has linked and told them.
        return account
    audit.record(Viewer(ViewerKind.LINK, person.id), "linked a single sign-on", person, after=_of(identity))
    tell_factor_changed(person, f"the sign-in of {claims.provider.name} was linked to your account")
    return account


def identities_of(account_id: int) -> list[OutsideIdentity]:
    """The outside identities linked to the account, in the order in which they were."""
    found = select(OutsideIdentity).where(OutsideIdentity.account_id == account_id).order_by(OutsideIdentity.id)
    return list(db.session.scalars(found))


def unlink(viewer: Viewer, identity: OutsideIdentity) -> None:
    """Take the link away; signing in there by a verified address makes it anew."""
    person = identity.account.person
    audit.record(viewer, "removed a single sign-on", person, before=_of(identity))
    tell_factor_changed(person, f"the link to the sign-in at {urlsplit(identity.issuer).hostname} was removed")
    db.session.delete(identity)


def handle_of(identity: OutsideIdentity) -> str:
    """What a page calls the identity by."""
    return hashlib.sha256(f"{identity.issuer}\0{identity.subject}".encode()).hexdigest()[:16]


def _of(identity: OutsideIdentity) -> dict[str, str]:
    return {"issuer": identity.issuer, "address": identity.address}


def _linked(claims: OutsideClaims) -> OutsideIdentity | None:
    return db.session.scalar(
        select(OutsideIdentity).where(
            OutsideIdentity.issuer == claims.provider.issuer, OutsideIdentity.subject == claims.subject
        )
    )


def _person_with(address: str) -> Person | None:
    return db.session.scalar(
        select(Person).join(EmailAddress, EmailAddress.person_id == Person.id).where(EmailAddress.address == address)
    )


def _opened(person: Person, claims: OutsideClaims) -> Account:
    """The account of `person`, opened without a password where there is none; it may be used from now on."""
    owned = next(row for row in person.addresses if row.address == claims.address)
    account = person.account
    if owned.is_primary:
        now = clock.now()
        account = account or open_account(person, None, now)
        _require_open(account)
        if account.confirmed_at is None:
            # Whoever asked for the account may have been somebody else, with a password of theirs.
            account.password = None
        confirm_address(person, now)
        return account
    if owned.confirmed_at is None or account is None or account.confirmed_at is None:
        raise Refused("Confirm your email address first: follow the link in the message we sent you")
    _require_open(account)
    return account


def _require_open(account: Account) -> None:
    if not account.active:
        raise Refused("This account has been closed. Ask the training team if you need it")
