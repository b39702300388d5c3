"""What the worker does for calendars: it puts right those that are out of step with their session."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training.bookings import notices
from training.bookings.invites import entries_of, invitable, what_differs
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.bookings.models_changes import SessionChange
from training.bookings.places import locked_session
from training.bookings.queries_session import is_untold
from training.core import clock
from training.core.database import db, reading
from training.core.transaction import for_each, unit_of_work
from training.people.models import Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment

SILENCE_ENDS = timedelta(hours=48)
"""How long before the start also calendars that were left alone on purpose are put right."""

_SESSION = (joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts))
_ALL_THAT_IS_SAID = (
    joinedload(CalendarEntry.part),
    contains_eager(CalendarEntry.booking).options(
        joinedload(Booking.person).selectinload(Person.addresses),
        joinedload(Booking.course_session).options(*_SESSION),
    ),
    contains_eager(CalendarEntry.assignment).options(
        joinedload(TrainerAssignment.person).selectinload(Person.addresses),
        joinedload(TrainerAssignment.course_session).options(*_SESSION),
    ),
)


def refresh_invites() -> int:
    """Bring calendars into step where the time, place, link or notes of a session were put right; returns how many.

    Never before people are told of a change: while it waits out its quiet period, its session is left alone. What was
    changed without telling anybody reaches calendars two days before the start, a new time at once.
    """
    with reading(), unit_of_work() as session:
        entries = session.scalars(
            select(CalendarEntry)
            .options(*_ALL_THAT_IS_SAID)
            .outerjoin(CalendarEntry.booking)
            .outerjoin(CalendarEntry.assignment)
            .join(
                CourseSession,
                or_(CourseSession.id == Booking.session_id, CourseSession.id == TrainerAssignment.session_id),
            )
            .where(CalendarEntry.method == "REQUEST", CourseSession.starts_at > clock.now())
            .where(CourseSession.status == SessionStatus.PUBLISHED, ~is_untold(CourseSession.id))
            .order_by(CalendarEntry.id)
        ).all()
        silent = _silent_since()
        stale = list(dict.fromkeys((e.booking_id, e.assignment_id) for e in entries if _is_stale(e, silent)))
    return for_each(stale, lambda who: _put_right(*who))


def _silent_since() -> dict[int, datetime]:
    """When a session to come was last changed without telling anybody, by its key."""
    found = db.session.scalars(
        select(SessionChange)
        .join(SessionChange.course_session)
        .where(SessionChange.silent_reason != "", CourseSession.starts_at > clock.now())
        .order_by(SessionChange.told_at)
    )
    return {change.session_id: change.told_at for change in found if change.told_at is not None}


def _is_stale(entry: CalendarEntry, silent: dict[int, datetime]) -> bool:
    participant = entry.booking or entry.assignment
    assert participant is not None
    if entry.address != invitable(participant.person.address):
        return True
    return bool(what_differs(participant, entry)) and not _is_left_alone(
        entry, participant.course_session, silent.get(participant.session_id)
    )


def _is_left_alone(entry: CalendarEntry, course_session: CourseSession, silent_at: datetime | None) -> bool:
    """Whether only words differ, nobody was to be told of them, and the start is not near."""
    if silent_at is None or silent_at < entry.stamped_at or entry.part is None:
        return False
    same_time = (entry.starts_at, entry.ends_at) == (entry.part.starts_at, entry.part.ends_at)
    return same_time and course_session.starts_at - clock.now() > SILENCE_ENDS


def _put_right(booking_id: int | None, assignment_id: int | None) -> bool:
    participant: Booking | TrainerAssignment
    if booking_id is not None:
        participant = db.session.get_one(Booking, booking_id)
    else:
        participant = db.session.get_one(TrainerAssignment, assignment_id)
    locked_session(participant.session_id)
    db.session.refresh(participant)
    comes = participant.state in (BookingState.CONFIRMED, AssignmentState.ACCEPTED)
    if not comes or db.session.scalar(select(is_untold(participant.session_id))):
        return False
    silent = _silent_since()
    if not any(_is_stale(entry, silent) for entry in entries_of(participant) if entry.method == "REQUEST"):
        return False
    notices.details(participant)
    return True
