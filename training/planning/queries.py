"""Questions about training plans, which are published within the partnership: each page says who may open it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from training.agencies.models import Agency, Sector
from training.catalogue.models import Course, CourseKind, CourseStatus
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan
from training.planning.years import TrainingYear

AGREED = "agreed the plan"
"""The deed in the audit log after which changes are later changes."""


@dataclass(frozen=True)
class PlanOverview:
    """One year's plan in a list: what it holds, summed."""

    plan: TrainingPlan
    lines: int
    sessions: int
    places: int
    target: int


@dataclass(frozen=True)
class LineFigures:
    """One line of a plan with its course, its target attendances by agency, and the sums of the year."""

    line: PlanLine
    course: Course
    targets: Mapping[int, int]

    @property
    def sessions(self) -> int:
        return sum(self.line.sessions_by_quarter)

    @property
    def places(self) -> int:
        return sum(self.line.places_by_quarter)

    @property
    def target(self) -> int:
        """Target attendances over all agencies."""
        return sum(self.targets.values())


@dataclass(frozen=True)
class LaterChange:
    """A change after the plan was agreed: the entry of the audit log, and who made it."""

    entry: AuditEntry
    who: str


def plans(viewer: Viewer) -> list[PlanOverview]:  # noqa: ARG001 - plans are published within the partnership
    """All plans, the latest year first; one query."""
    sessions = PlanLine.sessions_q1 + PlanLine.sessions_q2 + PlanLine.sessions_q3 + PlanLine.sessions_q4
    places = PlanLine.places_q1 + PlanLine.places_q2 + PlanLine.places_q3 + PlanLine.places_q4
    lines = (
        select(
            PlanLine.plan_id,
            func.count().label("lines"),
            func.sum(sessions).label("sessions"),
            func.sum(places).label("places"),
        )
        .group_by(PlanLine.plan_id)
        .subquery()
    )
    targets = (
        select(PlanLine.plan_id, func.sum(PlanTarget.attendances).label("target"))
        .join(PlanTarget, PlanTarget.line_id == PlanLine.id)
        .group_by(PlanLine.plan_id)
        .subquery()
    )
    found = db.session.execute(
        select(TrainingPlan, lines.c.lines, lines.c.sessions, lines.c.places, targets.c.target)
        .outerjoin(lines, lines.c.plan_id == TrainingPlan.id)
        .outerjoin(targets, targets.c.plan_id == TrainingPlan.id)
        .order_by(TrainingPlan.starts.desc())
    )
    return [PlanOverview(plan, *(int(figure or 0) for figure in figures)) for plan, *figures in found]


def plan_of(viewer: Viewer, year: TrainingYear) -> TrainingPlan | None:  # noqa: ARG001 - as above
    """The plan of a year, if there is one."""
    return db.session.scalar(select(TrainingPlan).where(TrainingPlan.starts == year.starts))


def line_of(viewer: Viewer, year: TrainingYear, slug: str) -> PlanLine | None:  # noqa: ARG001 - as above
    """The line of a course in a year's plan, with its plan and course."""
    return db.session.scalar(
        select(PlanLine)
        .join(PlanLine.plan)
        .join(PlanLine.course)
        .where(TrainingPlan.starts == year.starts, Course.slug == slug)
        .options(joinedload(PlanLine.plan), joinedload(PlanLine.course))
    )


def lines_of(viewer: Viewer, year: TrainingYear) -> list[LineFigures]:
    """The lines of a year's plan by course title, with their targets by agency; two queries."""
    found = db.session.scalars(
        select(PlanLine)
        .join(PlanLine.plan)
        .join(PlanLine.course)
        .where(TrainingPlan.starts == year.starts)
        .options(contains_eager(PlanLine.course))
        .order_by(Course.sort_key, Course.id)
    )
    targets = targets_by_line(viewer, year)
    return [LineFigures(line, line.course, targets.get(line.id, {})) for line in found]


def targets_by_line(viewer: Viewer, year: TrainingYear) -> dict[int, dict[int, int]]:  # noqa: ARG001 - as above
    """Target attendances of a year's plan, by line and agency; one query."""
    found = db.session.execute(
        select(PlanTarget.line_id, PlanTarget.agency_id, PlanTarget.attendances)
        .join(PlanTarget.line)
        .join(PlanLine.plan)
        .where(TrainingPlan.starts == year.starts, PlanTarget.attendances > 0)
        .order_by(PlanTarget.id)
    )
    targets: dict[int, dict[int, int]] = {}
    for line_id, agency_id, attendances in found:
        targets.setdefault(line_id, {})[agency_id] = attendances
    return targets


def targets_of(viewer: Viewer, line_id: int) -> dict[int, int]:  # noqa: ARG001 - as above
    """Target attendances of a line by agency."""
    found = db.session.execute(
        select(PlanTarget.agency_id, PlanTarget.attendances).where(PlanTarget.line_id == line_id)
    )
    return dict(found.all())


def agencies_with_sector(viewer: Viewer) -> list[tuple[Agency, Sector]]:  # noqa: ARG001 - agencies are no secret
    """Every agency with its sector, sector by sector, then by name; one query."""
    found = db.session.execute(
        select(Agency, Sector).join(Agency.sector).order_by(Sector.position, Sector.name, Agency.sort_key, Agency.id)
    )
    return list(found)


def courses_to_plan(viewer: Viewer, plan: TrainingPlan) -> list[Course]:  # noqa: ARG001 - for the desk's pages
    """Courses that are not on the plan yet, by title; meetings are not training and retired courses do not run."""
    planned = select(PlanLine.course_id).where(PlanLine.plan_id == plan.id)
    return list(
        db.session.scalars(
            select(Course)
            .where(
                Course.kind != CourseKind.MEETING,
                Course.status != CourseStatus.RETIRED,
                Course.id.not_in(planned),
            )
            .order_by(Course.sort_key, Course.id)
        )
    )


def years_to_open(viewer: Viewer) -> list[TrainingYear]:
    """The years that a plan can be opened for: last year, this one and the two to come, without those planned."""
    taken = {overview.plan.starts for overview in plans(viewer)}
    this = TrainingYear.of(clock.today()).starts
    return [TrainingYear(starts) for starts in range(this - 1, this + 3) if starts not in taken]


def plan_before(viewer: Viewer, year: TrainingYear) -> TrainingPlan | None:  # noqa: ARG001 - as above
    """The latest plan of an earlier year, to copy lines from."""
    return db.session.scalar(
        select(TrainingPlan).where(TrainingPlan.starts < year.starts).order_by(TrainingPlan.starts.desc()).limit(1)
    )


def later_changes(viewer: Viewer, plan: TrainingPlan) -> Sequence[LaterChange]:
    """What was changed on a plan since it was last agreed, the newest first; for the desk only."""
    if not viewer.works_at_desk or plan.status is not PlanStatus.AGREED:
        return ()
    about = (AuditEntry.subject_kind == TrainingPlan.__tablename__, AuditEntry.subject_id == plan.id)
    agreed = select(func.max(AuditEntry.id)).where(*about, AuditEntry.deed == AGREED).scalar_subquery()
    found = db.session.execute(
        select(AuditEntry, Person)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(*about, AuditEntry.id > agreed)
        .options(joinedload(AuditEntry.values))
        .order_by(AuditEntry.id.desc())
    )
    return [LaterChange(entry, person.name if person else "Muster") for entry, person in found]
