"""The deeds on the conditions of courses: what comes before one, what counts in its place, and who must do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from training.catalogue.models import Course, CourseEquivalent, CoursePrerequisite, Requirement
from training.catalogue.rules import MOST_MONTHS, way_back
from training.core import audit, clock
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models_workforce import WorkforceGroup


@dataclass(frozen=True, kw_only=True)
class RequirementDetails:
    """Who must do a course, how often, since when and until when, and where that is written, with its edition."""

    workforce_group_id: int | None
    job_role: str
    every_months: int | None
    source: str
    from_on: date
    to_on: date | None = None


def add_before(viewer: Viewer, course_id: int, first_id: int) -> None:
    """Say that `first_id` comes before the course; nothing happens where it does already.

    Refused where the course itself, or what it needs, would then come before itself.
    """
    course, first = _locked(course_id), db.session.get_one(Course, first_id)
    before = _before()
    if first_id in before.get(course_id, set()):
        return
    chain = way_back(course_id, first_id, before)
    if chain:
        titles = {row.id: row.title for row in db.session.execute(select(Course.id, Course.title))}
        words = ", which needs ".join(f"“{titles[key]}”" for key in chain)
        raise Refused(f"Nobody could begin: “{course.title}” would need {words}. Choose another course", "course")
    db.session.add(CoursePrerequisite(course_id=course_id, requires_id=first_id))
    _note(viewer, course, "said what comes before the course", after={"before": first.title})


def take_before(viewer: Viewer, course_id: int, first_id: int) -> None:
    """Say that `first_id` no longer comes before the course; nothing happens where it does not."""
    course, first = _locked(course_id), db.session.get_one(Course, first_id)
    row = db.session.get(CoursePrerequisite, (course_id, first_id))
    if row is not None:
        db.session.delete(row)
        _note(viewer, course, "took away what comes before the course", before={"before": first.title})


def add_equivalent(viewer: Viewer, course_id: int, other_id: int) -> None:
    """Say that the course is accepted in place of `other_id`; nothing happens where it is already.

    It is not passed on: what stands for a course does not stand for what that course stands for.
    """
    course, other = _locked(course_id), db.session.get_one(Course, other_id)
    if course_id == other_id:
        raise Refused("A course counts as itself. Choose another course", "course")
    if db.session.get(CourseEquivalent, (course_id, other_id)) is None:
        db.session.add(CourseEquivalent(course_id=course_id, stands_for_id=other_id))
        _note(viewer, course, "said what the course counts as", after={"counts as": other.title})


def take_equivalent(viewer: Viewer, course_id: int, other_id: int) -> None:
    """Say that the course no longer counts as `other_id`; nothing happens where it does not."""
    course, other = _locked(course_id), db.session.get_one(Course, other_id)
    row = db.session.get(CourseEquivalent, (course_id, other_id))
    if row is not None:
        db.session.delete(row)
        _note(viewer, course, "took away what the course counts as", before={"counts as": other.title})


def add_requirement(viewer: Viewer, course_id: int, details: RequirementDetails) -> Requirement:
    """Say who must do the course."""
    course = _locked(course_id)
    requirement = Requirement(course_id=course_id, **_checked(course_id, details, None))
    db.session.add(requirement)
    audit.record(viewer, "said who must do the course", course, after=_in_words(requirement))
    db.session.flush()
    return requirement


def change_requirement(viewer: Viewer, requirement_id: int, details: RequirementDetails) -> Requirement:
    """Change who must do a course, or say until when they must."""
    course_id = db.session.scalar(select(Requirement.course_id).where(Requirement.id == requirement_id))
    if course_id is None:
        raise LookupError(f"no requirement with the key {requirement_id}")
    course = _locked(course_id)
    requirement = lock_row(Requirement, requirement_id)
    before = _in_words(requirement)
    _, changed = audit.changes(requirement, _checked(course_id, details, requirement))
    if changed:
        db.session.flush()
        audit.record(viewer, "changed who must do the course", course, before=before, after=_in_words(requirement))
        db.session.flush()
    return requirement


def remove_requirement(viewer: Viewer, requirement_id: int) -> None:
    """Take away a requirement that was a mistake; one that came to an end has a last day instead."""
    course_id = db.session.scalar(select(Requirement.course_id).where(Requirement.id == requirement_id))
    if course_id is None:
        return
    course = _locked(course_id)
    requirement = lock_row(Requirement, requirement_id)
    audit.record(viewer, "took away who must do the course", course, before=_in_words(requirement))
    db.session.delete(requirement)
    db.session.flush()


def _locked(course_id: int) -> Course:
    """The course, under the one lock for all conditions: that of the first course of the catalogue.

    So two people who add one half of a circle each do so one after the other, and the second is refused.
    """
    first = db.session.scalar(select(func.min(Course.id)))
    if first is not None:
        lock_row(Course, first)
    return lock_row(Course, course_id)


def _before() -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {}
    for course_id, first_id in db.session.execute(select(CoursePrerequisite.course_id, CoursePrerequisite.requires_id)):
        found.setdefault(course_id, set()).add(first_id)
    return found


def _checked(course_id: int, details: RequirementDetails, mine: Requirement | None) -> dict[str, object]:
    job_role, source = " ".join(details.job_role.split()), " ".join(details.source.split())
    if details.workforce_group_id is None and not job_role:
        raise Refused("Choose a workforce group, or enter a job role", "workforce_group")
    if not source:
        raise Refused("Enter where it is written", "source")
    if details.every_months is not None and not 1 <= details.every_months <= MOST_MONTHS:
        raise Refused(f"The months must be between 1 and {MOST_MONTHS}", "every_months")
    if details.to_on is not None and details.to_on < details.from_on:
        raise Refused("The last day must not be before the first", "to_on")
    others = db.session.scalars(
        select(Requirement).where(
            Requirement.course_id == course_id, Requirement.id.is_distinct_from(mine.id if mine else None)
        )
    )
    for other in others:
        same = (other.workforce_group_id, folded(other.job_role), folded(other.source)) == (
            details.workforce_group_id, folded(job_role), folded(source),
        )  # fmt: skip
        last, other_last = details.to_on or date.max, other.to_on or date.max
        if same and details.from_on <= other_last and other.from_on <= last:
            raise Refused("The same people are asked already, from the same source and at the same time", "source")
    return {
        "workforce_group_id": details.workforce_group_id,
        "job_role": job_role,
        "every_months": details.every_months,
        "source": source,
        "from_on": details.from_on,
        "to_on": details.to_on,
    }


def _in_words(requirement: Requirement) -> dict[str, object]:
    group = db.session.get(WorkforceGroup, requirement.workforce_group_id) if requirement.workforce_group_id else None
    return {
        "who": ", ".join(part for part in (group.name if group else "", requirement.job_role) if part),
        "every_months": requirement.every_months,
        "source": requirement.source,
        "from_on": requirement.from_on,
        "to_on": requirement.to_on,
    }


def _note(viewer: Viewer, course: Course, deed: str, **values: Mapping[str, str]) -> None:
    course.changed_at = clock.now()
    audit.record(viewer, deed, course, before=values.get("before"), after=values.get("after"))
    db.session.flush()
