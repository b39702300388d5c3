"""Coming bookings follow the job: a move, another role or a refused agency reaches them until the session begins."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select

from training.bookings.agreements import LEAD, MANAGER
from training.bookings.models import LIVE, Booking
from training.bookings.places import locked_booking
from training.core import audit, clock
from training.core.database import db
from training.core.links import revoke_links
from training.core.viewer import Viewer
from training.people.models import Employment
from training.schedule.models import CourseSession


def bookings_to_follow() -> list[int]:
    """Keys of live bookings on coming sessions that say something else than their job, or whose job ends before."""
    rows = db.session.execute(
        select(Booking.id, Employment.to_on, CourseSession.starts_at, _differs().label("differs"))
        .join(Employment, Employment.id == Booking.employment_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(
            Booking.state.in_(LIVE),
            CourseSession.starts_at > clock.now(),
            or_(_differs(), Employment.to_on.is_not(None)),
        )
        .order_by(Booking.id)
    )
    return [
        key
        for key, to_on, starts_at, differs in rows
        if differs or (to_on is not None and to_on < clock.local(starts_at).date())
    ]


def follow_job(viewer: Viewer, booking_id: int) -> bool:
    """Let a coming booking say the agency and role in which the person will come, and say whether it changed.

    Where the job ends before the session it is the one that follows it; where that is not certain nothing changes.
    Whoever was told as the manager or lead of the job before has nothing to say about the booking any more.
    """
    booking = locked_booking(booking_id)
    if not booking.is_live or booking.employment is None or clock.now() >= booking.course_session.starts_at:
        return False
    job = _job_on(booking.employment, clock.local(booking.course_session.starts_at).date())
    wanted = {
        "employment_id": job.id,
        "agency_id": job.agency_id,
        "job_role": job.job_role,
        "workforce_group_id": job.workforce_group_id,
    }
    if job.manager_address != booking.employment.manager_address:
        revoke_links(MANAGER, booking.id)
    before, after = audit.changes(booking, wanted)
    if "agency_id" in after:
        revoke_links(LEAD, booking.id)
    if after:
        audit.record(viewer, "followed the job", booking, before=before, after=after)
    return bool(after)


def _differs() -> ColumnElement[bool]:
    return or_(
        Employment.agency_id.is_distinct_from(Booking.agency_id),
        Employment.job_role != Booking.job_role,
        Employment.workforce_group_id.is_distinct_from(Booking.workforce_group_id),
    )


def _job_on(job: Employment, day: date) -> Employment:
    """The job itself where it goes on until the day; else the only one then, or the one that followed it."""
    if job.is_current(day) or job.to_on is None or job.to_on >= day:
        return job
    then = [other for other in job.person.employments if other.is_current(day) and other.id != job.id]
    following = [other for other in then if other.from_on == job.to_on + timedelta(days=1)]
    found = following if len(following) == 1 else then
    return found[0] if len(found) == 1 else job
