"""Deeds on the several addresses of one person: claiming and proving one, which is written to, taking one away."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from training.core import audit, clock
from training.core.database import db
from training.core.links import SignedLink, revoke_links, use_link
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer, ViewerKind
from training.people import mail_addresses
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS, SIGN_IN
from training.people.mail_addresses import PROVE_ADDRESS
from training.people.models import AddressClaim, EmailAddress, Person
from training.people.operations_addresses import fold, require_address_in_reach, unlink_outside
from training.people.operations_standing import judge_jobs
from training.people.rules import clean_address, same_mailbox


def claim_address(
    viewer: Viewer, person: Person, text: str, *, becomes_primary: bool = False, reason: str | None = None
) -> AddressClaim:
    """Note that an address is said to be the person's too, and write there; it is theirs once its link was used.

    Nobody is told here whether the address is somebody else's: then its owner is. Refused for a shared mailbox, for
    an address the person has already or gave as their manager's, and after several within an hour.
    """
    _require_reach(viewer, person)
    address = clean_address(text)
    if any(row.address == address for row in person.addresses):
        raise Refused("This address is on the list already", "address")
    _require_not_the_managers(person, address)
    if mail_addresses.asked_enough(person):
        raise Refused("Several addresses were asked for within an hour. Wait an hour, and try again", "address")
    for earlier in claims_of(person):
        if earlier.address == address:
            _forget(earlier)
    claim = AddressClaim(person=person, address=address, becomes_primary=becomes_primary)
    db.session.add(claim)
    audit.record(viewer, "claimed the address", claim, after={"address": address}, reason=reason)
    owner = db.session.scalar(select(Person).join(Person.addresses).where(EmailAddress.address == address))
    if owner is None:
        mail_addresses.ask_whether_yours(claim)
    else:
        mail_addresses.tell_owner(claim, owner)
    return claim


def claims_of(person: Person) -> list[AddressClaim]:
    """The addresses that are said to be the person's and wait for their link, the oldest first."""
    return list(
        db.session.scalars(select(AddressClaim).where(AddressClaim.person_id == person.id).order_by(AddressClaim.id))
    )


def withdraw_claim(viewer: Viewer, claim: AddressClaim) -> None:
    """Take back that an address is the person's; its link is worth nothing from now on."""
    _require_reach(viewer, claim.person)
    audit.record(viewer, "withdrew the claim of", claim, before={"address": claim.address})
    _forget(claim)


def prove_address(link: SignedLink, claim: AddressClaim) -> EmailAddress:
    """Make the claimed address the person's, for whoever reads its mail says so.

    Refused where it became somebody else's, or their manager's, meanwhile.
    """
    person = lock_row(Person, claim.person_id)
    _require_not_the_managers(person, claim.address)
    use_link(link)
    behind_link = Viewer(ViewerKind.LINK, person.id, link_id=link.id)
    row = EmailAddress(person_id=person.id, address=claim.address, is_primary=False, confirmed_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Refused("This address cannot be added any more. Ask the training team") from error
    db.session.expire(person, ["addresses"])
    audit.record(behind_link, "proved the address", row, after={"person_id": person.id, "address": row.address})
    if claim.becomes_primary or person.address is None:
        _set_primary(person, row)
        audit.record(behind_link, "made primary", row, after={"address": row.address})
    _forget(claim)
    fold(person)
    judge_jobs(person)
    return row


def deny_address(link: SignedLink, claim: AddressClaim) -> None:
    """Whoever reads the mail says that they are somebody else."""
    use_link(link)
    behind_link = Viewer(ViewerKind.LINK, link_id=link.id)
    audit.record(behind_link, "denied the claim of", claim, before={"address": claim.address})
    db.session.delete(claim)


def make_primary(viewer: Viewer, row: EmailAddress, reason: str | None = None) -> None:
    """Write to this address of the person's from now on, who also signs in with it; the one before is told.

    Refused where it is not confirmed.
    """
    person = lock_row(Person, row.person_id)
    _require_reach(viewer, person)
    if row.confirmed_at is None:
        raise Refused("Only a confirmed address can be the main one")
    if row.is_primary:
        return
    before = person.address
    _set_primary(person, row)
    audit.record(viewer, "made primary", row, before={"address": before}, after={"address": row.address}, reason=reason)


def remove_address(viewer: Viewer, row: EmailAddress, reason: str | None = None) -> None:
    """Take an address away; Refused for the main one, which is signed in with and written to. It is told."""
    person = lock_row(Person, row.person_id)
    _require_reach(viewer, person)
    if row.is_primary:
        raise Refused("This is the main address. Make another one the main address first")
    address = row.address
    audit.record(viewer, "removed", row, before={"person_id": person.id, "address": address}, reason=reason)
    person.addresses.remove(row)
    unlink_outside(person, address)
    db.session.flush()
    fold(person)
    judge_jobs(person)
    mail_addresses.tell_removed(person, address)


def _set_primary(person: Person, row: EmailAddress) -> None:
    old = next((other for other in person.addresses if other.is_primary), None)
    if old is not None:
        old.is_primary = False
        # One primary address at a time: the database must see the old one go first.
        db.session.flush()
        mail_addresses.tell_old_primary(person, old.address, row.address)
    row.is_primary = True
    if person.account is not None:
        person.account.email = row.address
    # Whoever reads the address before must not get in with what was sent there.
    for purpose in (CONFIRM_ADDRESS, CHOOSE_PASSWORD, SIGN_IN):
        revoke_links(purpose, person.id)
    db.session.flush()


def _forget(claim: AddressClaim) -> None:
    revoke_links(PROVE_ADDRESS, claim.id)
    db.session.delete(claim)
    db.session.flush()


def _require_reach(viewer: Viewer, person: Person) -> None:
    if viewer.person_id == person.id:
        return
    if not viewer.works_at_desk:
        raise LookupError(f"person {person.id} is out of reach")
    require_address_in_reach(viewer, person)


def _require_not_the_managers(person: Person, address: str) -> None:
    today = clock.today()
    for job in person.employments:
        if (job.to_on is None or job.to_on >= today) and same_mailbox(job.manager_address, address):
            raise Refused("This is the address given for the line manager. Put that right first", "address")
