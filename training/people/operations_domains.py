"""A change of e-mail domain in one step: addresses, sign-ins, managers and the domains of agencies."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency, AgencyDomain
from training.agencies.operations_names import lock_names
from training.core import audit, clock
from training.core.batch_journal import audit_all
from training.core.database import db
from training.core.links import revoke_links
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS, SIGN_IN
from training.people.mail_domains import tell_moved
from training.people.models import AddressClaim, EmailAddress, Employment, Person
from training.people.operations_addresses import fold
from training.people.queries_domains import AddressMove, DomainChange, at_domain, domain_change, managed_at

SEEN_OTHERWISE = "Something changed since this page was opened. Look at it again: this is what would happen now"


def change_domain(viewer: Viewer, old: str, new: str, *, keep_old: bool, seen: str) -> DomainChange:
    """Move every address at `old` to `new` as was seen beforehand (the fingerprint `seen`), and tell each person.

    Addresses stay confirmed and accounts keep their passwords and second factors: the mailbox is the same, its name is
    new. Links that went to the old addresses stop working. The new domain suggests every agency that the old one did;
    with `keep_old` the old one goes on doing so. Refused where something changed meanwhile, where nothing would
    change, and where the domains are the same.
    """
    if old == new:
        raise Refused("The new domain is the same as the old one", "new")
    lock_names()
    # Whoever changes one of these addresses at the same moment waits, and so do we for them.
    db.session.execute(select(EmailAddress.id).order_by(EmailAddress.id).with_for_update()).all()
    found = domain_change(viewer, old, new)
    if not found.agencies:
        raise Refused(f"No agency has the domain {old} any more", "old")
    if found.fingerprint != seen:
        raise Refused(SEEN_OTHERWISE)
    try:
        with db.session.begin_nested():
            _move_all(viewer, found.moving, old, new)
    except IntegrityError as error:
        raise Refused(SEEN_OTHERWISE) from error
    _tell_all(found.moving)
    _move_managers(viewer, old, new)
    for agency in found.agencies:
        _change_domains(viewer, agency, old, new, keep_old=keep_old)
    return found


def _move_all(viewer: Viewer, moves: Sequence[AddressMove], old: str, new: str) -> None:
    """Give everybody the new address, a statement for each table: the whole of an agency may stand on one domain."""
    whom = joinedload(EmailAddress.person).selectinload(Person.addresses)
    there = select(EmailAddress).where(at_domain(EmailAddress.address, old)).options(whom)
    rows = {row.id: row for row in db.session.scalars(there)}
    with db.session.no_autoflush:
        for move in moves:
            rows[move.address_id].address = move.new
            if move.signs_in and move.person.account is not None:
                move.person.account.email = move.new
            fold(move.person)
    for purpose in (CONFIRM_ADDRESS, CHOOSE_PASSWORD, SIGN_IN):
        revoke_links(purpose, *(move.person.id for move in moves))
    taken = {move.new for move in moves}
    for claim in db.session.scalars(select(AddressClaim).where(at_domain(AddressClaim.address, new))):
        if claim.address in taken:
            db.session.delete(claim)
    told = [
        ("moved the address of", Person.__tablename__, move.person.id, {"address": move.old}, {"address": move.new})
        for move in moves
    ]
    audit_all(viewer, told, f"{old} is now {new}")


def _tell_all(moves: Sequence[AddressMove]) -> None:
    version = clock.now().isoformat()
    with db.session.no_autoflush:
        for move in moves:
            if move.is_primary or move.signs_in:
                tell_moved(move.person, move.old, move.new, version)
    db.session.flush()


def _move_managers(viewer: Viewer, old: str, new: str) -> None:
    for job in db.session.scalars(select(Employment).where(managed_at(old)).order_by(Employment.id)):
        address = f"{job.manager_address.rpartition('@')[0]}@{new}"
        before, after = audit.changes(job, {"manager_address": address})
        audit.record(viewer, "moved the manager’s address of", job, before=before, after=after)


def _change_domains(viewer: Viewer, agency: Agency, old: str, new: str, *, keep_old: bool) -> None:
    rows = {
        row.domain: row for row in db.session.scalars(select(AgencyDomain).where(AgencyDomain.agency_id == agency.id))
    }
    if new not in rows:
        db.session.add(AgencyDomain(agency_id=agency.id, domain=new))
    if not keep_old:
        db.session.delete(rows[old])
    after = sorted({*rows, new} - (set() if keep_old else {old}))
    audit.record(
        viewer, "changed the domains", agency, before={"domains": ", ".join(sorted(rows))},
        after={"domains": ", ".join(after)},
    )  # fmt: skip
