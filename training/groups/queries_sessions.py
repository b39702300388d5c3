"""The sessions that people can be booked on, and how many places of each are free."""

from sqlalchemy import Select, func, or_, select

from training.bookings.counting import held_by_session, places_in_all
from training.catalogue.models import Course
from training.core import clock
from training.core.columns import folded
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus


def sessions_to_book(viewer: Viewer, words: str = "") -> Select[CourseSession, str, int]:  # noqa: ARG001 - published
    """Sessions open for booking with the title of the course and the places free, the soonest first; for `paged`."""
    held, now = held_by_session(), clock.now()
    free = places_in_all() - func.coalesce(held.c.held, 0)
    typed = folded(words).split()[:8]
    return (
        select(CourseSession, Course.title, free.label("free"))
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(held, held.c.session_id == CourseSession.id)
        .where(
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.starts_at > now,
            or_(CourseSession.booking_opens_at.is_(None), CourseSession.booking_opens_at <= now),
            or_(CourseSession.booking_closes_at.is_(None), CourseSession.booking_closes_at > now),
            *(
                or_(
                    Course.search_text.contains(word, autoescape=True),
                    func.lower(CourseSession.ref).contains(word, autoescape=True),
                )
                for word in typed
            ),
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
