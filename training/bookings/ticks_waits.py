"""What the worker does where somebody waits for a course, or to move: new dates told, and waits that ended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased

from training.bookings.models import HOLDING, Booking, CourseWait
from training.bookings.notices_moving import key_of_new_date
from training.bookings.operations_course_waits import WAITS
from training.bookings.operations_waits_ending import end_move, end_wait, tell_new_date
from training.core import clock
from training.core.database import reading
from training.core.outbox import OutboxMessage
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.schedule.models import CourseSession, SessionStatus


def tell_new_dates() -> int:
    """Tell everybody who asked for it of dates that can be booked since they began to wait; returns how many."""
    return for_each(_rows(_new_dates()), lambda row: tell_new_date(WORKER, row[0], row[1]))


def end_waits() -> int:
    """End waits whose dates have all begun, and waits to move whose kept place has; returns how many."""
    over = [row[0] for row in _rows(_waits_that_are_over())]
    moves = [row[0] for row in _rows(_moves_that_are_over())]
    ended = for_each(over, lambda wait_id: end_wait(WORKER, wait_id))
    return ended + for_each(moves, lambda booking_id: end_move(WORKER, booking_id))


def _new_dates() -> Select[*tuple[Any, ...]]:
    now = clock.now()
    had = exists().where(Booking.session_id == CourseSession.id, Booking.person_id == CourseWait.person_id)
    told = exists().where(OutboxMessage.key == _key())
    return (
        select(CourseWait.id, CourseSession.id)
        .join(CourseSession, CourseSession.course_id == CourseWait.course_id)
        .where(
            CourseWait.ended_at.is_(None),
            CourseWait.tell_new_dates,
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.starts_at > now,
            or_(CourseSession.booking_opens_at.is_(None), CourseSession.booking_opens_at <= now),
            or_(CourseSession.booking_closes_at.is_(None), CourseSession.booking_closes_at > now),
            or_(
                CourseSession.published_at > CourseWait.created_at,
                CourseSession.booking_opens_at > CourseWait.created_at,
            ),
            ~had,
            ~told,
        )
        .order_by(CourseWait.id, CourseSession.starts_at, CourseSession.id)
    )


def _key() -> Any:
    """`key_of_new_date` in SQL."""
    before, between, after = key_of_new_date("\0", "\0").split("\0")
    wait_id, session_id = cast(CourseWait.id, String), cast(CourseSession.id, String)
    return literal(before).concat(wait_id).concat(between).concat(session_id).concat(after)


def _waits_that_are_over() -> Select[*tuple[Any, ...]]:
    still = (
        exists()
        .where(Booking.course_wait_id == CourseWait.id, Booking.state.in_(WAITS))
        .where(Booking.session_id == CourseSession.id, CourseSession.starts_at > clock.now())
    )
    return (
        select(CourseWait.id)
        .where(CourseWait.ended_at.is_(None), CourseWait.tell_new_dates.is_(False), ~still)
        .order_by(CourseWait.id)
    )


def _moves_that_are_over() -> Select[*tuple[Any, ...]]:
    former, kept = aliased(Booking), aliased(CourseSession)
    began = and_(
        former.id == Booking.moves_from_id,
        former.state.in_(HOLDING),
        kept.id == former.session_id,
        kept.starts_at <= clock.now(),
    )
    return (
        select(Booking.id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(Booking.state.in_(WAITS), CourseSession.starts_at > clock.now(), exists().where(began))
        .order_by(Booking.id)
    )


def _rows(statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    with reading(), unit_of_work() as session:
        return session.execute(statement).all()
