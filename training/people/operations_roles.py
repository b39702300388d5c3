"""Deeds on roles: giving and ending them."""

from datetime import date

from sqlalchemy import Select, or_, select

from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import ROLE_LABELS, Role, Viewer
from training.people.models import Person, RoleGrant
from training.people.operations_deputies import end_left_alone, lock_leads
from training.people.rules import may_grant


def grant_role(
    viewer: Viewer,
    person: Person,
    role: Role,
    agency_id: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    *,
    is_deputy: bool = False,
) -> RoleGrant:
    """Give a role from the day `from_on` (today) on; a lead's, or deputy's, reaches `agency_id` and what is below it.

    Refused where `viewer` may not give it, where it lacks or must not have an agency, and where it is held already.
    """
    begins = from_on or clock.today()
    if not may_grant(viewer, role):
        raise Refused(f"You cannot give the role {ROLE_LABELS[role].lower()}", "role")
    if role is Role.AGENCY_LEAD and agency_id is None:
        raise Refused("Select the agency that the lead is for", "agency")
    if role is not Role.AGENCY_LEAD and agency_id is not None:
        raise Refused("Only an agency training lead has an agency", "agency")
    if is_deputy and role is not Role.AGENCY_LEAD:
        raise Refused("Only an agency training lead has a deputy", "is_deputy")
    return write_grant(viewer, person, role, agency_id, begins, to_on, is_deputy=is_deputy)


def write_grant(
    viewer: Viewer,
    person: Person,
    role: Role,
    agency_id: int | None,
    begins: date,
    to_on: date | None,
    *,
    is_deputy: bool = False,
) -> RoleGrant:
    """The row of a role that `viewer` may give; Refused where it is held already in that time, or ends too soon."""
    if to_on is not None and to_on < begins:
        raise Refused("The last day must not be before the first", "to_on")
    if db.session.scalar(select(_overlapping(person, role, agency_id, begins, to_on, is_deputy).exists())):
        raise Refused(f"{person.name} holds this role already in that time", "role")
    wanted = {"role": role, "agency_id": agency_id, "is_deputy": is_deputy, "from_on": begins, "to_on": to_on}
    grant = RoleGrant(person=person, **wanted)
    db.session.add(grant)
    audit.record(viewer, "granted", grant, after={"person_id": person.id, **wanted})
    return grant


def end_role(viewer: Viewer, grant: RoleGrant, last_on: date) -> None:
    """End a role after the day `last_on`; one that has not begun yet ends on its first day.

    Refused where `viewer` may not give it, and for the last system administrator.
    """
    if not may_grant(viewer, grant.role):
        raise Refused(f"You cannot end the role {ROLE_LABELS[grant.role].lower()}")
    require_others(viewer, grant)
    write_end(viewer, grant, last_on)


def write_end(viewer: Viewer, grant: RoleGrant, last_on: date) -> None:
    """The last day of a role that `viewer` may end; one that has not begun yet ends on its first day.

    Where that leaves an agency without any lead, its deputies end with the lead.
    """
    last_on, until = max(last_on, grant.from_on), grant.to_on
    agency_id = None if grant.is_deputy else grant.agency_id
    if agency_id is not None:
        lock_leads()
    before, after = audit.changes(grant, {"to_on": last_on})
    if not after:
        return
    audit.record(viewer, "ended", grant, before=before, after=after)
    if agency_id is not None and (until is None or last_on < until):
        end_left_alone(viewer, agency_id, last_on)


def require_others(viewer: Viewer, grant: RoleGrant) -> None:
    """Refused where the role is that of the last system administrator."""
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


def _overlapping(
    person: Person, role: Role, agency_id: int | None, begins: date, ends: date | None, is_deputy: bool
) -> Select[int]:
    same_reach = RoleGrant.agency_id.is_(None) if agency_id is None else RoleGrant.agency_id == agency_id
    found = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == role,
        RoleGrant.is_deputy == is_deputy,
        same_reach,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= begins),
    )
    return found if ends is None else found.where(RoleGrant.from_on <= ends)
