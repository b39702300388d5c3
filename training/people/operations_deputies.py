"""Deeds on deputies whom the end of a lead leaves with nobody to stand in for."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from training.agencies.operations_successor import Step, step_changed
from training.agencies.tree import all_periods, parents_on
from training.core import audit
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people import mail_agency
from training.people.models import RoleGrant

NO_LEAD_LEFT = "No training lead is left to stand in for"


def lock_leads() -> None:
    """Let one at a time change who leads: of two leads who end at one moment, the second sees that the first has."""
    leads = select(RoleGrant.id).where(RoleGrant.role == Role.AGENCY_LEAD).order_by(RoleGrant.id)
    db.session.execute(leads.with_for_update()).all()


def end_left_alone(viewer: Viewer, agency_id: int, last_on: date) -> list[Step]:
    """End with a lead of the agency, after `last_on`, the deputies there and below whom nobody leads in full then.

    They are told. One that has not begun yet ends on its first day. Lock the leads first; returns what was done.
    """
    steps: list[Step] = []
    for deputy in _left_alone(agency_id, last_on):
        step = step_changed(deputy, {"to_on": max(last_on, deputy.from_on)})
        audit.record(viewer, "ended", deputy, before=step["was"], after=step["is"], reason=NO_LEAD_LEFT)
        mail_agency.say_lead_ends(deputy)
        steps.append(step)
    return steps


def _left_alone(agency_id: int, last_on: date) -> list[RoleGrant]:
    next_day = last_on + timedelta(days=1)
    periods = all_periods()
    before, then = parents_on(periods, last_on), parents_on(periods, next_day)
    is_lead = RoleGrant.role == Role.AGENCY_LEAD
    goes_on = or_(RoleGrant.to_on.is_(None), RoleGrant.to_on > last_on)
    led = set(
        db.session.scalars(
            select(RoleGrant.agency_id).where(
                is_lead, RoleGrant.is_deputy.is_(False), RoleGrant.from_on <= next_day, goes_on
            )
        )
    )
    could_end_sooner = or_(RoleGrant.to_on.is_(None), RoleGrant.to_on > RoleGrant.from_on)
    deputies = db.session.scalars(
        select(RoleGrant)
        .where(and_(is_lead, RoleGrant.is_deputy.is_(True), goes_on, could_end_sooner))
        .order_by(RoleGrant.id)
    )
    return [
        deputy
        for deputy in deputies
        if deputy.agency_id is not None
        and agency_id in _with_above(deputy.agency_id, before)
        and not led & _with_above(deputy.agency_id, then)
    ]


def _with_above(agency_id: int, parents: Mapping[int, int]) -> set[int]:
    """The agency and every one above it."""
    found, level = {agency_id}, parents.get(agency_id)
    while level is not None and level not in found:
        found.add(level)
        level = parents.get(level)
    return found
