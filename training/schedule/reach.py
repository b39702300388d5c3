"""Who teaches a session: its lead and co-trainers who said yes, signed in or by the link to that one assignment."""

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, or_, select

from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Account, RoleGrant
from training.schedule.models import AssignmentState, CourseSession, TrainerAssignment, TrainerPart

TAKES_REGISTER = (TrainerPart.LEAD, TrainerPart.CO_TRAINER)
"""A shadow or an observer is in the room to learn or to watch."""


def teaches(viewer: Viewer) -> ColumnElement[bool]:
    """Whether `viewer` is a trainer today, and lead or co-trainer of the selected CourseSession who has said yes."""
    assignment_id = viewer.opened_by_link(TrainerAssignment.__tablename__)
    if assignment_id is not None:
        own = and_(
            TrainerAssignment.id == assignment_id,
            trainer_today(TrainerAssignment.person_id),
            ~has_account(TrainerAssignment.person_id),
        )
    elif viewer.has(Role.TRAINER):
        own = TrainerAssignment.person_id == viewer.person_id
    else:
        return false()
    return exists().where(
        own,
        TrainerAssignment.session_id == CourseSession.id,
        TrainerAssignment.part.in_(TAKES_REGISTER),
        TrainerAssignment.state == AssignmentState.ACCEPTED,
    )


def teaches_at(viewer: Viewer, session_id: int) -> bool:
    """Whether `viewer` teaches the session, as `teaches` says."""
    found = select(CourseSession.id).where(CourseSession.id == session_id, teaches(viewer))
    return db.session.scalar(found) is not None


def is_guest(person_id: int) -> bool:
    """Whether somebody who teaches cannot sign in to do so: they have no account, so a link is their way in."""
    return not db.session.scalar(select(has_account(person_id)))


def trainer_today(person_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """Whether the person holds the role of trainer today."""
    today = clock.today()
    return exists().where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == Role.TRAINER,
        RoleGrant.from_on <= today,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )


def is_trainer(person_id: int) -> bool:
    """Whether the person holds the role of trainer today."""
    return bool(db.session.scalar(select(trainer_today(person_id))))


def has_account(person_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """Whether the person has an account; also a closed one, for a link must not lead around the closing."""
    return exists().where(Account.person_id == person_id)
