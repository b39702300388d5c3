"""Putting right what people read before they come, and when booking opens and closes."""

from datetime import datetime

from training.bookings.places import promote_waiting
from training.changes.knowledge import known_now
from training.changes.operations_telling import note_change
from training.changes.queries import locked_coming
from training.core import audit
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession
from training.schedule.rules import booking_times_problem


def change_details(
    viewer: Viewer,
    session_id: int,
    *,
    joining_notes: str,
    booking_opens_at: datetime | None,
    booking_closes_at: datetime | None,
) -> CourseSession:
    """Change what people read before they come, and when booking opens and closes (None: at once, at the start).

    A later close may let in whoever waits. People with a place are told of new notes after the quiet period.
    """
    course_session = locked_coming(session_id, "changed here")
    field, sentence = booking_times_problem(booking_opens_at, booking_closes_at, course_session.starts_at)
    if sentence:
        raise Refused(sentence, field)
    wanted: dict[str, object] = {
        "joining_notes": joining_notes.strip(),
        "booking_opens_at": booking_opens_at,
        "booking_closes_at": booking_closes_at,
    }
    was = known_now(course_session)
    before, after = audit.changes(course_session, wanted)
    if after:
        audit.record(viewer, "changed the details", course_session, before=before, after=after)
        if "joining_notes" in after:
            note_change(viewer, course_session, was)
        promote_waiting(viewer, course_session)
    return course_session
