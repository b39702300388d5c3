"""Calling a session off."""

from training.bookings import notices
from training.bookings.models import CancelledBy
from training.bookings.operations import end_booking
from training.bookings.queries_session import live_bookings
from training.changes.queries import accepted_trainers, locked_coming
from training.core import audit, clock
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus


def call_off_session(viewer: Viewer, session_id: int, reason: str) -> CourseSession:
    """Call a published session off: every live booking ends, and everybody hears of it once with the reason."""
    course_session = locked_coming(session_id)
    if not reason:
        raise Refused("Enter the reason, which everybody who booked will read", "reason")
    bookings, assignments = live_bookings(session_id), accepted_trainers(session_id)
    course_session.status = SessionStatus.CALLED_OFF
    course_session.called_off_at = course_session.changed_at = clock.now()
    course_session.called_off_reason = reason
    audit.record(viewer, "called off", course_session, after={"bookings": len(bookings)}, reason=reason)
    for booking in bookings:
        end_booking(viewer, booking, CancelledBy.CALLED_OFF, reason)
        notices.called_off(booking)
    for assignment in assignments:
        notices.called_off(assignment)
    return course_session
