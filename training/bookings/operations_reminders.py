"""Asking whether somebody still comes, what they answer, and reminding them; each once for the date as it is."""

from datetime import timedelta

from sqlalchemy import select

from training.bookings import mail_reminders
from training.bookings.models import Booking, BookingState
from training.bookings.notices import stream_of, values_for
from training.bookings.operations import own_booking, require_not_begun
from training.bookings.places import locked_booking
from training.bookings.queries_session import is_untold
from training.bookings.still_coming import (
    STILL_COMING,
    asked_until,
    is_due_to_be_asked,
    reminded_at,
)
from training.bookings.ways_in import by_link
from training.core import audit, clock
from training.core.database import db
from training.core.links import create_link
from training.core.messages import message_kinds
from training.core.outbox import MessageState, OutboxMessage, enqueue
from training.core.periods import first_time
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.queries_contacts import who_receives
from training.schedule.models import CourseSession, SessionStatus

REMINDED = "booking-reminder"
"""The kind of what is done once for a booking and the day it begins."""
ASK = "If you are, say so here. If you cannot come, give your place back here, now: somebody else may need it."
KNOWN = "You told us that you are coming. If that has changed, give your place back here: somebody else may need it."


def ask_whether_coming(booking_id: int) -> bool:
    """Send the joining instructions with the question, if they are due; False where they are not, or not any more."""
    booking = locked_booking(booking_id)
    course_session, figures = booking.course_session, booking.terms.figures if booking.terms else None
    if not _is_told_of(booking) or not is_due_to_be_asked(
        course_session.starts_at, figures, booking.confirmed_at or booking.asked_at, booking.coming_asked_at
    ):
        return False
    knows = booking.coming_said_at is not None
    booking.coming_asked_at = clock.now()
    until = asked_until(course_session.starts_at, figures)
    way = by_link(create_link(STILL_COMING, booking.id, expires_at=course_session.starts_at))
    own = {
        "question": KNOWN if knows else ASK,
        "answer": way.address,
        "code_line": way.code_line,
        "getting_there": getting_there(course_session),
    }
    db.session.flush()
    enqueue(
        mail_reminders.JOINING,
        values_for(booking, []) | own,
        key=f"{stream_of(booking)}:{mail_reminders.JOINING.name}:{_first_day(course_session)}",
        stream=stream_of(booking),
        about=stream_of(booking),
        to=who_receives(booking.person),
        secrets=way.secrets,
        not_after=until,
    )
    return True


def remind(booking_id: int) -> bool:
    """Send the plain reminder, if it is due; False where it is not, or where today's message said it already."""
    booking = locked_booking(booking_id)
    course_session = booking.course_session
    since = reminded_at(course_session.starts_at)
    if not _is_told_of(booking) or not since <= clock.now() < course_session.starts_at:
        return False
    if not first_time(REMINDED, stream_of(booking), _first_day(course_session)) or _was_told_since(booking):
        return False
    tomorrow = clock.local(course_session.starts_at).date() == clock.today() + timedelta(days=1)
    values = values_for(booking, [])
    enqueue(
        mail_reminders.REMINDER,
        values | {"getting_there": getting_there(course_session), "soon": "Tomorrow: " if tomorrow else values["soon"]},
        key=f"{stream_of(booking)}:{mail_reminders.REMINDER.name}:{_first_day(course_session)}",
        stream=stream_of(booking),
        about=stream_of(booking),
        to=who_receives(booking.person),
        not_after=course_session.starts_at,
    )
    return True


def say_coming(viewer: Viewer, booking_id: int) -> Booking:
    """Note that the person comes; twice is as good as once. Refused once the booking has ended or the session begun."""
    booking, _ = own_booking(viewer, booking_id)
    if booking.state is not BookingState.CONFIRMED:
        raise Refused("You no longer have a place on this session. Nothing was changed")
    require_not_begun(booking.course_session)
    if booking.coming_said_at is None:
        booking.coming_said_at = clock.now()
        audit.record(viewer, "said that they are coming", booking, after={"coming_said_at": booking.coming_said_at})
        db.session.flush()
    return booking


def getting_there(course_session: CourseSession) -> str:
    """What the venue says about access and parking, for a message; empty where nobody comes to one."""
    venue = course_session.venue
    if venue is None:
        return ""
    lines = [("Getting in", venue.access), ("Parking", venue.parking)]
    return "\n".join(f"{word}: {' '.join(text.split())}" for word, text in lines if text.strip())


def _is_told_of(booking: Booking) -> bool:
    """Whether the person has a place on a session that takes place, and knows it as it is."""
    course_session = booking.course_session
    return (
        booking.state is BookingState.CONFIRMED
        and course_session.status is SessionStatus.PUBLISHED
        and not db.session.scalar(select(is_untold(course_session.id)))
    )


def _was_told_since(booking: Booking) -> bool:
    """Whether a message since the day of the reminder began has said when and where it is."""
    kinds = [kind.name for kind in message_kinds() if "dates" in kind.placeholders]
    day_of = clock.local(reminded_at(booking.course_session.starts_at)).date()
    told = select(OutboxMessage.id).where(
        OutboxMessage.stream == stream_of(booking),
        OutboxMessage.kind.in_(kinds),
        OutboxMessage.created_at >= clock.start_of_day(day_of),
        OutboxMessage.state != MessageState.DROPPED,
    )
    return db.session.scalar(told.limit(1)) is not None


def _first_day(course_session: CourseSession) -> str:
    return clock.local(course_session.starts_at).date().isoformat()
