"""What the worker does for allotments: gives places out once applications have closed."""

from sqlalchemy import select

from training.allotment.operations import allot_places
from training.core import clock
from training.core.database import db, reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.schedule.models import CourseSession, SessionStatus


def allot_what_is_due() -> int:
    """Allot the places of every session whose applications have closed; returns how many sessions."""
    due = (
        select(CourseSession.id)
        .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.allotted_at.is_(None))
        .where(CourseSession.applications_close_at <= clock.now(), CourseSession.starts_at > clock.now())
        .order_by(CourseSession.applications_close_at, CourseSession.id)
    )
    with reading(), unit_of_work():
        keys = db.session.scalars(due).all()
    return for_each(keys, lambda key: allot_places(WORKER, key) is not None)
