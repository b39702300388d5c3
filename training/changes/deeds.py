"""What the pages of deeds on a session have in common: may it still change, and what is said afterwards."""

from training.bookings.queries_session import change_standing
from training.core import clock
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import clock as clock_time
from training.web.formats import count


def passed_on(places: int) -> str:
    """How many places went to the waiting list, as a sentence to add; empty for none."""
    return f" {count(places, 'place').capitalize()} went to the waiting list." if places > 0 else ""


def why_closed(course_session: CourseSession, deed: str = "moved or called off") -> str:
    """Why the session cannot be changed any more, as a sentence; empty where it can."""
    if course_session.status is not SessionStatus.PUBLISHED:
        return f"Only a published session can be {deed}."
    if clock.now() >= course_session.starts_at:
        return f"This session has begun, so it can no longer be {deed}."
    return ""


def when_told(viewer: Viewer, session_id: int) -> str:
    """When people hear of the change that was just made, as a sentence to add."""
    standing = change_standing(viewer, session_id)
    if standing is None:
        return ""
    if standing.tell_at is not None:
        return f" People will be told at {clock_time(standing.tell_at)}, unless you change it again before."
    if standing.silent_reason:
        return f" Nobody is told. Noted: {standing.silent_reason}."
    return " We are writing to everybody now."
