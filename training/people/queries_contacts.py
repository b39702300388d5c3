"""Who is written to: in place of somebody without an address, and where a line manager would be asked."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import or_, select, true

from training.agencies.models import AgencyParent
from training.agencies.tree import in_force
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.outbox import Recipient
from training.core.viewer import Role
from training.people.models import SETTLED, EmailAddress, Employment, Person, RoleGrant

DESK_NAME = "The training team"


class ContactKind(StrEnum):
    """As what somebody is written to."""

    MANAGER = "manager"
    LEAD = "lead"
    OFFICER = "officer"


@dataclass(frozen=True)
class Contact:
    """Somebody who answers for a person's work: whoever is a manager only is no person of ours."""

    kind: ContactKind
    name: str
    address: str
    person_id: int | None = None


def manager_contact(employment: Employment) -> Contact:
    """Who is asked what a line manager is asked.

    The manager where their address is confirmed; else the agency's lead, or a deputy, or the lead above; else the desk.
    A manager nobody has confirmed may be a stranger, so nothing about the person goes there.
    """
    if employment.manager_address and employment.manager_confirmed_at is not None:
        return Contact(ContactKind.MANAGER, employment.manager_name, employment.manager_address)
    if employment.standing in SETTLED and employment.agency_id is not None:
        lead = lead_of(employment.agency_id, but=employment.person_id)
        if lead is not None:
            return lead
    return desk_contact()


def who_receives(person: Person) -> Recipient:
    """Where messages to the person go: their address; without one their lead, else the desk, on their behalf.

    Never for what lets its reader into an account; `enqueue` refuses that.
    """
    if person.address is not None:
        return Recipient(person.name, person.address, person.id)
    contact = next((lead for job in _jobs_today(person) if (lead := _lead_of_job(job))), None) or desk_contact()
    return Recipient(contact.name, contact.address, person.id, on_behalf_of=person.name)


def lead_of(
    agency_id: int, but: int | None = None, *, with_deputies: bool = True, on: date | None = None
) -> Contact | None:
    """The lead of the agency today, else a deputy, else those of the nearest agency above; never the person `but`.

    With `on` whoever it was on that day.
    """
    today = on or clock.today()
    level: int | None = agency_id
    seen: set[int] = set()
    while level is not None and level not in seen:
        seen.add(level)
        found = db.session.execute(
            select(Person.given_name, Person.family_name, EmailAddress.address, Person.id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .join(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
            .where(
                RoleGrant.role == Role.AGENCY_LEAD,
                RoleGrant.agency_id == level,
                RoleGrant.from_on <= today,
                or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
                Person.id != (but or 0),
                true() if with_deputies else RoleGrant.is_deputy.is_(False),
            )
            .order_by(RoleGrant.is_deputy, RoleGrant.from_on, RoleGrant.id)
            .limit(1)
        ).first()
        if found is not None:
            return Contact(ContactKind.LEAD, f"{found[0]} {found[1]}", found[2], found[3])
        level = parent_of(level)
    return None


def still_leads(agency_id: int, since: date, but: int | None = None) -> bool:
    """Whether the person whom `lead_of` named on the day `since` leads the agency today, as lead or as deputy."""
    then, today = lead_of(agency_id, but, on=since), clock.today()
    level: int | None = agency_id if then is not None else None
    seen: set[int] = set()
    while then is not None and level is not None and level not in seen:
        seen.add(level)
        held = select(RoleGrant.id).where(
            RoleGrant.role == Role.AGENCY_LEAD,
            RoleGrant.agency_id == level,
            RoleGrant.person_id == then.person_id,
            RoleGrant.from_on <= today,
            or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
        )
        if db.session.scalar(held.limit(1)) is not None:
            return True
        level = parent_of(level)
    return False


def parent_of(agency_id: int) -> int | None:
    """The agency directly above this one today."""
    return db.session.scalar(select(AgencyParent.parent_id).where(in_force(), AgencyParent.agency_id == agency_id))


def desk_contact() -> Contact:
    """The mailbox of the training team."""
    return Contact(ContactKind.OFFICER, installation().mail_name or DESK_NAME, installation().mail_address)


def _jobs_today(person: Person) -> list[Employment]:
    today = clock.today()
    return [job for job in person.employments if job.is_current(today) and job.standing in SETTLED]


def _lead_of_job(job: Employment) -> Contact | None:
    return None if job.agency_id is None else lead_of(job.agency_id, but=job.person_id)
