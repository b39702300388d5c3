"""Deeds on training plans: open one, set its lines and targets, and note that the subgroup agreed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from training.agencies.models import Agency
from training.catalogue.models import Course, CourseKind
from training.core import clock
from training.core.audit import changes, record
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan
from training.planning.queries import AGREED, plan_before
from training.planning.years import TrainingYear

Quarters = tuple[int, int, int, int]


@dataclass(frozen=True)
class LineFacts:
    """What a line says: why the course runs, and how many sessions and places in each quarter."""

    objective: str = ""
    sessions: Quarters = (0, 0, 0, 0)
    places: Quarters = (0, 0, 0, 0)

    def as_columns(self) -> dict[str, Any]:
        """The same under the names of the columns."""
        columns: dict[str, Any] = {"objective": self.objective}
        for number in range(4):
            columns[f"sessions_q{number + 1}"] = self.sessions[number]
            columns[f"places_q{number + 1}"] = self.places[number]
        return columns


def open_plan(viewer: Viewer, year: TrainingYear, *, copy_last: bool = False) -> TrainingPlan:
    """Begin the plan of a year; with `copy_last`, with the lines and targets of the latest plan before it.

    Refused where the year has a plan already, or where there is nothing to copy.
    """
    source = plan_before(viewer, year) if copy_last else None
    if copy_last and source is None:
        raise Refused("There is no earlier plan to copy lines from", "copy_last")
    plan = TrainingPlan(starts=year.starts)
    try:
        with db.session.begin_nested():
            db.session.add(plan)
    except IntegrityError as error:
        raise Refused(f"{year} has a plan already", "year") from error
    if source is not None:
        _copy_lines(source, plan)
    after = {"year": str(year), "lines copied from": str(source.year) if source else None}
    record(viewer, "opened the plan", plan, after=after)
    db.session.flush()
    return plan


def _copy_lines(source: TrainingPlan, plan: TrainingPlan) -> None:
    """Every line of `source` again in `plan`, with its targets."""
    lines = db.session.scalars(
        select(PlanLine)
        .where(PlanLine.plan_id == source.id)
        .options(selectinload(PlanLine.targets))
        .order_by(PlanLine.id)
    )
    for line in lines:
        copied = PlanLine(
            course_id=line.course_id,
            targets=[PlanTarget(agency_id=t.agency_id, attendances=t.attendances) for t in line.targets],
            **LineFacts(line.objective, line.sessions_by_quarter, line.places_by_quarter).as_columns(),
        )
        plan.lines.append(copied)


def add_line(viewer: Viewer, plan_id: int, course_id: int, facts: LineFacts) -> PlanLine:
    """Put a course on a plan. Refused for a meeting, and where the course is on the plan already."""
    plan = lock_row(TrainingPlan, plan_id)
    course = db.session.get_one(Course, course_id)
    if course.kind is CourseKind.MEETING:
        raise Refused("Select a course that is training: meetings are not planned here", "course")
    there = select(PlanLine.id).where(PlanLine.plan_id == plan.id, PlanLine.course_id == course.id)
    if db.session.scalar(there) is not None:
        raise Refused(f"{course.title} is on the plan already", "course")
    line = PlanLine(plan_id=plan.id, course_id=course.id, **facts.as_columns())
    db.session.add(line)
    record(viewer, "added a line", plan, after={"course": course.title, **facts.as_columns()})
    db.session.flush()
    return line


def change_line(viewer: Viewer, line_id: int, facts: LineFacts) -> PlanLine:
    """Make a line say `facts`; nothing is noted where it says so already."""
    line = db.session.get_one(PlanLine, line_id)
    before, after = changes(line, facts.as_columns())
    if after:
        about = {"course": line.course.title}
        record(viewer, "changed a line", line.plan, before=about | before, after=about | after)
        db.session.flush()
    return line


def remove_line(viewer: Viewer, line_id: int) -> None:
    """Take a line and its targets off the plan; the audit log keeps what it said."""
    line = db.session.get_one(PlanLine, line_id)
    said = LineFacts(line.objective, line.sessions_by_quarter, line.places_by_quarter).as_columns()
    target = sum(target.attendances for target in line.targets)
    record(viewer, "removed a line", line.plan, before={"course": line.course.title, "target": target, **said})
    db.session.delete(line)
    db.session.flush()


def set_targets(viewer: Viewer, line_id: int, targets: Mapping[int, int]) -> PlanLine:
    """Make the targets of a line exactly `targets`: attendances by agency; nought and left out are none.

    Refused for fewer than none and for an agency that does not exist. The line's version rises, so that
    somebody who has the same page open is told.
    """
    line = lock_row(PlanLine, line_id)
    wanted = {agency_id: number for agency_id, number in targets.items() if number}
    if any(number < 0 for number in wanted.values()):
        raise Refused("A target must be 0 or more")
    names = dict(db.session.execute(select(Agency.id, Agency.name)).all())
    if not wanted.keys() <= names.keys():
        raise Refused("An agency on this page has gone. Open the page again")
    present = {target.agency_id: target for target in line.targets}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for agency_id in sorted(present.keys() | wanted.keys()):
        was = present[agency_id].attendances if agency_id in present else 0
        now = wanted.get(agency_id, 0)
        if was == now:
            continue
        before[names[agency_id]], after[names[agency_id]] = was, now
        if agency_id not in present:
            line.targets.append(PlanTarget(agency_id=agency_id, attendances=now))
        elif now == 0:
            line.targets.remove(present[agency_id])
        else:
            present[agency_id].attendances = now
    if after:
        flag_modified(line, "objective")
        about = {"course": line.course.title}
        record(viewer, "changed targets", line.plan, before=about | before, after=about | after)
        db.session.flush()
    return line


def agree_plan(viewer: Viewer, plan_id: int, on: date) -> TrainingPlan:
    """Note that the subgroup agreed the plan as it stands, at its meeting on the day `on`.

    What is changed afterwards is listed as a later change. Agreeing again, at a later meeting, is allowed.
    Refused for a day to come, and for a plan without lines.
    """
    plan = lock_row(TrainingPlan, plan_id)
    if on > clock.today():
        raise Refused("The date of the meeting must be today or in the past", "agreed_on")
    if db.session.scalar(select(PlanLine.id).where(PlanLine.plan_id == plan.id).limit(1)) is None:
        raise Refused("Add a line before the plan is agreed", "agreed_on")
    before, after = changes(plan, {"status": PlanStatus.AGREED, "agreed_on": on})
    record(viewer, AGREED, plan, before=before, after=after)
    db.session.flush()
    return plan
