"""Who is busy in some hours: teaching elsewhere, or on a session as a learner; each clash names what it is with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, or_, select

from training.bookings.models import LIVE, Booking
from training.catalogue.models import Course
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionPart, SessionStatus
from training.schedule.queries import clashes_for_trainers
from training.schedule.rules import PartTimes


@dataclass(frozen=True)
class Busy:
    """What keeps somebody in some hours: another session that they teach, or come to with a booking."""

    ref: str
    """Of the session."""
    title: str
    starts_at: datetime
    ends_at: datetime
    booking_ref: str = ""
    """Of their booking, where they come as a learner."""

    @property
    def teaches(self) -> bool:
        return not self.booking_ref


def busy_in(
    viewer: Viewer, person_ids: Collection[int], parts: Sequence[PartTimes], except_session_id: int
) -> dict[int, list[Busy]]:
    """For each of these people what they do in the hours of `parts`, soonest first; two queries."""
    found = {
        person_id: [Busy(clash.ref, clash.title, clash.starts_at, clash.ends_at) for clash in clashes]
        for person_id, clashes in clashes_for_trainers(viewer, person_ids, parts, except_session_id).items()
    }
    overlaps = (and_(SessionPart.starts_at < part.ends_at, SessionPart.ends_at > part.starts_at) for part in parts)
    rows = db.session.execute(
        select(
            Booking.person_id,
            CourseSession.ref,
            Course.title,
            SessionPart.starts_at,
            SessionPart.ends_at,
            Booking.ref,
        )
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(SessionPart, SessionPart.session_id == CourseSession.id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Booking.person_id.in_(person_ids), Booking.state.in_(LIVE), CourseSession.id != except_session_id)
        .where(CourseSession.status == SessionStatus.PUBLISHED, or_(false(), *overlaps))
        .order_by(SessionPart.starts_at, SessionPart.id)
    )
    for person_id, ref, title, starts_at, ends_at, booking_ref in rows:
        found[person_id].append(Busy(ref, title, starts_at, ends_at, booking_ref))
    return {person_id: sorted(clashes, key=lambda one: one.starts_at) for person_id, clashes in found.items()}
