"""What the worker does for trainers: it asks them, again where the date changed, and keeps their calendars."""

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from training.bookings import notices
from training.bookings.mail_trainers import TRAINER_ASKED, TRAINER_ASKED_FOR
from training.bookings.models import CalendarEntry
from training.bookings.notices_trainers import key_of_request, trainer_asked
from training.bookings.places import locked_session
from training.bookings.queries_session import is_untold
from training.core import clock
from training.core.database import db, reading
from training.core.outbox import OutboxMessage
from training.core.transaction import for_each, unit_of_work
from training.people.models import EmailAddress
from training.schedule.models import AssignmentState, CourseSession, SessionPart, SessionStatus, TrainerAssignment


def ask_trainers() -> int:
    """Send the request to everybody who is asked to teach a published session and was not told of its dates.

    Trainers of a draft are asked once it is published; for those without an address their lead or the desk is written
    to. Returns how many were asked.
    """
    with reading(), unit_of_work() as session:
        asked = session.scalars(
            select(TrainerAssignment)
            .join(TrainerAssignment.course_session)
            .where(TrainerAssignment.state == AssignmentState.ASKED)
            .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now())
            .options(joinedload(TrainerAssignment.course_session).selectinload(CourseSession.parts))
            .order_by(TrainerAssignment.id)
        ).all()
        keys = {assignment.id: key_of_request(assignment) for assignment in asked}
        told = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys.values()))))
        due = [assignment_id for assignment_id, key in keys.items() if key not in told]
    return for_each(due, _ask)


def _ask(assignment_id: int) -> bool:
    session_id = db.session.scalar(select(TrainerAssignment.session_id).where(TrainerAssignment.id == assignment_id))
    if session_id is None:
        return False
    course_session = locked_session(session_id)
    assignment = db.session.get_one(TrainerAssignment, assignment_id, populate_existing=True)
    if assignment.state is not AssignmentState.ASKED or course_session.status is not SessionStatus.PUBLISHED:
        return False
    before = select(OutboxMessage.id).where(
        OutboxMessage.about == f"assignment:{assignment_id}",
        OutboxMessage.kind.in_((TRAINER_ASKED.name, TRAINER_ASKED_FOR.name)),
    )
    again = db.session.scalars(before.limit(1)).first() is not None
    if again and db.session.scalar(select(is_untold(session_id))):
        return False
    return trainer_asked(assignment, again=again)


def invite_trainers() -> int:
    """Give trainers who accepted their calendar entry, and take it from those who no longer teach; returns how many.

    Nobody teaches a session that was called off, whenever they were taken off it.
    """
    part_count = (
        select(func.count())
        .select_from(SessionPart)
        .where(SessionPart.session_id == TrainerAssignment.session_id)
        .scalar_subquery()
    )
    invited = (
        select(func.count())
        .select_from(CalendarEntry)
        .where(CalendarEntry.assignment_id == TrainerAssignment.id, CalendarEntry.method == "REQUEST")
        .scalar_subquery()
    )
    # Whoever has an entry hears of another day with the change itself.
    lacks = and_(invited < part_count, or_(invited == 0, ~is_untold(CourseSession.id)))
    reachable = exists().where(EmailAddress.person_id == TrainerAssignment.person_id, EmailAddress.is_primary)
    teaches = and_(TrainerAssignment.state == AssignmentState.ACCEPTED, CourseSession.status == SessionStatus.PUBLISHED)
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(TrainerAssignment.id)
            .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
            .where(CourseSession.starts_at > clock.now(), CourseSession.status != SessionStatus.DRAFT)
            .where(or_(and_(teaches, reachable, lacks), and_(~teaches, invited > 0)))
            .order_by(TrainerAssignment.id)
        ).all()
    return for_each(due, _tell_trainer)


def _tell_trainer(assignment_id: int) -> bool:
    session_id = db.session.scalar(select(TrainerAssignment.session_id).where(TrainerAssignment.id == assignment_id))
    if session_id is None:
        return False
    course_session = locked_session(session_id)
    assignment = db.session.get_one(TrainerAssignment, assignment_id, populate_existing=True)
    if assignment.state is AssignmentState.ACCEPTED and course_session.status is SessionStatus.PUBLISHED:
        return notices.trainer_invited(assignment)
    return notices.trainer_cancelled(assignment)
