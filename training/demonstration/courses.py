"""The catalogue: the course lines of the published year and one entry of each other kind, with invented texts."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from training.catalogue.models import (
    Agreement,
    Course,
    CourseAudience,
    CourseEdition,
    CourseEquivalent,
    CourseKind,
    CoursePrerequisite,
    CourseStatus,
    Mode,
    OutcomeStatement,
    Priority,
    Requirement,
)
from training.catalogue.rules import slug_of
from training.core import clock
from training.core.columns import folded
from training.demonstration.ledger import Ledger, toml_tables

PRIORITIES = (
    ("Neglect", date(2021, 4, 1), date(2023, 3, 31)),
    ("Front door", date(2021, 4, 1), date(2023, 3, 31)),
    ("Leadership and culture", date(2023, 4, 1), None),
    ("Core safeguarding", date(2023, 4, 1), None),
    ("Harm outside the home", date(2023, 4, 1), None),
)
SINCE = date(2017, 1, 9)
BEFORE = (("DSL", "WT"), ("SER", "PCE"))
"""By code: a course, and what somebody should have done before it."""
COUNTS_AS = (("CS", "PCE"),)
"""The day on harm outside the home is accepted in place of the briefing on it."""
REQUIRED = (
    ("WT", 4, 36, "Working Together to Safeguard Children 2026", date(2026, 4, 1)),
    ("DSL", 5, 24, "Keeping Children Safe in Education 2026, annex C", date(2026, 9, 1)),
)
"""Which course which workforce group must do, every how many months, where that is written, and since when."""


@dataclass(frozen=True)
class Sitting:
    """How long a course sits: the clock times of each of its days, and the hours it counts for."""

    times: tuple[tuple[time, time], ...]
    hours: Decimal


DAY = (time(9, 30), time(16, 0))
MORNING = (time(9, 30), time(12, 30))
SITTINGS = {
    "day": Sitting((DAY,), Decimal(6)),
    "half-day": Sitting((MORNING,), Decimal(3)),
    "two-half-days": Sitting((MORNING, MORNING), Decimal(6)),
    "two-days": Sitting((DAY, DAY), Decimal(12)),
    "briefing": Sitting(((time(10, 0), time(11, 30)),), Decimal("1.5")),
    "afternoon": Sitting(((time(14, 0), time(16, 0)),), Decimal(2)),
}
ONLINE = {
    "day": Sitting(((time(9, 30), time(12, 30)), (time(9, 30), time(12, 30))), Decimal(6)),
    "half-day": Sitting(((time(13, 30), time(16, 0)),), Decimal(3)),
}
"""What becomes shorter, or is spread over two mornings, when it is held online."""


@dataclass(frozen=True)
class InventedCourse:
    """A course with what sessions need to know of it."""

    id: int
    edition_id: int
    code: str
    title: str
    kind: CourseKind
    mode: Mode
    sitting: str
    hours: Decimal
    capacity: int
    groups: frozenset[int]
    """Numbers of the workforce groups it is for; empty for everybody."""
    outcomes: tuple[tuple[int, str], ...]

    def times(self, mode: Mode) -> tuple[tuple[time, time], ...]:
        """The clock times of each day, held in `mode`."""
        if mode is Mode.VIRTUAL and self.sitting in ONLINE:
            return ONLINE[self.sitting].times
        return SITTINGS[self.sitting].times


def add_courses(ledger: Ledger, group_keys: dict[int, int]) -> dict[str, InventedCourse]:
    """Note priorities and courses; the courses by their codes."""
    priorities = {
        name: ledger.add(Priority, name=name, from_on=begins, to_on=ends) for name, begins, ends in PRIORITIES
    }
    courses = {
        entry["code"]: _add_course(ledger, entry, priorities[entry["priority"]], group_keys)
        for entry in toml_tables("courses.toml", "course")
    }
    _add_conditions(ledger, courses, group_keys)
    return courses


def _add_conditions(ledger: Ledger, courses: dict[str, InventedCourse], group_keys: dict[int, int]) -> None:
    for code, first in BEFORE:
        ledger.add_keyless(CoursePrerequisite, course_id=courses[code].id, requires_id=courses[first].id)
    for code, other in COUNTS_AS:
        ledger.add_keyless(CourseEquivalent, course_id=courses[code].id, stands_for_id=courses[other].id)
    for code, number, months, source, from_on in REQUIRED:
        ledger.add(
            Requirement,
            course_id=courses[code].id,
            workforce_group_id=group_keys[number],
            job_role="",
            every_months=months,
            source=source,
            from_on=from_on,
            to_on=None,
            created_at=clock.start_of_day(SINCE),
        )


def _add_course(ledger: Ledger, entry: dict[str, Any], priority_id: int, group_keys: dict[int, int]) -> InventedCourse:
    is_briefing = entry["sitting"] == "briefing"
    sitting = SITTINGS[entry["sitting"]]
    kind = CourseKind(entry.get("kind", CourseKind.BRIEFING if is_briefing else CourseKind.COURSE))
    mode = Mode(entry.get("mode", Mode.VIRTUAL if is_briefing else Mode.FACE_TO_FACE))
    capacity = int(entry.get("capacity", 50 if is_briefing else 30))
    since = clock.start_of_day(SINCE)
    key = ledger.add(
        Course,
        slug=slug_of(folded(entry["title"])),
        code=entry["code"],
        title=entry["title"],
        sort_key=folded(entry["title"]),
        search_text=folded(entry["title"], entry["code"], entry["summary"], entry["aims"]),
        kind=kind,
        summary=entry["summary"],
        aims=entry["aims"],
        mode=mode,
        capacity=capacity,
        minimum=8,
        hours=sitting.hours,
        is_participatory=not is_briefing,
        is_multi_agency=True,
        agreement=Agreement.DECLARED,
        valid_months=36,
        priority_id=priority_id,
        status=CourseStatus.LIVE,
        created_at=since,
    )
    for number in entry["groups"]:
        ledger.add_keyless(CourseAudience, course_id=key, workforce_group_id=group_keys[number])
    edition = ledger.add(CourseEdition, course_id=key, number=1, label="First edition", created_at=since, used_at=since)
    outcomes = tuple(
        (ledger.add(OutcomeStatement, edition_id=edition, position=position, text=text), text)
        for position, text in enumerate(entry["outcomes"], start=1)
    )
    return InventedCourse(
        id=key,
        edition_id=edition,
        code=entry["code"],
        title=entry["title"],
        kind=kind,
        mode=mode,
        sitting=entry["sitting"],
        hours=sitting.hours,
        capacity=capacity,
        groups=frozenset(entry["groups"]),
        outcomes=outcomes,
    )
