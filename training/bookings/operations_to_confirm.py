"""Settling what people called an agency: one that is there, a new one, or none of this partnership."""

from sqlalchemy import select

from training.agencies.models import Agency, UnlistedName
from training.agencies.operations_names import add_alias, lock_names
from training.agencies.queries import agency_called
from training.bookings.mail_agencies import tell_not_ours
from training.bookings.models import Booking
from training.bookings.operations_endings import lock_courses_of
from training.bookings.queries_to_confirm import Named, name_to_confirm
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Standing
from training.people.operations_standing import judge

DONE = "This is done: somebody else has settled it meanwhile"


def settle_name(viewer: Viewer, name: str, agency_id: int, *, keep_name: bool) -> int:
    """Let everybody who called their agency `name`, in any spelling, work at the agency; returns how many jobs.

    Their bookings that say “agency to be confirmed” follow, past and coming: the agency was that one all along. How
    far it is known that they work there is asked anew. With `keep_name` the agency is also known by it from now on.
    Refused where it is settled already, and for an agency that has ended.
    """
    named = _locked(viewer, name)
    agency = db.session.get_one(Agency, agency_id)
    if agency.ended_on is not None:
        raise Refused(f"{agency.name} has ended. Choose one that goes on", "agency")
    jobs = _still_open(named)
    if keep_name and agency_called(viewer, named.name) is None:
        add_alias(viewer, agency, named.name)
    for job in jobs:
        wanted = {"agency_id": agency.id, "agency_named": "", "standing": Standing.ASKED}
        before, after = audit.changes(job, {**wanted, "settled_at": None, "settled_by_id": None})
        db.session.flush()
        judge(job)
        audit.record(viewer, "settled the agency of", job, before=before, after=after | {"standing": job.standing})
    _settle_bookings(viewer, agency, [job.id for job in jobs])
    if named.answered is not None:
        db.session.delete(named.answered)
    return len(jobs)


def _settle_bookings(viewer: Viewer, agency: Agency, jobs: list[int]) -> None:
    rows = db.session.scalars(
        select(Booking).where(Booking.employment_id.in_(jobs), Booking.agency_id.is_(None)).order_by(Booking.id)
    )
    for booking in rows:
        before, after = audit.changes(booking, {"agency_id": agency.id})
        audit.record(viewer, "settled the agency of", booking, before=before, after=after)


def answer_not_ours(viewer: Viewer, name: str, answer: str) -> int:
    """Tell everybody who called their agency `name` that it is none of this partnership; returns how many.

    What they said stays, and is asked again only when somebody new says it. Refused where it is settled already.
    """
    named = _locked(viewer, name)
    jobs = _still_open(named)
    if not named.is_open:
        raise Refused(DONE)
    since = named.answered.answered_at if named.answered is not None else None
    people = {job.person_id: job for job in jobs if since is None or job.created_at > since}
    row = named.answered or UnlistedName(folded=named.folded)
    row.name, row.answer, row.answered_at = named.name, answer, clock.now()
    db.session.add(row)
    audit.record(viewer, "answered that it is no agency here", row, after={"name": named.name, "answer": answer})
    for job in people.values():
        tell_not_ours(job.person, job.agency_named, answer)
    return len(people)


def _locked(viewer: Viewer, name: str) -> Named:
    """What is known of the name, with the places of its bookings and all names held; Refused where it is settled."""
    named = name_to_confirm(viewer, name)
    if named is None:
        raise Refused(DONE)
    lock_courses_of(Booking.employment_id.in_(named.jobs) & Booking.agency_id.is_(None))
    lock_names()
    # Whoever held the names before may have settled it.
    db.session.expire_all()
    again = name_to_confirm(viewer, name)
    if again is None:
        raise Refused(DONE)
    return again


def _still_open(named: Named) -> list[Employment]:
    return list(
        db.session.scalars(
            select(Employment)
            .where(Employment.id.in_(named.jobs), Employment.agency_id.is_(None))
            .order_by(Employment.id)
            .with_for_update(of=Employment)
        )
    )
