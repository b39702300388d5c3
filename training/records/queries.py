"""What can be read of records: what a person has done, and whether it still counts."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from training.core.database import db
from training.core.viewer import Viewer
from training.records.models import Completion


def completions_of(viewer: Viewer, person_id: int, *, also_revoked: bool = False) -> list[Completion]:
    """What a person has done, the latest first, with the course; only the person and the desk may ask."""
    if viewer.person_id != person_id and not viewer.works_at_desk:
        return []
    statement = (
        select(Completion)
        .where(Completion.person_id == person_id)
        .options(joinedload(Completion.course))
        .order_by(Completion.completed_on.desc(), Completion.id.desc())
    )
    if not also_revoked:
        statement = statement.where(Completion.revoked_at.is_(None))
    return list(db.session.scalars(statement))


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
