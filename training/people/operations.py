"""Deeds on people: adding and changing them, their jobs, their roles, their accounts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask_security.utils import hash_password
from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError

from training.agencies.models import Agency
from training.core import audit, clock
from training.core.columns import folded, new_reference
from training.core.database import db
from training.core.links import revoke_links
from training.core.refusal import Refused
from training.core.viewer import ROLE_LABELS, Role, Viewer
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant
from training.people.rules import clean_address, may_grant, require_name

REFERENCE_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Job:
    """What an employment says; no agency yet is “agency to be confirmed”, with what the person called it."""

    job_role: str
    agency_id: int | None = None
    agency_named: str = ""
    workforce_group_id: int | None = None
    staff_number: str = ""
    manager_name: str = ""
    manager_address: str = ""


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody to be added, with their job if it is known; `confirmed` says that the address is known to be theirs."""

    given_name: str
    family_name: str
    address: str | None = None
    telephone: str = ""
    agency_id: int | None = None
    agency_named: str = ""
    job_role: str = ""
    workforce_group_id: int | None = None
    staff_number: str = ""
    manager_name: str = ""
    manager_address: str = ""
    confirmed: bool = False

    @property
    def job(self) -> Job | None:
        """The job, where an agency is known or named."""
        if self.agency_id is None and not self.agency_named:
            return None
        return Job(
            job_role=self.job_role,
            agency_id=self.agency_id,
            agency_named=self.agency_named,
            workforce_group_id=self.workforce_group_id,
            staff_number=self.staff_number,
            manager_name=self.manager_name,
            manager_address=self.manager_address,
        )


def add_person(viewer: Viewer, new: NewPerson) -> Person:
    """Add somebody, with their job from today on; Refused for a shared mailbox and for an address that is known."""
    require_name(new.given_name, "given_name")
    require_name(new.family_name, "family_name")
    address = clean_address(new.address) if new.address else None
    if address is not None:
        _require_unknown(address)
    for _ in range(REFERENCE_TRIES):
        person = _written(new, address)
        if person is not None:
            break
        if address is not None:
            _require_unknown(address)
    else:
        raise RuntimeError("no free reference was found: there are too many people for references of this length")
    audit.record(viewer, "added", person)
    if new.job is not None:
        add_employment(viewer, person, new.job, clock.today())
    return person


def _written(new: NewPerson, address: str | None) -> Person | None:
    """The new row; None where somebody else took its reference or address at the same moment."""
    person = Person(
        ref=new_reference("P"),
        given_name=new.given_name,
        family_name=new.family_name,
        telephone=new.telephone,
        sort_key="",
        search_text="",
    )
    if address is not None:
        confirmed_at = clock.now() if new.confirmed else None
        person.addresses.append(EmailAddress(address=address, is_primary=True, confirmed_at=confirmed_at))
    _fold(person)
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        return None
    return person


def change_person(viewer: Viewer, person: Person, wanted: Mapping[str, Any], address: str | None = None) -> bool:
    """Set names or telephone, and the primary address where one is given; say whether anything changed.

    A new address takes the place of the one before and is the one to sign in with. Refused as in `add_person`, and
    for somebody with a role that `viewer` could not give: who has the address can take the account.
    """
    for field in ("given_name", "family_name"):
        require_name(wanted.get(field, ""), field)
    before, after = audit.changes(person, wanted)
    if address is not None and clean_address(address) != person.address:
        _require_address_in_reach(viewer, person)
        before["address"], after["address"] = person.address, clean_address(address)
        _replace_address(person, clean_address(address))
    _fold(person)
    if after:
        audit.record(viewer, "changed", person, before=before, after=after)
    return bool(after)


def _require_address_in_reach(viewer: Viewer, person: Person) -> None:
    held = db.session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today())
        )
    )
    if not all(may_grant(viewer, role) for role in held):
        raise Refused("Only somebody who can give this person’s roles can change their address", "address")


def _replace_address(person: Person, address: str) -> None:
    _require_unknown(address)
    primary = next((row for row in person.addresses if row.is_primary), None)
    if primary is None:
        person.addresses.append(EmailAddress(address=address, is_primary=True))
    else:
        primary.address, primary.confirmed_at = address, None
    if person.account is not None:
        person.account.email = address
    # Whoever reads the address before must not get in with what was sent there.
    for purpose in (CONFIRM_ADDRESS, CHOOSE_PASSWORD):
        revoke_links(purpose, person.id)


def confirm_address(person: Person, at: datetime) -> None:
    """Note that the primary address is the person's own, and that their account may be used; once."""
    for row in person.addresses:
        if row.is_primary and row.confirmed_at is None:
            row.confirmed_at = at
    if person.account is not None and person.account.confirmed_at is None:
        person.account.confirmed_at = at


def add_employment(viewer: Viewer, person: Person, job: Job, from_on: date) -> Employment:
    """Begin a job on the day `from_on`; others go on. Refused where the manager's address is the person's own."""
    _require_real_job(person, job)
    employment = Employment(person=person, from_on=from_on, **asdict(job))
    db.session.add(employment)
    audit.record(viewer, "began", employment, after={"person_id": person.id, **asdict(job)})
    return employment


def change_employment(viewer: Viewer, employment: Employment, job: Job) -> bool:
    """Put right what the job says, and say whether anything changed; for a move to another agency see `move_agency`."""
    _require_real_job(employment.person, job)
    before, after = audit.changes(employment, asdict(job))
    if after:
        audit.record(viewer, "changed", employment, before=before, after=after)
    return bool(after)


