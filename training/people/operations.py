"""Deeds on people: adding and changing them, opening their accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask_security.utils import hash_password
from sqlalchemy.exc import IntegrityError

from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Account, EmailAddress, Person
from training.people.operations_addresses import (
    confirm_address,
    fold,
    replace_address,
    require_address_in_reach,
    require_unknown,
)
from training.people.operations_jobs import Job, add_employment, require_real_job
from training.people.rules import clean_address, require_name

REFERENCE_TRIES = 20


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
    has_no_manager: bool = False
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
            has_no_manager=self.has_no_manager,
        )


def add_person(viewer: Viewer, new: NewPerson) -> Person:
    """Add somebody, with their job from today on; Refused for a shared mailbox and for an address that is known."""
    require_name(new.given_name, "given_name")
    require_name(new.family_name, "family_name")
    address = clean_address(new.address) if new.address else None
    if address is not None:
        require_unknown(address)
    person = _with_free_reference(new, address)
    audit.record(viewer, "added", person)
    if new.job is not None:
        add_employment(viewer, person, new.job, clock.today())
    return person


def require_plausible(given_name: str, family_name: str, address: str, job: Job | None) -> str:
    """The address as it is kept; Refused, with the field, for what nobody could be added with.

    It asks nothing of whose the address is, so that a refusal tells a stranger nothing of it.
    """
    require_name(given_name, "given_name")
    require_name(family_name, "family_name")
    cleaned = clean_address(address)
    if job is not None:
        require_real_job([cleaned], job)
    return cleaned


def add_unproven(new: NewPerson) -> Person:
    """Add somebody of whom nothing is known but a name and an address that nobody has confirmed yet.

    Nothing is noted of it, for they are gone again (`forget_unproven`) unless they confirm it (`keep_unproven`).
    Refused as in `add_person`.
    """
    require_name(new.given_name, "given_name")
    require_name(new.family_name, "family_name")
    address = clean_address(new.address or "")
    require_unknown(address)
    return _with_free_reference(new, address)


def keep_unproven(viewer: Viewer, person: Person, given_name: str, family_name: str) -> None:
    """Let somebody stay who has confirmed their address, under the name that they typed."""
    require_name(given_name, "given_name")
    require_name(family_name, "family_name")
    person.given_name, person.family_name = given_name, family_name
    fold(person)
    audit.record(viewer, "added", person)


def forget_unproven(person: Person) -> bool:
    """Remove somebody who never confirmed their address and has no account; False where they have."""
    db.session.refresh(person)
    if person.account is not None or person.employments or any(row.confirmed_at for row in person.addresses):
        return False
    db.session.delete(person)
    db.session.flush()
    return True


def _with_free_reference(new: NewPerson, address: str | None) -> Person:
    for _ in range(REFERENCE_TRIES):
        person = _written(new, address)
        if person is not None:
            return person
        if address is not None:
            require_unknown(address)
    raise RuntimeError("no free reference was found: there are too many people for references of this length")


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
    fold(person)
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
        require_address_in_reach(viewer, person)
        before["address"], after["address"] = person.address, clean_address(address)
        replace_address(person, clean_address(address))
    fold(person)
    if after:
        audit.record(viewer, "changed", person, before=before, after=after)
    return bool(after)


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
