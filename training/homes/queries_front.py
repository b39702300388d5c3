"""What the public front page says: the next sessions with places, and how much there is."""

from dataclasses import dataclass

from sqlalchemy import func, select

from training.catalogue.models import Course, CourseStatus
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus


@dataclass(frozen=True)
class ProgrammeTotals:
    """How many courses are in the catalogue and how many sessions are coming."""

    courses: int
    sessions: int


def programme_totals(_viewer: Viewer) -> ProgrammeTotals:
    """Live courses, and published sessions that have not begun."""
    courses = select(func.count()).where(Course.status == CourseStatus.LIVE).scalar_subquery()
    sessions = (
        select(func.count())
        .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now())
        .scalar_subquery()
    )
    row = db.session.execute(select(courses, sessions)).one()
    return ProgrammeTotals(row[0], row[1])
