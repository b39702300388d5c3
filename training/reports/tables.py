"""Reports as rows of cells: what is downloaded, what the command line prints, and in which columns."""

from collections.abc import Sequence

from training.reports.figures import rounded
from training.reports.queries_agencies import AgencyFigures, AgencyReport
from training.reports.queries_delivery import DeliveryReport
from training.web.sheets import Cell

DELIVERED = ("course", "mode", "sessions", "attendances")
"""The columns of the command line: what was delivered, and nothing else."""
DELIVERY = (
    "course", "mode", "sessions", "attendances", "walk_ins", "absences", "excused", "not_marked",
    "late_cancellations", "places_offered", "places_filled", "ran_not_closed", "ran_not_closed_bookings",
    "planned_sessions", "expected_sessions", "standing",
)  # fmt: skip
"""The columns of the download; what is planned stands in a course's first row and is for all its modes."""
AGENCIES = (
    "agency", "sector", "target", "expected", "attendances", "walk_ins", "absences", "take_up", "excused",
    "not_marked", "late_cancellations", "people", "standing",
)  # fmt: skip
"""The columns of the agency report; `take_up` in per cent."""
Rows = list[tuple[Cell, ...]]


def agency_rows(report: AgencyReport) -> Rows:
    """A row for each agency, or what the level adds up, under AGENCIES."""
    return [(row.name, row.sector, *_agency_cells(row.figures)) for row in report.rows]


def agency_totals(report: AgencyReport) -> tuple[Cell, ...]:
    """The sum of the rows under AGENCIES; people who come in several rows are counted once."""
    return ("All", "", *_agency_cells(report.totals))


def _agency_cells(figures: AgencyFigures) -> tuple[Cell, ...]:
    came = figures.attendance
    return (
        figures.target, rounded(figures.expected), came.attendances, came.walk_ins, came.absent, figures.take_up,
        came.excused, came.not_marked, came.late_cancellations, len(figures.people), figures.standing,
    )  # fmt: skip


def delivered_rows(report: DeliveryReport) -> Rows:
    """A row for each course and mode that was delivered, under DELIVERED."""
    return [
        (course.title, line.mode.value, line.delivery.delivered, line.attendance.attendances)
        for course in report.courses
        for line in course.modes
        if line.delivery.delivered
    ]


def delivery_rows(report: DeliveryReport) -> Rows:
    """A row for each course and mode that was planned or ran, under DELIVERY."""
    rows: Rows = []
    for course in report.courses:
        for place, line in enumerate(course.modes):
            ran, came, plan = line.delivery, line.attendance, course.plan
            planned = (plan.planned, rounded(plan.expected), plan.standing) if place == 0 else (None, None, None)
            rows.append(
                (
                    course.title, line.mode.value, ran.delivered, came.attendances, came.walk_ins, came.absent,
                    came.excused, came.not_marked, came.late_cancellations, ran.places_offered, ran.places_filled,
                    ran.not_closed, ran.not_closed_bookings, *planned,
                )
            )  # fmt: skip
    return rows


def aligned(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Header and rows in columns to read on a screen: words to the left, numbers to the right."""
    shown = [[name.replace("_", " ") for name in header]]
    shown += [
        ["" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows
    ]
    widths = [max(len(row[column]) for row in shown) for column in range(len(header))]
    numeric = [all(isinstance(row[column], int | float | None) for row in rows) for column in range(len(header))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in shown
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"
