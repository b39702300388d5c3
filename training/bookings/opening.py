"""Whether a session can be booked now, and why not, as a sentence."""

from datetime import datetime

from training.bookings.rules import Refusal, may_book
from training.core import clock
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import moment


def refusal_of(course_session: CourseSession) -> str | None:
    """Why the session cannot be booked now, without a full stop; None where it can.

    Pages say it before anybody tries; the deeds on places ask it again under the lock.
    """
    opens_at, closes_at = course_session.booking_opens_at, course_session.booking_closes_at
    refusal = may_book(
        clock.now(),
        published=course_session.status is SessionStatus.PUBLISHED,
        opens_at=opens_at,
        closes_at=closes_at,
        starts_at=course_session.starts_at,
    )
    return _why_not(refusal, opens_at, closes_at) if refusal else None


def is_still_to_come(course_session: CourseSession) -> bool:
    """Whether the session is published and has not begun, whether or not it can be booked now."""
    return course_session.status is SessionStatus.PUBLISHED and clock.now() < course_session.starts_at


def _why_not(refusal: Refusal, opens_at: datetime | None, closes_at: datetime | None) -> str:
    if refusal is Refusal.NOT_OPEN_YET and opens_at is not None:
        return f"Booking opens on {moment(opens_at)}"
    if refusal is Refusal.CLOSED and closes_at is not None:
        return f"Booking closed on {moment(closes_at)}. Ask the training team whether you can still come"
    if refusal is Refusal.BEGUN:
        return "This session has begun, so it can no longer be booked"
    return "This session cannot be booked"
