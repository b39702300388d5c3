"""Whose register it is: the trainers of a session and the desk."""

from sqlalchemy import ColumnElement, exists, false, true

from training.core.viewer import Role, Viewer
from training.schedule.models import AssignmentState, CourseSession, TrainerAssignment, TrainerPart

TAKES_REGISTER = (TrainerPart.LEAD, TrainerPart.CO_TRAINER)
"""A shadow or an observer is in the room to learn or to watch."""


def teaches(viewer: Viewer) -> ColumnElement[bool]:
    """Whether `viewer` is a trainer today, and lead or co-trainer of the selected CourseSession who has said yes."""
    if not viewer.has(Role.TRAINER):
        return false()
    return exists().where(
        TrainerAssignment.session_id == CourseSession.id,
        TrainerAssignment.person_id == viewer.person_id,
        TrainerAssignment.part.in_(TAKES_REGISTER),
        TrainerAssignment.state == AssignmentState.ACCEPTED,
    )


def registers_within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Which CourseSession rows' registers `viewer` may see and take."""
    return true() if viewer.works_at_desk else teaches(viewer)
