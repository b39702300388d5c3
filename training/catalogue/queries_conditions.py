"""What can be read of the conditions of courses: what to have done before, what counts in its place, who must do it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from training.catalogue.models import Course, CourseEquivalent, CoursePrerequisite, CourseStatus, Requirement
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer


@dataclass(frozen=True)
class NamedCourse:
    """A course as other pages name it."""

    id: int
    code: str
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


def requirement_of(_viewer: Viewer, course_id: int, requirement_id: int) -> Requirement | None:
    """The requirement with this key, if it is one of the course."""
    wanted = (Requirement.id == requirement_id, Requirement.course_id == course_id)
    return db.session.scalar(select(Requirement).where(*wanted))


@dataclass(frozen=True)
class Conditions:
    """What a page says of a course besides what it is."""

    before: list[tuple[NamedCourse, list[NamedCourse]]]
    """What should be done before it, each with what is accepted in its place."""
    counts_as: list[NamedCourse]
    accepted: list[NamedCourse]
    """What is accepted in its own place."""
    required: list[Requirement]
    """Who must do it today, or from a day to come."""


def conditions_of(viewer: Viewer, course_id: int) -> Conditions:
    """The conditions of a course; drafts are named to the desk only. Four queries."""
    before = prerequisites_of(viewer, course_id)
    accepted = accepted_for(viewer, [course_id, *(course.id for course in before)])

    def shown(courses: Iterable[NamedCourse]) -> list[NamedCourse]:
        return [course for course in courses if viewer.works_at_desk or not course.is_draft]

    today = clock.today()
    return Conditions(
        before=[(course, shown(accepted.get(course.id, {}).values())) for course in shown(before)],
        counts_as=shown(stands_for(viewer, course_id)),
        accepted=shown(accepted.get(course_id, {}).values()),
        required=[one for one in requirements_of(viewer, course_id) if one.to_on is None or one.to_on >= today],
    )


def _named(statement: Select[Course]) -> list[NamedCourse]:
    return [_name(course) for course in db.session.scalars(statement.order_by(Course.sort_key, Course.id))]


def _name(course: Course) -> NamedCourse:
    return NamedCourse(course.id, course.code, course.title, course.slug, course.status is CourseStatus.DRAFT)
