"""What was delivered, course by course, against the plan, and year on year."""

from dataclasses import dataclass
from fractions import Fraction

from training.catalogue.models import Course, Mode
from training.core import clock
from training.core.viewer import Viewer
from training.planning.queries import LineFigures, lines_of
from training.planning.rules import COLOUR_LABELS, Colour, colour, expected_share
from training.planning.years import TrainingYear
from training.reports.figures import NOTHING_HELD, NOTHING_RAN, Attendance, Delivery
from training.reports.filters import Asked, Choices
from training.reports.queries_attendance import attendance_by, chosen, people_by_agency
from training.reports.queries_sessions import delivery_by, year_column
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class ModeFigures:
    """One course in one mode: what ran, and who came."""

    mode: Mode
    delivery: Delivery
    attendance: Attendance


@dataclass(frozen=True)
class PlanFigures:
    """Sessions against the plan; `planned` is None without a line, `expected` exact."""

    planned: int | None = None
    expected: Fraction | None = None
    delivered: int = 0

    @property
    def colour(self) -> Colour | None:
        return colour(self.delivered, self.expected, self.planned)

    @property
    def standing(self) -> str:
        """The colour in words, or why there is none."""
        if self.colour is not None:
            return COLOUR_LABELS[self.colour]
        if not self.planned:
            return "Not planned"
        return "Not due yet" if not self.expected else "Not judged"


@dataclass(frozen=True)
class CourseLine:
    """A course of the year: its plan over all modes, and a line for each mode; the first carries the plan."""

    title: str
    slug: str
    plan: PlanFigures
    modes: list[ModeFigures]


@dataclass(frozen=True)
class YearFigures:
    """One year's totals."""

    year: TrainingYear
    sessions: int
    attendances: int


@dataclass(frozen=True)
class DeliveryReport:
    """Courses by title, their sums, distinct people, and the years side by side, the earliest first."""

    asked: Asked
    courses: list[CourseLine]
    plan: PlanFigures
    delivery: Delivery
    attendance: Attendance
    people: int
    years: list[YearFigures]

    def sessions_in(self, mode: Mode) -> int:
        """Sessions delivered in one mode."""
        return sum(line.delivery.delivered for course in self.courses for line in course.modes if line.mode is mode)


def delivery_report(viewer: Viewer, asked: Asked, offered: Choices) -> DeliveryReport:
    """The report as asked for; a constant number of queries. Sector and level do not apply: sessions have none."""
    sessions = chosen(asked.year, asked.course_id, asked.mode)
    keys = [CourseSession.course_id, CourseSession.mode]
    ran = delivery_by(viewer, keys, sessions)
    came = attendance_by(viewer, keys, sessions)
    planned = {
        line.course.id: line
        for line in lines_of(viewer, asked.year)
        if asked.course_id in (None, line.course.id) and asked.mode in (None, line.course.mode)
    }
    courses = {course.id: course for course in offered.courses} | {key: line.course for key, line in planned.items()}
    wanted = {key[0] for key in ran} | planned.keys()
    lines = [
        _course_line(asked, course, planned.get(course.id), ran, came)
        for course in sorted(courses.values(), key=lambda course: (course.sort_key, course.id))
        if course.id in wanted
    ]
    people = people_by_agency(viewer, sessions).values()
    return DeliveryReport(
        asked=asked,
        courses=lines,
        plan=_sum_of_plans(lines),
        delivery=sum(ran.values(), NOTHING_RAN),
        attendance=sum(came.values(), NOTHING_HELD),
        people=len(frozenset[tuple[int | None, int | None]]().union(*people)),
        years=_year_on_year(viewer, asked, offered.years),
    )


def _course_line(
    asked: Asked,
    course: Course,
    line: LineFigures | None,
    ran: dict[tuple[int, Mode], Delivery],
    came: dict[tuple[int, Mode], Attendance],
) -> CourseLine:
    modes = [
        ModeFigures(mode, delivery, came.get((course.id, mode), NOTHING_HELD))
        for (course_id, mode), delivery in ran.items()
        if course_id == course.id
    ] or [ModeFigures(course.mode, NOTHING_RAN, NOTHING_HELD)]
    modes.sort(key=lambda figures: figures.mode.value)
    plan = PlanFigures(delivered=sum(figures.delivery.delivered for figures in modes))
    if line is not None:
        by_quarter = line.line.sessions_by_quarter
        due = expected_share(by_quarter, asked.year, clock.today())
        plan = PlanFigures(sum(by_quarter), None if due is None else due * sum(by_quarter), plan.delivered)
    return CourseLine(course.title, course.slug, plan, modes)


def _sum_of_plans(lines: list[CourseLine]) -> PlanFigures:
    """All courses against all that is planned; without any plan there is nothing to be measured against."""
    planned = [line.plan.planned for line in lines if line.plan.planned is not None]
    expected = [line.plan.expected for line in lines if line.plan.expected is not None]
    return PlanFigures(
        planned=sum(planned) if planned else None,
        expected=sum(expected, Fraction(0)) if expected else None,
        delivered=sum(line.plan.delivered for line in lines),
    )


def _year_on_year(viewer: Viewer, asked: Asked, years: list[TrainingYear]) -> list[YearFigures]:
    """The totals of every year known, under the same course and mode."""
    sessions = chosen(course_id=asked.course_id, mode=asked.mode)
    column = [year_column(years)]
    ran = delivery_by(viewer, column, sessions)
    came = attendance_by(viewer, column, sessions)
    return [
        YearFigures(
            year,
            ran.get((year.starts,), NOTHING_RAN).delivered,
            came.get((year.starts,), NOTHING_HELD).attendances,
        )
        for year in sorted(years)
    ]
