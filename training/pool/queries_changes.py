"""What is new in a course since a trainer last taught it: the statements of the two editions, side by side."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from training.catalogue.models import OutcomeStatement
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import TrainerAssignment
from training.schedule.queries_taught import changed_since_taught


@dataclass(frozen=True)
class CourseChange:
    """When somebody last taught a course, what people should take away from it now, and what fell away."""

    last_at: datetime
    added: list[str]
    dropped: list[str]


def what_changed(viewer: Viewer, assignment: TrainerAssignment) -> CourseChange | None:
    """How the course of the session differs from what the trainer taught last; None where it is the same edition."""
    last = changed_since_taught(viewer, assignment)
    if last is None:
        return None
    was, now = _statements(last.edition_id), _statements(assignment.course_session.edition_id)
    return CourseChange(
        last.starts_at, [text for text in now if text not in was], [text for text in was if text not in now]
    )


def _statements(edition_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(OutcomeStatement.text)
            .where(OutcomeStatement.edition_id == edition_id)
            .order_by(OutcomeStatement.position)
        )
    )
