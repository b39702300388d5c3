"""What the worker does for the programme: it publishes drafts at their set time, and notes once where it cannot."""

from sqlalchemy import select

from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db, reading
from training.core.periods import first_time
from training.core.transaction import for_each, lock_row, unit_of_work
from training.core.viewer import WORKER
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.operations import publish_session, readiness
from training.schedule.rules import missing_to_publish

NOT_PUBLISHED = "publishing-refused"


def publish_due() -> int:
    """Publish every draft whose set time has come, by the same checks as at the desk; returns how many.

    A draft with something missing stays one and shows on the desk. It is tried again each time, so that it is
    published as soon as it is put right; the audit log says only once that it could not be.
    """
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(CourseSession.id)
            .where(CourseSession.status == SessionStatus.DRAFT, CourseSession.publish_at <= clock.now())
            .order_by(CourseSession.publish_at, CourseSession.id)
        ).all()
    return for_each(list(due), _publish)


def _publish(session_id: int) -> bool:
    course_id = db.session.scalar(select(CourseSession.course_id).where(CourseSession.id == session_id))
    if course_id is None:
        return False
    lock_row(Course, course_id)
    session = lock_row(CourseSession, session_id)
    now = clock.now()
    # Somebody may have published it, or taken the set time back, since it was found.
    if session.status is not SessionStatus.DRAFT or session.publish_at is None or session.publish_at > now:
        return False
    if missing := missing_to_publish(readiness(session), now):
        if first_time(NOT_PUBLISHED, f"course_session:{session_id}", session.publish_at.isoformat()):
            audit.record(WORKER, "could not publish the session", session, reason=f"{'. '.join(missing)}.")
        return False
    publish_session(WORKER, session_id)
    return True
