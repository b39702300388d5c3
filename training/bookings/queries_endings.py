"""What would happen if an agency ended: the people, leads, bookings and names that it concerns."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from training.agencies.models import Agency, AgencyAlias, AgencyDomain, AgencyParent
from training.bookings.models import LIVE, Booking
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Employment, Person, RoleGrant
from training.planning.models import PlanLine, PlanTarget, TrainingPlan
from training.planning.years import TrainingYear
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class Ending:
    """What an agency that ends leaves, and a fingerprint of it: what was seen is what is done."""

    people: int
    leads: list[str]
    coming: int
    """Live bookings on sessions that begin after the last day."""
    targets: int
    """Target attendances in plans of this year and later."""
    names: list[str]
    domains: list[str]
    children: list[str]
    fingerprint: str


def coming_after(agency_id: int, last_on: date) -> ColumnElement[bool]:
    """Whether a Booking of the agency is live and its CourseSession begins after the last day, and from now on.

    A booking is frozen when its session begins: what was then stays.
    """
    after = max(clock.start_of_day(last_on + timedelta(days=1)), clock.now())
    return (Booking.agency_id == agency_id) & Booking.state.in_(LIVE) & (CourseSession.starts_at >= after)


def coming_bookings(agency_id: int, last_on: date) -> Select[Booking]:
    """Those bookings."""
    return (
        select(Booking)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(coming_after(agency_id, last_on))
        .order_by(Booking.id)
    )


def ending_of(viewer: Viewer, agency: Agency, successor: Agency | None, last_on: date) -> Ending:
    """What ending `agency` after `last_on` would concern; nothing but for the desk. A constant number of queries."""
    if not viewer.works_at_desk:
        return Ending(0, [], 0, 0, [], [], [], "")
    jobs = db.session.execute(
        select(Employment.id, Employment.row_version, Employment.person_id)
        .where(Employment.agency_id == agency.id, or_(Employment.to_on.is_(None), Employment.to_on > last_on))
        .order_by(Employment.id)
    ).all()
    leads = db.session.execute(
        select(RoleGrant.id, Person.given_name, Person.family_name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.agency_id == agency.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on > last_on))
        .order_by(Person.sort_key, RoleGrant.id)
    ).all()
    coming = db.session.execute(
        coming_bookings(agency.id, last_on).with_only_columns(Booking.id, Booking.row_version)
    ).all()
    children = db.session.execute(
        select(AgencyParent.id, Agency.name)
        .join(Agency, Agency.id == AgencyParent.agency_id)
        .where(AgencyParent.parent_id == agency.id, AgencyParent.to_on.is_(None))
        .order_by(Agency.sort_key, Agency.id)
    ).all()
    aliases = select(AgencyAlias.name).where(AgencyAlias.agency_id == agency.id).order_by(AgencyAlias.folded)
    domains = select(AgencyDomain.domain).where(AgencyDomain.agency_id == agency.id).order_by(AgencyDomain.domain)
    names, known = list(db.session.scalars(aliases)), list(db.session.scalars(domains))
    ends = (agency.id, agency.row_version, successor and (successor.id, successor.row_version), last_on.isoformat())
    seen = (ends, [tuple(row) for row in (*jobs, *leads, *coming, *children)], names, known)
    return Ending(
        people=len({row.person_id for row in jobs}),
        leads=[f"{row.given_name} {row.family_name}" for row in leads],
        coming=len(coming),
        targets=_targets(agency.id),
        names=names,
        domains=known,
        children=[row.name for row in children],
        fingerprint=hashlib.sha256(repr(seen).encode()).hexdigest(),
    )


def _targets(agency_id: int) -> int:
    this = TrainingYear.of(clock.today()).starts
    total = (
        select(func.sum(PlanTarget.attendances))
        .join(PlanLine, PlanLine.id == PlanTarget.line_id)
        .join(TrainingPlan, TrainingPlan.id == PlanLine.plan_id)
        .where(PlanTarget.agency_id == agency_id, TrainingPlan.starts >= this)
    )
    return int(db.session.scalar(total) or 0)
