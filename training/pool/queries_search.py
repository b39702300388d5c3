"""Which searches for a trainer are going on, and how they stand."""

from dataclasses import dataclass

from sqlalchemy import func, select

from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import AssignmentState, TrainerAssignment, TrainerPart, TrainerSearch


@dataclass(frozen=True)
class OpenSearch:
    """A search that is going on: as what somebody is looked for, how many were asked, how many said no."""

    part: TrainerPart
    asked: int
    said_no: int


def open_searches(viewer: Viewer, session_id: int) -> list[OpenSearch]:
    """The searches for trainers of the session that are going on; for the desk."""
    if not viewer.works_at_desk:
        return []
    rows = db.session.execute(
        select(
            TrainerSearch.part,
            func.count(TrainerAssignment.id),
            func.count().filter(TrainerAssignment.state == AssignmentState.DECLINED),
        )
        .outerjoin(TrainerAssignment, TrainerAssignment.search_id == TrainerSearch.id)
        .where(TrainerSearch.session_id == session_id, TrainerSearch.closed_at.is_(None))
        .group_by(TrainerSearch.id, TrainerSearch.part)
        .order_by(TrainerSearch.id)
    )
    return [OpenSearch(*row) for row in rows]
