"""What is known of who taught what: when somebody last taught a course and by which edition, and who may teach it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from training.catalogue.models import CourseEdition
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment, TrainerCourse
from training.schedule.reach import TAKES_REGISTER

HELD = (SessionStatus.PUBLISHED, SessionStatus.FINISHED)


@dataclass(frozen=True)
class LastTaught:
    """The latest session of a course that somebody has led or helped to lead."""

    starts_at: datetime
    edition_id: int
    edition_number: int


def last_taught(_viewer: Viewer, course_id: int, person_ids: Collection[int]) -> dict[int, LastTaught]:
    """When each of these people last taught the course; who never did is left out."""
    rows = db.session.execute(
        select(TrainerAssignment.person_id, CourseSession.starts_at, CourseEdition.id, CourseEdition.number)
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .join(CourseEdition, CourseEdition.id == CourseSession.edition_id)
        .where(CourseSession.course_id == course_id, TrainerAssignment.person_id.in_(person_ids))
        .where(TrainerAssignment.state == AssignmentState.ACCEPTED, TrainerAssignment.part.in_(TAKES_REGISTER))
        .where(CourseSession.status.in_(HELD), CourseSession.starts_at < clock.now())
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return {person_id: LastTaught(starts_at, key, number) for person_id, starts_at, key, number in rows}


def changed_since_taught(viewer: Viewer, assignment: TrainerAssignment) -> LastTaught | None:
    """When the trainer last taught the course, if it was by another edition than the session runs now; else None."""
    session = assignment.course_session
    last = last_taught(viewer, session.course_id, [assignment.person_id]).get(assignment.person_id)
    return last if last is not None and last.edition_id != session.edition_id else None


def may_teach(_viewer: Viewer, course_id: int) -> dict[int, TrainerCourse]:
    """Who may teach the course, by the key of the person."""
    found = db.session.scalars(select(TrainerCourse).where(TrainerCourse.course_id == course_id))
    return {row.person_id: row for row in found}
