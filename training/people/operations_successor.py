"""Deeds on the people of an agency that ends: their jobs and its leads go on at the successor, or end."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from training.agencies.models import Agency
from training.agencies.operations_successor import Step, step_added, step_changed
from training.core import audit
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Employment, LeadRequest, RequestState, RoleGrant
from training.people.operations_deputies import end_left_alone, lock_leads

NOT_COPIED = frozenset({"id", "created_at", "row_version", "agency_id", "from_on"})


@dataclass
class Moved:
    """What was done, and in which job each ended one goes on."""

    steps: list[Step] = field(default_factory=list[Step])
    onwards: dict[int, int | None] = field(default_factory=dict[int, int | None])
    """The key of the job that follows, by the key of the one that ended; None where none follows."""


def move_jobs(viewer: Viewer, agency: Agency, successor: Agency | None, last_on: date) -> Moved:
    """End every job at `agency` after `last_on`; with a successor it goes on there the next day, as it was.

    A job that would have begun later begins at the successor. Somebody who has the same job role there already keeps
    that one job. Lock the tree first.
    """
    moved = Moved()
    begins = last_on + timedelta(days=1)
    jobs = db.session.scalars(
        select(Employment)
        .where(Employment.agency_id == agency.id, or_(Employment.to_on.is_(None), Employment.to_on > last_on))
        .order_by(Employment.id)
    ).all()
    there = _jobs_there(successor, begins)
    for job in jobs:
        same = there.get((job.person_id, job.job_role.casefold()))
        if job.from_on > last_on:
            if successor is not None:
                moved.steps.append(step_changed(job, {"agency_id": successor.id}))
                moved.onwards[job.id] = job.id
                audit.record(viewer, "went over to the successor", job)
            continue
        onwards = None
        if same is None and successor is not None:
            columns = {column.key for column in Employment.__mapper__.column_attrs} - NOT_COPIED
            kept: dict[str, Any] = {name: getattr(job, name) for name in columns}
            followed = Employment(agency_id=successor.id, from_on=begins, **kept)
            moved.steps.append(step_added(followed))
            onwards = followed.id
        moved.onwards[job.id] = same or onwards
        moved.steps.append(step_changed(job, {"to_on": last_on}))
        deed = "went over to the successor" if successor is not None else "ended with the agency"
        audit.record(viewer, deed, job, after={"to_on": last_on})
    return moved


def _jobs_there(successor: Agency | None, on: date) -> dict[tuple[int, str], int]:
    if successor is None:
        return {}
    rows = db.session.execute(
        select(Employment.person_id, Employment.job_role, Employment.id)
        .where(
            Employment.agency_id == successor.id,
            Employment.from_on <= on,
            or_(Employment.to_on.is_(None), Employment.to_on >= on),
        )
        .order_by(Employment.id.desc())
    )
    return {(person_id, role.casefold()): key for person_id, role, key in rows}


def move_leads(viewer: Viewer, agency: Agency, successor: Agency | None, last_on: date) -> list[Step]:
    """End every lead's role at `agency` after `last_on`; with a successor they lead there from the next day on.

    Whoever leads there already keeps that role alone. Deputies below the agency whom nobody leads then end as well.
    Open requests to lead it are withdrawn.
    """
    lock_leads()
    steps: list[Step] = []
    begins = last_on + timedelta(days=1)
    grants = db.session.scalars(
        select(RoleGrant)
        .where(RoleGrant.agency_id == agency.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on > last_on))
        .order_by(RoleGrant.id)
    ).all()
    held = (
        set(
            db.session.scalars(
                select(RoleGrant.person_id).where(
                    RoleGrant.agency_id == successor.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= begins)
                )
            )
        )
        if successor is not None
        else set[int]()
    )
    for grant in grants:
        if successor is not None and grant.person_id not in held:
            held.add(grant.person_id)
            followed = RoleGrant(
                person_id=grant.person_id, role=grant.role, agency_id=successor.id, is_deputy=grant.is_deputy,
                from_on=max(begins, grant.from_on), to_on=grant.to_on,
            )  # fmt: skip
            steps.append(step_added(followed))
            audit.record(viewer, "granted", followed, after={"agency_id": successor.id}, reason="took over")
        steps.append(step_changed(grant, {"to_on": max(last_on, grant.from_on)}))
        audit.record(viewer, "ended with the agency", grant, after={"to_on": grant.to_on})
    if not all(grant.is_deputy for grant in grants):
        steps += end_left_alone(viewer, agency.id, last_on)
    open_requests = select(LeadRequest).where(
        LeadRequest.agency_id == agency.id, LeadRequest.state == RequestState.ASKED
    )
    withdrawn = {"state": RequestState.WITHDRAWN}
    return steps + [step_changed(request, withdrawn) for request in db.session.scalars(open_requests).all()]
