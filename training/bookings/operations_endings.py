"""Ending an agency with all that hangs on it: merged into a successor, closed, or brought back."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from training.agencies import operations_successor
from training.agencies.models import Agency, AgencyAlias, AgencyDomain, AgencyMembership, AgencyParent
from training.agencies.operations_names import lock_names
from training.agencies.operations_successor import SINCE, Step, step_changed
from training.agencies.tree import has_ended
from training.bookings import mail_agencies
from training.bookings.models import Booking
from training.bookings.queries_endings import Ending, coming_after, coming_bookings, ending_of
from training.catalogue.models import Course
from training.core import audit, clock
from training.core.batches import Batch, BatchRow, BatchState, Verdict
from training.core.columns import new_reference
from training.core.database import Base, db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, LeadRequest, RoleGrant
from training.people.operations_successor import move_jobs, move_leads
from training.schedule.models import CourseSession

KIND = "agency-ending"
SEEN_OTHERWISE = "Something changed since this page was opened. Look at it again: this is what would happen now"
MODELS: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        Agency, AgencyAlias, AgencyDomain, AgencyMembership, AgencyParent, Booking, Employment, LeadRequest, RoleGrant,
    )
}  # fmt: skip


def end_agency(
    viewer: Viewer,
    agency_id: int,
    successor_id: int | None,
    last_on: date,
    *,
    reason: str,
    leads_go_on: bool,
    seen: str,
) -> Ending:
    """End an agency after the day `last_on` as was seen beforehand (the fingerprint `seen`), in one go.

    With a successor the present jobs go on there the next day and coming bookings follow; without one the jobs end,
    coming bookings keep their places under “agency to be confirmed”, and those people are asked where they work.
    What was booked for sessions that have begun stays as it was. Refused where something changed meanwhile.
    """
    lock_courses_of(coming_after(agency_id, last_on))
    lock_names()
    agency, successor = _agency(agency_id), None if successor_id is None else _agency(successor_id)
    found = ending_of(viewer, agency, successor, last_on)
    operations_successor.require_can_end(agency, last_on, successor)
    if found.fingerprint != seen:
        raise Refused(SEEN_OTHERWISE)
    bookings = db.session.scalars(coming_bookings(agency.id, last_on)).all()
    steps = operations_successor.end(viewer, agency, last_on, successor, reason)
    moved = move_jobs(viewer, agency, successor, last_on)
    steps += moved.steps
    steps += move_leads(viewer, agency, successor if leads_go_on else None, last_on)
    for booking in bookings:
        wanted = {"agency_id": successor_id}
        if successor is not None and booking.employment_id is not None:
            wanted["employment_id"] = moved.onwards.get(booking.employment_id) or booking.employment_id
        steps.append(_followed(viewer, booking, wanted))
    if successor is None:
        mail_agencies.tell_closed(agency, bookings)
    _keep(viewer, agency, steps)
    return found


def _followed(viewer: Viewer, booking: Booking, wanted: dict[str, int | None]) -> Step:
    step = step_changed(booking, dict(wanted))
    audit.record(viewer, "followed the agency", booking, before=step["was"], after=step["is"])
    return step


def _keep(viewer: Viewer, agency: Agency, steps: list[Step]) -> None:
    """Keep what was done as a batch of one row, so that it can be taken back as one."""
    batch = Batch(
        ref=new_reference("E", 8), kind=KIND, asked_by_id=viewer.person_id, given={"agency_id": agency.id},
        state=BatchState.APPLIED, applied_at=clock.now(),
        rows=[BatchRow(number=1, verdict=Verdict.CHANGE, journal=steps)],
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()


def ending_to_undo(viewer: Viewer, agency_id: int) -> Batch | None:
    """What was done when the agency ended, if it was done here and not taken back."""
    if not viewer.works_at_desk:
        return None
    kept = select(Batch).where(Batch.kind == KIND, Batch.state == BatchState.APPLIED).order_by(Batch.id.desc())
    return next((batch for batch in db.session.scalars(kept) if batch.given.get("agency_id") == agency_id), None)


def bring_back(viewer: Viewer, agency_id: int, reason: str) -> None:
    """Take back the ending of an agency, all of it or nothing.

    Refused where what was done then has changed since, where somebody booked in a job that went over, and where the
    agency has not ended.
    """
    batch = ending_to_undo(viewer, agency_id)
    if batch is None:
        raise Refused("There is no ending to take back here")
    steps = [step for row in batch.rows for step in row.journal]
    if not steps:
        raise Refused("What went with its end is no longer kept, so it cannot be taken back as one")
    bookings = {step["id"] for step in steps if step["table"] == Booking.__tablename__}
    jobs = {step["id"] for step in steps if step["table"] == Employment.__tablename__ and "added" in step}
    lock_courses_of(Booking.id.in_(bookings))
    lock_names()
    db.session.refresh(batch)
    if batch.state is not BatchState.APPLIED:
        raise Refused("Somebody else has brought it back meanwhile")
    begun = (
        select(Booking.id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(Booking.id.in_(bookings), CourseSession.starts_at <= clock.now())
        .limit(1)
    )
    if db.session.scalar(begun) is not None:
        raise Refused("A session that went over has begun since, so it cannot be taken back as one")
    later = select(Booking.id).where(Booking.employment_id.in_(jobs), Booking.id.not_in(bookings)).limit(1)
    if db.session.scalar(later) is not None:
        raise Refused(SINCE)
    try:
        with db.session.begin_nested():
            operations_successor.undo_steps(steps, MODELS)
    except IntegrityError as error:
        raise Refused(SINCE) from error
    batch.state, batch.undone_at = BatchState.UNDONE, clock.now()
    audit.record(viewer, "brought back", _agency(agency_id), reason=reason)


def lock_courses_of(which: ColumnElement[bool]) -> Sequence[int]:
    """Hold the courses of the bookings of `which`, in the order of their keys: no deed on their places meanwhile."""
    courses = (
        select(CourseSession.course_id).join(Booking, Booking.session_id == CourseSession.id).where(which).distinct()
    )
    held = select(Course.id).where(Course.id.in_(courses)).order_by(Course.id).with_for_update(key_share=True)
    return db.session.scalars(held).all()


def agencies_to_merge_into(viewer: Viewer, agency: Agency) -> list[tuple[int, str]]:  # noqa: ARG001 - no secret
    """Agencies that could take its place, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .where(~has_ended(), Agency.ended_on.is_(None), Agency.id != agency.id)
        .order_by(Agency.sort_key, Agency.id)
    )
    return [(key, name) for key, name in rows]


def _agency(key: int) -> Agency:
    found = db.session.get(Agency, key, populate_existing=True)
    if found is None:
        raise LookupError(f"no agency with the key {key}")
    return found
