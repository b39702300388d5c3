"""The deed on how many places a session has."""

from training.bookings.models import Way
from training.bookings.places import locked_session, promote_waiting, standing_of
from training.core import audit
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count


def change_capacity(
    viewer: Viewer, session_id: int, capacity: int, online_capacity: int | None = None
) -> CourseSession:
    """Change how many places there are, and how many of a hybrid session's are online; more go to the list at once.

    Refused below what is held: nobody loses a place by this.
    """
    course_session = locked_session(session_id)
    if course_session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        raise Refused("The places of a session that is over or called off cannot be changed")
    before, after = audit.changes(course_session, {"capacity": capacity, "online_capacity": online_capacity})
    for way, free in standing_of(session_id).free_by_way(course_session).items():
        if free < 0:
            field = "online_capacity" if way is Way.ONLINE else "capacity"
            held = (online_capacity or 0) - free if way is Way.ONLINE else capacity - free
            raise Refused(
                f"The number of places must be {held} or more: {count(held, 'place')} are taken. "
                "Cancel bookings first to make the session smaller",
                field,
            )
    if after:
        audit.record(viewer, "changed the number of places", course_session, before=before, after=after)
        promote_waiting(viewer, course_session)
    return course_session
