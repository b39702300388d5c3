"""What the pages of deeds on a session have in common: is the form fresh, may it still change, who was told."""

from training.bookings.queries_desk import WhoHears
from training.core import clock
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count
from training.web.forms import VersionedForm

STALE = "Somebody has changed this session since you opened the page. Check how it is now and send the form again"


def passed_on(places: int) -> str:
    """How many places went to the waiting list, as a sentence to add; empty for none."""
    return f" {count(places, 'place').capitalize()} went to the waiting list." if places > 0 else ""


def is_fresh(form: VersionedForm, course_session: CourseSession) -> bool:
    """Whether nobody changed the session since the form was opened; an error and its present version otherwise."""
    if form.is_stale(course_session.row_version):
        form.row_version.data = str(course_session.row_version)
        form.add_error(STALE)
        return False
    return True


def why_closed(course_session: CourseSession, deed: str = "moved or called off") -> str:
    """Why the session cannot be changed any more, as a sentence; empty where it can."""
    if course_session.status is not SessionStatus.PUBLISHED:
        return f"Only a published session can be {deed}."
    if clock.now() >= course_session.starts_at:
        return f"This session has begun, so it can no longer be {deed}."
    return ""


def told(hears: WhoHears) -> str:
    """Who is written to, after the deed."""
    written = f"We are writing to {hears.in_words}." if hears.in_words else "There is nobody to write to."
    if not hears.silent:
        return written
    return f"{written} For {count(hears.silent, 'person')} without an email address it goes to their lead, or to you."
