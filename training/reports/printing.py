"""Reports as text for the command line: a table to read, or CSV for another program."""

from collections.abc import Mapping

from training.core.viewer import Viewer
from training.reports.filters import choices, read_asked
from training.reports.queries_agencies import agency_report
from training.reports.queries_delivery import delivery_report
from training.reports.tables import AGENCIES, DELIVERED, agency_rows, agency_totals, aligned, delivered_rows
from training.web.sheets import csv_text

FORMATS = ("table", "csv")


def delivery_text(viewer: Viewer, asked_for: Mapping[str, str], style: str) -> str:
    """What was delivered, a row for each course and mode; in a table with the sum. Raises UnknownChoice."""
    offered = choices(viewer)
    report = delivery_report(viewer, read_asked(offered, asked_for), offered)
    rows = delivered_rows(report)
    if style == "csv":
        return csv_text(DELIVERED, rows, line_end="\n")
    return aligned(DELIVERED, [*rows, ("All", "", report.delivery.delivered, report.attendance.attendances)])


def agencies_text(viewer: Viewer, asked_for: Mapping[str, str], style: str) -> str:
    """Attendance by agency against the plan; in a table with the sum. Raises UnknownChoice."""
    report = agency_report(viewer, read_asked(choices(viewer), asked_for))
    rows = agency_rows(report)
    if style == "csv":
        return csv_text(AGENCIES, rows, line_end="\n")
    return aligned(AGENCIES, [*rows, agency_totals(report)])
