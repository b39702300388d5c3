"""What the worker does for people: standings that changed with a domain, leads whose time ends."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, or_, select

from training.agencies.models import AgencyDomain
from training.core import clock
from training.core.database import db, reading
from training.core.transaction import for_each, lock_row, unit_of_work
from training.core.viewer import Role
from training.people import mail_agency
from training.people.models import EmailAddress, Employment, RoleGrant, Standing
from training.people.operations_standing import judge
from training.people.queries_leads import ENDS_WITHIN


def judge_standings() -> int:
    """Judge again where the domains of an agency say something else than the standing; returns how many."""
    on_domain = and_(
        AgencyDomain.agency_id == Employment.agency_id,
        or_(
            EmailAddress.address.endswith("@" + AgencyDomain.domain),
            EmailAddress.address.endswith("." + AgencyDomain.domain),
        ),
    )
    proven = exists().where(
        EmailAddress.person_id == Employment.person_id, EmailAddress.confirmed_at.is_not(None), on_domain
    )
    manager_there = exists().where(
        AgencyDomain.agency_id == Employment.agency_id,
        or_(
            Employment.manager_address.endswith("@" + AgencyDomain.domain),
            Employment.manager_address.endswith("." + AgencyDomain.domain),
        ),
    )
    changed = (
        select(Employment.id)
        .where(
            or_(Employment.to_on.is_(None), Employment.to_on >= clock.today()),
            Employment.agency_id.is_not(None),
            or_(
                and_(Employment.standing == Standing.ASKED, proven),
                and_(Employment.standing == Standing.BY_ADDRESS, ~proven),
                and_(Employment.manager_address != "", Employment.manager_confirmed_at.is_(None), manager_there),
            ),
        )
        .order_by(Employment.id)
    )
    return for_each(_keys(changed), _judge)


def _judge(employment_id: int) -> int:
    employment = lock_row(Employment, employment_id)
    before = (employment.standing, employment.manager_confirmed_at)
    judge(employment)
    return (employment.standing, employment.manager_confirmed_at) != before


def warn_of_ending_leads() -> int:
    """Tell leads and deputies once that their time ends within a month; returns how many."""
    today = clock.today()
    ending = (
        select(RoleGrant.id)
        .where(
            RoleGrant.role == Role.AGENCY_LEAD,
            RoleGrant.from_on <= today,
            RoleGrant.to_on.between(today, today + ENDS_WITHIN),
            # Somebody named for less than that knows it already.
            RoleGrant.created_at < clock.now() - ENDS_WITHIN,
        )
        .order_by(RoleGrant.id)
    )
    return for_each(_keys(ending), _warn)


def _warn(grant_id: int) -> int:
    return mail_agency.say_lead_ends(db.session.get_one(RoleGrant, grant_id))


def _keys(statement: Select[int]) -> Sequence[int]:
    with reading(), unit_of_work() as session:
        return session.scalars(statement).all()
