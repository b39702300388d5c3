"""What can be read of records: what a person has done, and whether it still counts."""

from datetime import date

from sqlalchemy import or_, select

from training.core.database import db
from training.core.viewer import Viewer
from training.records.models import Completion


def has_completed(_viewer: Viewer, person_id: int, course_id: int, on: date) -> bool:
    """Whether the person had done the course by the day `on` and it still counted; for rules of booking."""
    counted = select(Completion.id).where(
        Completion.person_id == person_id,
        Completion.course_id == course_id,
        Completion.revoked_at.is_(None),
        Completion.completed_on <= on,
        or_(Completion.expires_on.is_(None), Completion.expires_on >= on),
    )
    return db.session.scalar(counted.limit(1)) is not None
