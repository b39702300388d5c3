"""What can be read of the conditions of courses: what to have done before, what counts in its place, who must do it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from training.catalogue.models import Course, CourseEquivalent, CoursePrerequisite, CourseStatus, Requirement
from training.core.database import db
from training.core.viewer import Viewer


@dataclass(frozen=True)
class NamedCourse:
    """A course as other pages name it."""

    id: int
    title: str
    slug: str
    is_draft: bool
    """Whether only the desk sees its page."""


def prerequisites_of(_viewer: Viewer, course_id: int) -> list[NamedCourse]:
    """What somebody should have done before the course, by title."""
    return _named(
        select(Course)
        .join(CoursePrerequisite, CoursePrerequisite.requires_id == Course.id)
        .where(CoursePrerequisite.course_id == course_id),
    )


def stands_for(_viewer: Viewer, course_id: int) -> list[NamedCourse]:
    """What the course is accepted in place of, by title."""
    return _named(
        select(Course)
        .join(CourseEquivalent, CourseEquivalent.stands_for_id == Course.id)
        .where(CourseEquivalent.course_id == course_id),
    )


def accepted_for(_viewer: Viewer, course_ids: Collection[int]) -> dict[int, dict[int, NamedCourse]]:
    """For each of these courses that has any, the courses accepted in its place, by key, in order of title."""
    rows = db.session.execute(
        select(CourseEquivalent.stands_for_id, Course)
        .join(Course, Course.id == CourseEquivalent.course_id)
        .where(CourseEquivalent.stands_for_id.in_(course_ids))
        .order_by(Course.sort_key, Course.id)
    )
    found: dict[int, dict[int, NamedCourse]] = {}
    for course_id, course in rows:
        found.setdefault(course_id, {})[course.id] = _name(course)
    return found


def requirements_of(_viewer: Viewer, course_id: int, on: date | None = None) -> list[Requirement]:
    """Who must do the course, those of workforce groups first; with `on`, what is in force on that day."""
    statement = select(Requirement).where(Requirement.course_id == course_id)
    if on is not None:
        statement = statement.where(
            Requirement.from_on <= on, or_(Requirement.to_on.is_(None), Requirement.to_on >= on)
        )
    found = db.session.scalars(statement.options(joinedload(Requirement.workforce_group)))
    return sorted(
        found,
        key=lambda one: (one.workforce_group.number if one.workforce_group else 999, one.job_role, one.from_on, one.id),
    )


def _named(statement: Select[Course]) -> list[NamedCourse]:
    return [_name(course) for course in db.session.scalars(statement.order_by(Course.sort_key, Course.id))]


def _name(course: Course) -> NamedCourse:
    return NamedCourse(course.id, course.title, course.slug, course.status is CourseStatus.DRAFT)
