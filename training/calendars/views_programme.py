"""The public calendar: the programme to subscribe to, one entry for each sitting."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from training.bookings.queries_programme import feed_last_left_at, feed_sessions
from training.bookings.wording import part_name, place
from training.calendars.answering import calendar_answer
from training.calendars.blueprint import blueprint
from training.config import installation
from training.core import calendars
from training.core.calendars import CalendarEvent
from training.core.settings import setting_value
from training.core.viewer import ANONYMOUS
from training.schedule.models import CourseSession, SessionStatus
from training.web import access
from training.web.layout import PARTNERSHIP_NAME

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@blueprint.get("/calendar.ics")
@access.public
def programme() -> ResponseReturnValue:
    """The programme in my calendar."""
    sessions = feed_sessions(ANONYMOUS)
    name = f"Training by {setting_value(PARTNERSHIP_NAME)}"
    body = calendars.feed(name, [event for session in sessions for event in _events(session)])
    answer = calendar_answer(body, _last_modified(sessions), "training.ics")
    answer.cache_control.public = True
    return answer


def _last_modified(sessions: Sequence[CourseSession]) -> datetime:
    left = feed_last_left_at(ANONYMOUS)
    return max((*map(_changed_at, sessions), left or LONG_AGO))


def _changed_at(session: CourseSession) -> datetime:
    changed = [session.changed_at, session.course.changed_at]
    if session.venue is not None:
        changed.append(session.venue.changed_at)
    return max(changed)


def _events(session: CourseSession) -> list[CalendarEvent]:
    cancelled = session.status is SessionStatus.CALLED_OFF
    address = f"{installation().base_url}/sessions/{session.ref}"
    words = "This session is called off." if cancelled else f"{session.course.summary}\n\nTo book: {address}"
    events: list[CalendarEvent] = []
    for part in session.parts:
        name = part_name(session, part.number)
        events.append(
            CalendarEvent(
                uid=f"{session.ref}-{part.number}-programme",
                sequence=session.row_version - 1,
                stamped_at=_changed_at(session),
                starts_at=datetime.combine(part.on, part.starts),
                ends_at=datetime.combine(part.on, part.ends),
                summary=f"{session.course.title} ({name})" if name else session.course.title,
                location=place(session),
                description=words,
                url=address,
                cancelled=cancelled,
            )
        )
    return events
