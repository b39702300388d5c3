"""The charts of reports: drawn from the same rows as their tables, never from figures of their own."""

from training.catalogue.models import MODE_LABELS, Mode
from training.reports.figures import per_session
from training.reports.filters import LEVEL_LABELS
from training.reports.queries_agencies import AgencyReport
from training.reports.queries_delivery import DeliveryReport
from training.web.charts import Bar, Chart, bar_chart
from training.web.formats import number, plural


def agency_chart(report: AgencyReport) -> Chart:
    """Attendances of each row against what was expected of it by now."""
    bars = [
        Bar(
            row.name,
            (row.figures.attendance.attendances,),
            marker=None if row.figures.expected is None else float(row.figures.expected),
        )
        for row in report.rows
    ]
    rows = plural(LEVEL_LABELS[report.asked.level].lower())
    judged = [row.figures for row in report.rows if row.figures.expected]
    reached = sum(1 for figures in judged if figures.attendance.attendances >= (figures.expected or 0))
    meaning = (
        f"{reached} of {len(judged)} {rows} with a target have reached what was expected by now."
        if judged
        else "No target can be compared yet."
    )
    return bar_chart(
        "agencies",
        f"Attendances against expected, {report.asked.year}",
        meaning,
        bars,
        series=("Attendances",),
        marker="Expected by now",
    )


def sessions_chart(report: DeliveryReport) -> Chart:
    """Sessions delivered of each course, by mode."""
    modes = [mode for mode in Mode if report.sessions_in(mode)] or [Mode.FACE_TO_FACE]
    bars: list[Bar] = []
    for course in report.courses:
        delivered = {line.mode: line.delivery.delivered for line in course.modes}
        if sum(delivered.values()):
            bars.append(Bar(course.title, tuple(delivered.get(mode, 0) for mode in modes)))
    split = ", ".join(f"{number(report.sessions_in(mode))} {MODE_LABELS[mode].lower()}" for mode in modes)
    return bar_chart(
        "sessions",
        f"Sessions delivered by course, {report.asked.year}",
        f"{number(report.delivery.delivered)} sessions: {split}.",
        bars,
        series=tuple(MODE_LABELS[mode] for mode in modes),
    )


def year_charts(report: DeliveryReport) -> list[Chart]:
    """The years side by side: sessions, attendances, and attendances per session, each on its own scale."""
    years = report.years
    first, last = years[0], years[-1]
    between = f"{first.year} to {last.year}" if len(years) > 1 else str(first.year)
    ratio = {figures.year: per_session(figures.attendances, figures.sessions) for figures in years}
    return [
        bar_chart(
            "years-sessions",
            "Sessions by year",
            f"Sessions delivered, {between}.",
            [Bar(str(figures.year), (figures.sessions,)) for figures in years],
        ),
        bar_chart(
            "years-attendances",
            "Attendances by year",
            f"Bookings attended and walk-ins, {between}.",
            [Bar(str(figures.year), (figures.attendances,)) for figures in years],
        ),
        bar_chart(
            "years-per-session",
            "Attendances per session by year",
            f"Attendances divided by sessions delivered, {between}.",
            [
                Bar(str(figures.year), (float(ratio[figures.year] or 0),), shown=ratio[figures.year] or "none")
                for figures in years
            ],
        ),
    ]
