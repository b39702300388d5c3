"""What is read of who was asked to teach: one's own requests, a link's assignment, who said no."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment


def assignment_of_link(viewer: Viewer) -> TrainerAssignment | None:
    """The assignment that the viewer's link opens, with its session and person; None where it is gone."""
    key = viewer.opened_by_link(TrainerAssignment.__tablename__)
    return None if key is None else db.session.scalar(_whole().where(TrainerAssignment.id == key))


def own_assignment(viewer: Viewer, ref: str) -> TrainerAssignment | None:
    """The asker's own latest assignment to the published session `ref`, whatever its state."""
    if not viewer.has(Role.TRAINER):
        return None
    return db.session.scalar(
        _whole()
        .join(TrainerAssignment.course_session)
        .where(TrainerAssignment.person_id == viewer.person_id, CourseSession.ref == ref.strip().upper())
        .where(CourseSession.status != SessionStatus.DRAFT)
        .order_by(TrainerAssignment.id.desc())
        .limit(1)
    )


def asked_of(viewer: Viewer) -> list[TrainerAssignment]:
    """What the asker is asked to teach and has not answered, soonest first; published sessions that have not begun."""
    return list(
        db.session.scalars(
            _whole()
            .join(TrainerAssignment.course_session)
            .where(TrainerAssignment.person_id == viewer.person_id, TrainerAssignment.state == AssignmentState.ASKED)
            .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now())
            .order_by(CourseSession.starts_at, TrainerAssignment.id)
        )
    )


def declined_of(viewer: Viewer, session_id: int) -> list[TrainerAssignment]:
    """Who said that they cannot teach the session, in order of asking, for the desk."""
    if not viewer.works_at_desk:
        return []
    return list(
        db.session.scalars(
            select(TrainerAssignment)
            .where(TrainerAssignment.session_id == session_id, TrainerAssignment.state == AssignmentState.DECLINED)
            .options(joinedload(TrainerAssignment.person))
            .order_by(TrainerAssignment.id)
        )
    )


def _whole() -> Select[TrainerAssignment]:
    return select(TrainerAssignment).options(
        joinedload(TrainerAssignment.person),
        joinedload(TrainerAssignment.course_session).options(
            joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts)
        ),
    )
