"""What can be read of the catalogue: courses, priorities and audiences."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from training.catalogue.models import Course, CourseEdition, CourseKind, CourseStatus, Priority
from training.catalogue.rules import slug_of
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class CourseFilters:
    """Which courses; None and empty leave a filter out."""

    words: str = ""
    kind: CourseKind | None = None
    status: CourseStatus | None = None


def course_by_slug(viewer: Viewer, slug: str) -> Course | None:
    """The course at an address, with audience, priority, editions and outcomes; drafts are seen at the desk only."""
    return db.session.scalar(
        select(Course)
        .where(Course.slug == slug, *_within_reach(viewer))
        .options(
            selectinload(Course.audience),
            selectinload(Course.editions).selectinload(CourseEdition.outcomes),
            selectinload(Course.priority),
        )
    )


def courses(viewer: Viewer, filters: CourseFilters) -> Select[Course]:
    """The courses that match, by title, for `paged`; every word must occur in code, title, summary or aims."""
    statement = select(Course).where(*_within_reach(viewer)).order_by(Course.sort_key, Course.id)
    for word in folded(filters.words).split():
        statement = statement.where(Course.search_text.contains(word, autoescape=True))
    if filters.kind is not None:
        statement = statement.where(Course.kind == filters.kind)
    if filters.status is not None:
        statement = statement.where(Course.status == filters.status)
    return statement.options(selectinload(Course.priority))


def courses_by_code(viewer: Viewer) -> dict[str, tuple[int, str]]:
    """Key and title of every course in reach by its code, in the order of titles: how addresses name a course."""
    statement = select(Course.code, Course.id, Course.title).where(*_within_reach(viewer))
    ordered = statement.order_by(Course.sort_key, Course.id)
    return {code: (key, title) for code, key, title in db.session.execute(ordered)}


def course_by_code(viewer: Viewer, code: str) -> Course | None:
    """The course with this code."""
    return db.session.scalar(select(Course).where(Course.code == code.strip().upper(), *_within_reach(viewer)))


def priorities(_viewer: Viewer) -> list[Priority]:
    """All priorities, the standing ones first, then by name; priorities are published, so everybody may ask."""
    today = clock.today()
    found = db.session.scalars(select(Priority).order_by(Priority.from_on, Priority.name)).all()
    return sorted(found, key=lambda priority: (priority.to_on or today) < today)


def priority_choices(_viewer: Viewer) -> dict[str, str]:
    """Names of the priorities that stand today, by key as text."""
    return {str(priority.id): priority.name for priority in db.session.scalars(_standing())}


def priorities_by_slug(_viewer: Viewer) -> dict[str, Priority]:
    """The priorities that stand today by what they are called in an address, by name."""
    return {slug_of(folded(priority.name)): priority for priority in db.session.scalars(_standing())}


def priority_by_slug(viewer: Viewer, slug: str) -> Priority | None:
    """The priority that an address names, standing or not."""
    found = (priority for priority in priorities(viewer) if slug_of(folded(priority.name)) == slug)
    return next(found, None)


def _within_reach(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return () if viewer.works_at_desk else (Course.status != CourseStatus.DRAFT,)


def _standing() -> Select[Priority]:
    today = clock.today()
    return (
        select(Priority)
        .where(Priority.from_on <= today, or_(Priority.to_on.is_(None), Priority.to_on >= today))
        .order_by(Priority.name)
    )
