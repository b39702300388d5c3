"""From where several people are booked: pages for leads and managers, or pages of the desk."""

from collections.abc import Collection
from enum import StrEnum

from flask import abort, url_for

from training.bookings.reach import books_for_others
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import session_by_ref
from training.web.access import current_viewer


class Side(StrEnum):
    """Whose pages they are; the value is what the names of their endpoints begin with."""

    PEOPLE = ""
    DESK = "desk_"


def address(side: Side, page: str, course_session: CourseSession, who: Collection[str] = ()) -> str:
    """The address of a page of this side about the session, with those chosen so far."""
    return url_for(f"groups.{side}{page}", ref=course_session.ref, who=list(who))


def session_page(side: Side, course_session: CourseSession) -> tuple[str, str]:
    """Where the session itself is shown on this side: its address, and the words that lead there."""
    endpoint = "bookings.people" if side is Side.DESK else "bookings.session"
    return url_for(endpoint, ref=course_session.ref), f"Session {course_session.ref}"


def session_to_book(ref: str) -> CourseSession:
    """The session that people are booked on; 404 where there is none, 403 for who books nobody but themselves."""
    viewer = current_viewer()
    course_session = session_by_ref(viewer, ref)
    if course_session is None or course_session.status is SessionStatus.DRAFT:
        abort(404)
    if not books_for_others(viewer):
        abort(403)
    return course_session