def move_agency(viewer: Viewer, employment: Employment, job: Job, from_on: date) -> Employment:
    """End the job on the day before `from_on` and begin `job` on that day; what came before stays as it was.

    A job that began on that very day is put right instead. Refused for a day before the job began.
    """
    if from_on < employment.from_on:
        raise Refused("The day of the move must not be before the day on which this job began", "from_on")
    if from_on == employment.from_on:
        change_employment(viewer, employment, job)
        return employment
    end_employment(viewer, employment, from_on - timedelta(days=1))
    return add_employment(viewer, employment.person, job, from_on)


def end_employment(viewer: Viewer, employment: Employment, last_on: date) -> None:
    """End the job after the day `last_on`; Refused for a day before it began."""
    if last_on < employment.from_on:
        raise Refused("The last day must not be before the first", "last_on")
    before, after = audit.changes(employment, {"to_on": last_on})
    if after:
        audit.record(viewer, "ended", employment, before=before, after=after)


def grant_role(
    viewer: Viewer,
    person: Person,
    role: Role,
    agency_id: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> RoleGrant:
    """Give a role from the day `from_on` (today) on; a lead's reaches `agency_id` and what is below it.

    Refused where `viewer` may not give it, where it lacks or must not have an agency, and where it is held already.
    """
    begins = from_on or clock.today()
    if not may_grant(viewer, role):
        raise Refused(f"You cannot give the role {ROLE_LABELS[role].lower()}", "role")
    if role is Role.AGENCY_LEAD and agency_id is None:
        raise Refused("Select the agency that the lead is for", "agency")
    if role is not Role.AGENCY_LEAD and agency_id is not None:
        raise Refused("Only an agency training lead has an agency", "agency")
    if to_on is not None and to_on < begins:
        raise Refused("The last day must not be before the first", "to_on")
    if db.session.scalar(select(_overlapping(person, role, agency_id, begins, to_on).exists())):
        raise Refused(f"{person.name} holds this role already in that time", "role")
    grant = RoleGrant(person=person, role=role, agency_id=agency_id, from_on=begins, to_on=to_on)
    db.session.add(grant)
    audit.record(viewer, "granted", grant, after={"person_id": person.id, "role": role.value, "agency_id": agency_id})
    return grant


def end_role(viewer: Viewer, grant: RoleGrant, last_on: date) -> None:
    """End a role after the day `last_on`; one that has not begun yet ends on its first day.

    Refused where `viewer` may not give it, and for the last system administrator.
    """
    if not may_grant(viewer, grant.role):
        raise Refused(f"You cannot end the role {ROLE_LABELS[grant.role].lower()}")
    if grant.role is Role.SYSTEM and not viewer.is_machine:
        others = select(RoleGrant.id).where(
            RoleGrant.role == Role.SYSTEM,
            RoleGrant.person_id != grant.person_id,
            RoleGrant.from_on <= clock.today(),
            RoleGrant.to_on.is_(None),
        )
        # Two system administrators who end each other's role at the same moment: the second waits and sees.
        db.session.execute(select(RoleGrant.id).where(RoleGrant.role == Role.SYSTEM).with_for_update()).all()
        if db.session.scalar(others.limit(1)) is None:
            raise Refused("Somebody else must be a system administrator first, or nobody could give roles any more")
    before, after = audit.changes(grant, {"to_on": max(last_on, grant.from_on)})
    if after:
        audit.record(viewer, "ended", grant, before=before, after=after)


def _overlapping(person: Person, role: Role, agency_id: int | None, begins: date, ends: date | None) -> Select[int]:
    same_reach = RoleGrant.agency_id.is_(None) if agency_id is None else RoleGrant.agency_id == agency_id
    found = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == role,
        same_reach,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= begins),
    )
    return found if ends is None else found.where(RoleGrant.from_on <= ends)


def open_account(person: Person, password: str | None, confirmed_at: datetime | None) -> Account:
    """Let the person sign in with their address; without a password they set one through a link.

    Refused where they have no address, or an account already.
    """
    if person.address is None:
        raise Refused(f"{person.name} has no email address to sign in with")
    if person.account is not None:
        raise Refused(f"{person.name} has an account already")
    account = Account(
        person=person,
        email=person.address,
        password=None if password is None else hash_password(password),
        active=True,
        fs_uniquifier=uuid4().hex,
        confirmed_at=confirmed_at,
    )
    db.session.add(account)
    if confirmed_at is not None:
        confirm_address(person, confirmed_at)
    db.session.flush()
    return account


def _fold(person: Person) -> None:
    person.sort_key = folded(person.family_name, person.given_name)[:200]
    names = folded(person.given_name, person.family_name)
    addresses = " ".join(row.address for row in person.addresses)
    # Both with and without apostrophes, for “ohara” is typed as often as “o’hara”.
    plain = names.replace("'", "")
    person.search_text = folded(names, "" if plain == names else plain, person.ref, addresses)


def _require_unknown(address: str) -> None:
    if db.session.scalar(select(EmailAddress.id).where(EmailAddress.address == address)) is not None:
        raise Refused("Somebody with this address is known already", "address")


def _require_real_job(person: Person, job: Job) -> None:
    if job.agency_id is None and not job.agency_named:
        raise Refused("Select an agency, or say what it is called", "agency")
    if job.agency_id is not None and db.session.get(Agency, job.agency_id) is None:
        raise Refused("Select an agency", "agency")
    own = {row.address for row in person.addresses}
    if job.manager_address and job.manager_address.strip().lower() in own:
        raise Refused("Enter the address of the line manager, not the person’s own", "manager_address")
