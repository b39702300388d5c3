"""Who is on a session that is about to change, and whether it still can be."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training.bookings.operations import BEGUN
from training.bookings.places import locked_session
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment


def accepted_trainers(session_id: int) -> list[TrainerAssignment]:
    """Who has said that they teach the session, with the people."""
    return list(
        db.session.scalars(
            select(TrainerAssignment)
            .where(TrainerAssignment.session_id == session_id, TrainerAssignment.state == AssignmentState.ACCEPTED)
            .options(joinedload(TrainerAssignment.person))
            .order_by(TrainerAssignment.id)
        )
    )


def asked_trainers(session_id: int) -> int:
    """How many trainers were asked and have not answered: they are asked again where the times change."""
    asked = select(func.count()).where(
        TrainerAssignment.session_id == session_id, TrainerAssignment.state == AssignmentState.ASKED
    )
    return db.session.scalar(asked) or 0


def locked_coming(session_id: int, deed: str = "moved or called off") -> CourseSession:
    """The session under its lock; Refused where it is not published or has begun."""
    course_session = locked_session(session_id)
    if course_session.status is not SessionStatus.PUBLISHED:
        raise Refused(f"Only a published session can be {deed}")
    if clock.now() >= course_session.starts_at:
        raise Refused(BEGUN)
    return course_session
