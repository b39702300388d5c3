"""What the worker does for trainers: reminders of requests, packs, the reminder before, and ending what is past.

Each finds keys without a lock, then opens a unit of work for each, locks, looks again and acts. Nothing is sent about
a session that has begun or was called off, however long the worker slept.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.bookings.notices_trainers import key_of_request
from training.bookings.places import locked_session
from training.bookings.rules import working_days_before
from training.bookings.terms import bank_holidays
from training.core import clock
from training.core.database import db, reading
from training.core.outbox import OutboxMessage
from training.core.settings import setting_value
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.pool import notices
from training.pool.operations import locked_assignment
from training.pool.operations_search import close_search
from training.pool.pack import key_of_pack, send_pack
from training.pool.settings import FROM_HOUR, PACK_DAYS, REMIND_AFTER_DAYS
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerSearch,
)
from training.schedule.operations_trainers import withdraw_trainer

AHEAD = timedelta(days=90)
"""Farther ahead than any pack is sent: 30 working days with the holidays among them."""


def remind_of_requests() -> int:
    """Ask those once more who were asked some working days ago and have not answered; returns how many."""
    now = clock.now()
    with reading(), unit_of_work() as session:
        asked = _assignments(AssignmentState.ASKED, now, None)
        requests = {key_of_request(one): one.id for one in asked}
        reminded = _written(notices.key_of_reminder(one) for one in asked)
        written = session.execute(
            select(OutboxMessage.key, OutboxMessage.created_at).where(OutboxMessage.key.in_(requests))
        ).all()
        overdue = {requests[key] for key, at in written if _days_have_passed(at)}
        due = [one.id for one in asked if one.id in overdue and notices.key_of_reminder(one) not in reminded]
    return for_each(due, lambda key: _do(key, AssignmentState.ASKED, notices.reminded_of_request))


def send_packs() -> int:
    """Send every trainer who said yes their pack, some working days before; whoever says yes later gets it at once."""
    if not _is_day():
        return 0
    days = setting_value(PACK_DAYS)
    return _send_before(days, lambda one: key_of_pack(one.id), send_pack)


def remind_the_day_before() -> int:
    """Remind trainers one working day before their session; not those whose pack went out that day."""
    return _send_before(1, notices.key_of_day_before, _remind) if _is_day() else 0


def end_requests() -> int:
    """End searches for sessions that have begun, and tell whoever is asked to teach one that was called off."""
    now = clock.now()
    with reading(), unit_of_work() as session:
        called_off = session.scalars(
            select(TrainerAssignment.id)
            .join(TrainerAssignment.course_session)
            .where(TrainerAssignment.state == AssignmentState.ASKED, CourseSession.starts_at > now)
            .where(CourseSession.status == SessionStatus.CALLED_OFF)
            .order_by(TrainerAssignment.id)
        ).all()
        over = session.scalars(
            select(TrainerSearch.id)
            .join(CourseSession, CourseSession.id == TrainerSearch.session_id)
            .where(TrainerSearch.closed_at.is_(None))
            .where((CourseSession.starts_at <= now) | (CourseSession.status == SessionStatus.CALLED_OFF))
            .order_by(TrainerSearch.id)
        ).all()
    return for_each(called_off, _close_request) + for_each(over, _end_search)


def _close_request(assignment_id: int) -> bool:
    assignment = locked_assignment(assignment_id)
    if assignment.state is not AssignmentState.ASKED:
        return False
    notices.not_needed(assignment, notices.CALLED_OFF)
    db.session.flush()
    withdraw_trainer(WORKER, assignment_id, notices.CALLED_OFF)
    return True


def _end_search(search_id: int) -> bool:
    session = locked_session(db.session.get_one(TrainerSearch, search_id).session_id)
    is_off = session.status is SessionStatus.CALLED_OFF
    return close_search(WORKER, search_id, notices.CALLED_OFF if is_off else notices.BEGUN)


def _send_before(
    days: int, key_of: Callable[[TrainerAssignment], str], send: Callable[[TrainerAssignment], bool]
) -> int:
    now = clock.now()
    with reading(), unit_of_work():
        coming = _assignments(AssignmentState.ACCEPTED, now, now + AHEAD)
        keys = {key_of(one): one.id for one in coming if _has_come(one.course_session, days)}
        written = _written(keys)
        due = [key for text, key in keys.items() if text not in written]
    return for_each(due, lambda key: _do(key, AssignmentState.ACCEPTED, send))


def _do(assignment_id: int, state: AssignmentState, deed: Callable[[TrainerAssignment], bool]) -> bool:
    assignment = locked_assignment(assignment_id)
    session = assignment.course_session
    if assignment.state is not state or session.status is not SessionStatus.PUBLISHED:
        return False
    return session.starts_at > clock.now() and deed(assignment)


def _remind(assignment: TrainerAssignment) -> bool:
    """Remind, unless the pack was written today: whoever said yes late needs it once."""
    pack = select(OutboxMessage.created_at).where(OutboxMessage.key == key_of_pack(assignment.id))
    sent_at = db.session.scalar(pack)
    if sent_at is not None and clock.local(sent_at).date() == clock.today():
        return False
    return notices.day_before(assignment)


def _assignments(state: AssignmentState, after: datetime, until: datetime | None) -> Sequence[TrainerAssignment]:
    statement = (
        select(TrainerAssignment)
        .join(TrainerAssignment.course_session)
        .where(TrainerAssignment.state == state, CourseSession.status == SessionStatus.PUBLISHED)
        .where(CourseSession.starts_at > after)
        .options(joinedload(TrainerAssignment.course_session).selectinload(CourseSession.parts))
        .order_by(TrainerAssignment.id)
    )
    if until is not None:
        statement = statement.where(CourseSession.starts_at <= until)
    return db.session.scalars(statement).all()


def _written(keys: Iterable[str]) -> set[str]:
    wanted = list(keys)
    return set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(wanted))))


def _has_come(session: CourseSession, days: int) -> bool:
    first: date = session.parts[0].on
    return clock.today() >= working_days_before(first, days, bank_holidays())


def _days_have_passed(since: datetime) -> bool:
    asked_on = clock.local(since).date()
    return asked_on <= working_days_before(clock.today(), setting_value(REMIND_AFTER_DAYS), bank_holidays())


def _is_day() -> bool:
    return clock.local(clock.now()).time() >= FROM_HOUR
