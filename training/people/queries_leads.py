"""What is asked about who leads an agency: requests, deputies, whose time ends."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.agencies.models import Agency
from training.agencies.queries import ids_below
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import EmailAddress, LeadRequest, Person, RequestState, RoleGrant
from training.people.operations_leads import led_in_full, may_decide
from training.people.queries import lead_agencies

ENDS_WITHIN = timedelta(days=30)
"""How long before its end a lead's time shows at the desk, and the lead is told."""


@dataclass(frozen=True)
class LeadTime:
    """A lead's or deputy's time, with the number of the role among those of the person."""

    ref: str
    name: str
    number: int
    agency: str
    is_deputy: bool
    from_on: date
    to_on: date | None
    address: str


def open_requests(viewer: Viewer, *, at_desk: bool) -> list[LeadRequest]:
    """Requests to become lead that `viewer` may answer, the oldest first."""
    asked = (
        select(LeadRequest)
        .where(LeadRequest.state == RequestState.ASKED)
        .options(joinedload(LeadRequest.person), joinedload(LeadRequest.agency))
        .order_by(LeadRequest.created_at, LeadRequest.id)
    )
    if at_desk:
        return list(db.session.scalars(asked)) if viewer.works_at_desk or viewer.has(Role.SYSTEM) else []
    led = set(led_in_full(viewer))
    strictly_below = {below for key in led for below in ids_below(key) - {key}}
    return list(
        db.session.scalars(
            asked.where(
                LeadRequest.person_id != viewer.person_id,
                or_(
                    LeadRequest.agency_id.in_(strictly_below),
                    and_(LeadRequest.as_deputy, LeadRequest.agency_id.in_(led)),
                ),
            )
        )
    )


def request_by_ref(viewer: Viewer, ref: str) -> LeadRequest | None:
    """A request that is `viewer`'s own or theirs to answer."""
    request = db.session.scalar(
        select(LeadRequest)
        .where(LeadRequest.ref == ref.strip().upper())
        .options(joinedload(LeadRequest.person), joinedload(LeadRequest.agency))
    )
    if request is None or not (request.person_id == viewer.person_id or may_decide(viewer, request)):
        return None
    return request


def own_requests(viewer: Viewer) -> list[LeadRequest]:
    """What one asked for oneself, the latest first."""
    return list(
        db.session.scalars(
            select(LeadRequest)
            .where(LeadRequest.person_id == viewer.person_id)
            .options(joinedload(LeadRequest.agency))
            .order_by(LeadRequest.id.desc())
        )
    )


def leads_of(viewer: Viewer, agency_id: int) -> list[LeadTime]:
    """Leads and deputies of one agency, now or from a coming day, leads first; for the desk."""
    if not viewer.works_at_desk:
        return []
    today = clock.today()
    found = _times(RoleGrant.agency_id == agency_id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today))
    return sorted(found, key=lambda lead: (lead.is_deputy, lead.from_on, lead.name, lead.ref))


def deputies(viewer: Viewer) -> list[LeadTime]:
    """Who stands in for the lead at the lead's agencies, now or from a coming day, by agency and name."""
    return _times(
        RoleGrant.is_deputy.is_(True),
        RoleGrant.agency_id.in_(lead_agencies(viewer)),
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today()),
    )


def deputy(viewer: Viewer, ref: str, number: int) -> RoleGrant | None:
    """The deputy's role with this number among those of a person, at the agencies that `viewer` leads in full.

    Deputies name nobody, and end nobody's time.
    """
    below = {agency_id for key in led_in_full(viewer) for agency_id in ids_below(key)}
    return db.session.scalar(
        select(RoleGrant)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            Person.ref == ref.strip().upper(),
            _number_of_grant() == number,
            RoleGrant.is_deputy,
            RoleGrant.agency_id.in_(below),
        )
        .options(joinedload(RoleGrant.person), joinedload(RoleGrant.agency))
    )


def leads_ending(viewer: Viewer) -> list[LeadTime]:
    """Leads and deputies whose time ends soon, the first to end first; for the desk."""
    if not viewer.works_at_desk:
        return []
    today = clock.today()
    return _times(RoleGrant.from_on <= today, RoleGrant.to_on.between(today, today + ENDS_WITHIN))


def _times(*conditions: ColumnElement[bool]) -> list[LeadTime]:
    rows = db.session.execute(
        select(
            Person.ref, Person.given_name, Person.family_name, _number_of_grant(), Agency.name, RoleGrant.is_deputy,
            RoleGrant.from_on, RoleGrant.to_on, EmailAddress.address,
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(RoleGrant.role == Role.AGENCY_LEAD, *conditions)
        .order_by(RoleGrant.to_on, Agency.sort_key, Person.sort_key, RoleGrant.id)
    )  # fmt: skip
    return [
        LeadTime(ref, f"{given} {family}", number, agency, is_deputy, begins, ends, address or "")
        for ref, given, family, number, agency, is_deputy, begins, ends, address in rows
    ]


def _number_of_grant() -> ScalarSelect[int]:
    other = aliased(RoleGrant)
    return (
        select(func.count(other.id))
        .where(other.person_id == RoleGrant.person_id, other.id <= RoleGrant.id)
        .correlate(RoleGrant)
        .scalar_subquery()
    )
