"""Deeds on e-mail addresses: whose they are, which one is written to and signed in with."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, or_, select

from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.links import revoke_links
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS, SIGN_IN
from training.people.models import EmailAddress, OutsideIdentity, Person, RoleGrant
from training.people.operations_standing import judge_jobs
from training.people.rules import may_grant


def confirm_address(person: Person, at: datetime) -> None:
    """Note that the primary address is the person's own, and that their account may be used; once."""
    for row in person.addresses:
        if row.is_primary and row.confirmed_at is None:
            row.confirmed_at = at
            judge_jobs(person)
    if person.account is not None and person.account.confirmed_at is None:
        person.account.confirmed_at = at


def require_address_in_reach(viewer: Viewer, person: Person) -> None:
    """Refused for somebody with a role that `viewer` could not give: who has the address can take the account."""
    held = db.session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today())
        )
    )
    if not all(may_grant(viewer, role) for role in held):
        raise Refused("Only somebody who can give this person’s roles can change their address", "address")


def replace_address(person: Person, address: str) -> None:
    """Put `address` in the place of the primary one; Refused where somebody has it already."""
    require_unknown(address)
    primary = next((row for row in person.addresses if row.is_primary), None)
    if primary is None:
        person.addresses.append(EmailAddress(address=address, is_primary=True))
    else:
        unlink_outside(person, primary.address)
        primary.address, primary.confirmed_at = address, None
    if person.account is not None:
        person.account.email = address
    # Whoever reads the address before must not get in with what was sent there.
    for purpose in (CONFIRM_ADDRESS, CHOOSE_PASSWORD, SIGN_IN):
        revoke_links(purpose, person.id)


def unlink_outside(person: Person, address: str) -> None:
    """Let no organisation's sign-in that was linked by `address` open the account of `person` any more.

    Where they still are who it says, signing in there by an address of theirs links it anew.
    """
    if person.account is not None:
        db.session.execute(
            delete(OutsideIdentity).where(
                OutsideIdentity.account_id == person.account.id, OutsideIdentity.address == address
            )
        )


def fold(person: Person) -> None:
    """Write down again what the person is sorted and found by."""
    addresses = [row.address for row in person.addresses]
    person.sort_key, person.search_text = sorted_and_found_by(
        person.given_name, person.family_name, person.ref, addresses
    )


def sorted_and_found_by(given_name: str, family_name: str, ref: str, addresses: Iterable[str]) -> tuple[str, str]:
    """What somebody with these names, this reference and these addresses is sorted by, and what they are found by."""
    names = folded(given_name, family_name)
    # Both with and without apostrophes, for “ohara” is typed as often as “o’hara”.
    plain = names.replace("'", "")
    found_by = folded(names, "" if plain == names else plain, ref, " ".join(addresses))
    return folded(family_name, given_name)[:200], found_by


def require_unknown(address: str) -> None:
    """Refused where somebody has the address already."""
    if db.session.scalar(select(EmailAddress.id).where(EmailAddress.address == address)) is not None:
        raise Refused("Somebody with this address is known already", "address")
