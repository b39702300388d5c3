"""What the worker does for bookings: offers that run out, places that were missed, calendars that are out of step.

Each tick reads keys without a lock, then opens a unit of work for each, locks, looks again and acts.
"""

from collections.abc import Sequence

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from training.bookings import notices
from training.bookings.counting import held_by_session, places_in_all
from training.bookings.invites import entries_of, invitable, what_differs
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.bookings.operations_offers import lapse_offer
from training.bookings.places import locked_session, promote_waiting
from training.core import audit, clock
from training.core.database import db, reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.people.models import Person
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
)

_ALL_THAT_IS_SAID = (
    joinedload(CalendarEntry.part)
    .joinedload(SessionPart.course_session)
    .options(joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts)),
    joinedload(CalendarEntry.booking).joinedload(Booking.person).selectinload(Person.addresses),
    joinedload(CalendarEntry.assignment).joinedload(TrainerAssignment.person).selectinload(Person.addresses),
)


def lapse_offers() -> int:
    """End every offer that has run out and pass its place on; returns how many."""
    due = _keys(select(Booking.id).where(Booking.offered_until <= clock.now()).order_by(Booking.offered_until))
    return for_each(due, lambda key: lapse_offer(WORKER, key))


def sweep() -> int:
    """Find places that stayed free while somebody waited, pass them on, and say so in the audit log.

    Every deed that frees a place passes it on itself, so there is nothing to find unless one forgot. Returns how
    many people got a place.
    """
    held = held_by_session()
    someone_waits = exists().where(Booking.session_id == CourseSession.id, Booking.state == BookingState.WAITING)
    free = places_in_all() > func.coalesce(held.c.held, 0)
    suspects = _keys(
        _coming(select(CourseSession.id).outerjoin(held, held.c.session_id == CourseSession.id)).where(
            someone_waits, free
        )
    )
    return for_each(suspects, _pass_on_missed)


def _pass_on_missed(session_id: int) -> int:
    course_session = locked_session(session_id)
    promoted = promote_waiting(WORKER, course_session)
    if promoted:
        audit.record(
            WORKER,
            "found free places that had not been passed on",
            course_session,
            after={"bookings": ", ".join(booking.ref for booking in promoted)},
        )
    return len(promoted)


def refresh_invites() -> int:
    """Bring calendars into step where the time, place, link or notes of a session were put right; returns how many."""
    with reading(), unit_of_work() as session:
        entries = session.scalars(
            select(CalendarEntry)
            .options(*_ALL_THAT_IS_SAID)
            .join(SessionPart, SessionPart.id == CalendarEntry.part_id)
            .join(CourseSession, CourseSession.id == SessionPart.session_id)
            .where(CalendarEntry.method == "REQUEST", CourseSession.starts_at > clock.now())
            .where(CourseSession.status == SessionStatus.PUBLISHED)
            .order_by(CalendarEntry.id)
        ).all()
        stale = list(dict.fromkeys((e.booking_id, e.assignment_id) for e in entries if _is_stale(e)))
    return for_each(stale, lambda who: _put_right(*who))


def _is_stale(entry: CalendarEntry) -> bool:
    participant = entry.booking or entry.assignment
    assert participant is not None
    return entry.address != invitable(participant.person.address) or bool(what_differs(participant, entry))


def _put_right(booking_id: int | None, assignment_id: int | None) -> bool:
    if booking_id is not None:
        participant = db.session.get_one(Booking, booking_id)
    else:
        participant = db.session.get_one(TrainerAssignment, assignment_id)
    locked_session(participant.session_id)
    db.session.refresh(participant)
    comes = participant.state in (BookingState.CONFIRMED, AssignmentState.ACCEPTED)
    if not comes or not any(_is_stale(e) for e in entries_of(participant) if e.method == "REQUEST"):
        return False
    notices.details(participant)
    return True


def _coming(statement: Select[int]) -> Select[int]:
    return statement.where(
        CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now()
    ).order_by(CourseSession.id)


def _keys(statement: Select[int]) -> Sequence[int]:
    with reading(), unit_of_work() as session:
        return session.scalars(statement).all()
