"""Deeds on the catalogue: adding and changing courses, their outcomes, and the priorities they serve."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from training.catalogue.models import (
    Agreement,
    Course,
    CourseEdition,
    CourseKind,
    CourseStatus,
    Mode,
    OutcomeStatement,
    Priority,
)
from training.catalogue.rules import is_code, missing_to_go_live, outcomes_problem, slug_of
from training.core import audit, clock
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models_workforce import WorkforceGroup

KINDS_WITHOUT_OUTCOMES = (CourseKind.MEETING, CourseKind.LAUNCH_EVENT)


@dataclass(frozen=True, kw_only=True)
class CourseDetails:
    """What the officer says about a course; `audience` holds keys of workforce groups, none for everybody."""

    code: str
    title: str
    kind: CourseKind
    summary: str
    mode: Mode
    aims: str = ""
    capacity: int = 25
    minimum: int = 0
    hours: Decimal = Decimal(0)
    is_participatory: bool = True
    is_multi_agency: bool = True
    agreement: Agreement | None = None
    """None: as the agency of whoever books, or the partnership, has it."""
    valid_months: int = 36
    priority_id: int | None = None
    audience: tuple[int, ...] = ()


def add_course(viewer: Viewer, details: CourseDetails) -> Course:
    """Add a draft with its first edition; refused where the code or the title is taken."""
    details = _checked(details, None)
    course = Course(slug=_free_slug(details.title), status=CourseStatus.DRAFT, **_columns(details))
    course.audience = _groups(details.audience)
    course.editions = [CourseEdition(number=1)]
    db.session.add(course)
    audit.record(viewer, "added the course", course, after={"code": course.code, "title": course.title})
    db.session.flush()
    return course


def change_course(viewer: Viewer, course_id: int, details: CourseDetails) -> Course:
    """Change what is said about a course; its address stays. Sessions keep what they took over from it."""
    course = lock_row(Course, course_id)
    details = _checked(details, course)
    before, after = audit.changes(course, _columns(details))
    present = tuple(group.id for group in course.audience)
    wanted = _groups(details.audience)
    if {group.id for group in wanted} != set(present):
        before["audience"] = ", ".join(group.name for group in course.audience)
        after["audience"] = ", ".join(group.name for group in wanted)
        course.audience = wanted
        course.changed_at = clock.now()
    if after:
        audit.record(viewer, "changed the course", course, before=before, after=after)
        db.session.flush()
    return course


def make_live(viewer: Viewer, course_id: int) -> Course:
    """Show the course in the programme; refused while something is missing."""
    course = lock_row(Course, course_id)
    if missing := missing_of(course):
        raise Refused(f"Before the course can go live it needs {' and '.join(missing)}")
    return _set_status(viewer, course, CourseStatus.LIVE, "made the course live")


def missing_of(course: Course) -> list[str]:
    """What the course still needs before it can go live, as things: “a summary”."""
    has_outcomes = course.kind not in KINDS_WITHOUT_OUTCOMES
    return missing_to_go_live(course.summary, len(course.edition.outcomes), has_outcomes)


def retire_course(viewer: Viewer, course_id: int) -> Course:
    """Take the course out of the programme. Sessions that are already published still run."""
    return _set_status(viewer, lock_row(Course, course_id), CourseStatus.RETIRED, "retired the course")


def set_outcomes(viewer: Viewer, course_id: int, texts: Sequence[str]) -> CourseEdition:
    """State what a learner will be able to do, one text an outcome; returns the edition that says so.

    Once a session of the present edition was published, its statements stand, for they are rated there: a change
    then begins a new edition, which new sessions run.
    """
    course = lock_row(Course, course_id)
    wanted = [" ".join(text.split()) for text in texts if text.strip()]
    if problem := outcomes_problem(wanted):
        raise Refused(problem, "outcomes")
    edition = course.edition
    present = [statement.text for statement in edition.outcomes]
    if wanted == present:
        return edition
    if edition.used_at is None:
        _restate(edition, wanted)
        deed = "changed the outcomes"
    else:
        edition = CourseEdition(number=edition.number + 1, outcomes=_statements(wanted))
        course.editions.append(edition)
        deed = "began a new edition"
    course.changed_at = clock.now()
    audit.record(viewer, deed, course, before={"outcomes": "\n".join(present)}, after={"outcomes": "\n".join(wanted)})
    db.session.flush()
    return edition


def use_edition(course: Course) -> CourseEdition:
    """The present edition of a locked course, from now on with statements that stand; for a session published."""
    edition = course.edition
    if edition.used_at is None:
        edition.used_at = clock.now()
        db.session.flush()
    return edition


def add_priority(viewer: Viewer, name: str, from_on: date, to_on: date | None = None) -> Priority:
    """Add a strategic priority of the partnership; `to_on` is its last day, None while it stands."""
    priority = Priority(**_checked_priority(None, name, from_on, to_on))
    db.session.add(priority)
    audit.record(viewer, "added the priority", priority, after={"name": priority.name})
    db.session.flush()
    return priority


def change_priority(viewer: Viewer, priority_id: int, name: str, from_on: date, to_on: date | None) -> Priority:
    """Rename a priority, or say until when it stands; courses keep it."""
    priority = lock_row(Priority, priority_id)
    before, after = audit.changes(priority, _checked_priority(priority, name, from_on, to_on))
    if after:
        audit.record(viewer, "changed the priority", priority, before=before, after=after)
        db.session.flush()
    return priority


def _checked(details: CourseDetails, course: Course | None) -> CourseDetails:
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    values["code"] = details.code.strip().upper()
    values["title"] = " ".join(details.title.split())
    if not is_code(values["code"]):
        raise Refused("The code must be 2 to 8 capital letters and figures, beginning with a letter", "code")
    if not values["title"]:
        raise Refused("Enter the title", "title")
    if details.minimum > details.capacity:
        raise Refused("The least number of people must not be more than the places", "minimum")
    if details.hours < 0:
        raise Refused("The hours must be 0 or more", "hours")
    mine = None if course is None else course.id
    taken = (
        ("code", "has this code", Course.code == values["code"]),
        ("title", "has this title", Course.sort_key == _sort_key(values["title"])),
    )
    for field, sentence, same in taken:
        other = db.session.scalar(select(Course.title).where(same, Course.id.is_distinct_from(mine)))
        if other is not None:
            raise Refused(f"Another course {sentence}: {other}", field)
    return CourseDetails(**values)


def _columns(details: CourseDetails) -> dict[str, Any]:
    values = {field.name: getattr(details, field.name) for field in fields(details) if field.name != "audience"}
    searched = folded(details.code, details.title, details.summary, details.aims)
    return values | {"sort_key": _sort_key(details.title), "search_text": searched}


def _sort_key(title: str) -> str:
    return folded(title)[:200]


def _groups(keys: Sequence[int]) -> list[WorkforceGroup]:
    if not keys:
        return []
    found = db.session.scalars(
        select(WorkforceGroup).where(WorkforceGroup.id.in_(keys)).order_by(WorkforceGroup.number)
    )
    return list(found)


def _free_slug(title: str) -> str:
    slug = slug_of(folded(title))
    taken = set(db.session.scalars(select(Course.slug).where(Course.slug.startswith(slug, autoescape=True))))
    number = 1
    while (slug if number == 1 else f"{slug}-{number}") in taken:
        number += 1
    return slug if number == 1 else f"{slug}-{number}"


def _set_status(viewer: Viewer, course: Course, status: CourseStatus, deed: str) -> Course:
    before, after = audit.changes(course, {"status": status})
    if after:
        audit.record(viewer, deed, course, before=before, after=after)
        db.session.flush()
    return course


def _statements(texts: Sequence[str]) -> list[OutcomeStatement]:
    return [OutcomeStatement(position=position, text=text) for position, text in enumerate(texts, 1)]


def _restate(edition: CourseEdition, texts: Sequence[str]) -> None:
    for statement, text in zip(edition.outcomes, texts, strict=False):
        statement.text = text
    kept = len(edition.outcomes)
    del edition.outcomes[len(texts) :]
    edition.outcomes.extend(_statements(texts)[kept:])


def _checked_priority(priority: Priority | None, name: str, from_on: date, to_on: date | None) -> dict[str, Any]:
    name = " ".join(name.split())
    if to_on is not None and to_on < from_on:
        raise Refused("The last day must not be before the first", "to_on")
    if not name:
        raise Refused("Enter the name of the priority", "name")
    others = db.session.scalars(select(Priority))
    if any(slug_of(folded(other.name)) == slug_of(folded(name)) for other in others if other is not priority):
        raise Refused("There is a priority with this name", "name")
    return {"name": name, "from_on": from_on, "to_on": to_on}
