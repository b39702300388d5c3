"""Pages of reports: attendance by agency, and delivery, each as a page and as a file of the same rows."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.viewer import DESK_ROLES, Role
from training.planning.rules import Colour
from training.reports.figures import per_session, rounded, share
from training.reports.filters import (
    LEVEL_LABELS,
    LEVEL_WORDS,
    RECKONING_WORDS,
    Choices,
    UnknownChoice,
    choices,
    read_asked,
)
from training.reports.forms import AgencyFilters, DeliveryFilters
from training.reports.pictures import agency_chart, sessions_chart, year_charts
from training.reports.queries_agencies import agency_report
from training.reports.queries_delivery import delivery_report
from training.reports.tables import AGENCIES, DELIVERY, agency_rows, delivery_rows
from training.web import access
from training.web.access import current_viewer
from training.web.sheets import csv_download

blueprint = Blueprint("reports", __name__)
TONES = {Colour.GREEN: "good", Colour.AMBER: "waiting", Colour.RED: "problem"}


@blueprint.get("/reports/agencies")
@access.only(*DESK_ROLES, Role.VIEWER, Role.AGENCY_LEAD)
def agencies() -> ResponseReturnValue:
    """Which agencies came, against the plan?"""
    viewer = current_viewer()
    offered = choices(viewer)
    asked = read_asked(offered, request.args)
    report = agency_report(viewer, asked)
    form = AgencyFilters(request.args)
    form.offer(offered, asked)
    return render_template(
        "reports/agencies.html",
        report=report,
        asked=asked,
        form=form,
        chart=agency_chart(report) if report.rows else None,
        level=LEVEL_LABELS[asked.level],
        level_words=LEVEL_WORDS[asked.level],
        reckoning_words=RECKONING_WORDS[asked.agencies],
        other_years=_other_years(offered, str(asked.year)),
        until=min(clock.today(), asked.year.last_day),
        tones=TONES,
        rounded=rounded,
    )


@blueprint.get("/reports/agencies.csv")
@access.only(*DESK_ROLES, Role.VIEWER, Role.AGENCY_LEAD)
def agencies_csv() -> ResponseReturnValue:
    """The rows of the agency report as a file."""
    viewer = current_viewer()
    asked = read_asked(choices(viewer), request.args)
    return csv_download(f"agencies-{asked.year}.csv", AGENCIES, agency_rows(agency_report(viewer, asked)))


@blueprint.get("/reports/delivery")
@access.only(*DESK_ROLES, Role.VIEWER)
def delivery() -> ResponseReturnValue:
    """What ran, against the plan, and year on year?"""
    viewer = current_viewer()
    offered = choices(viewer)
    asked = read_asked(offered, request.args)
    report = delivery_report(viewer, asked, offered)
    form = DeliveryFilters(request.args)
    form.offer(offered, asked)
    return render_template(
        "reports/delivery.html",
        report=report,
        asked=asked,
        form=form,
        chart=sessions_chart(report) if report.delivery.delivered else None,
        year_charts=year_charts(report),
        other_years=_other_years(offered, str(asked.year)),
        until=min(clock.today(), asked.year.last_day),
        tones=TONES,
        rounded=rounded,
        share=share,
        per_session=per_session,
    )


@blueprint.get("/reports/delivery.csv")
@access.only(*DESK_ROLES, Role.VIEWER)
def delivery_csv() -> ResponseReturnValue:
    """The rows of the delivery report as a file."""
    viewer = current_viewer()
    offered = choices(viewer)
    asked = read_asked(offered, request.args)
    rows = delivery_rows(delivery_report(viewer, asked, offered))
    return csv_download(f"delivery-{asked.year}.csv", DELIVERY, rows)


def _other_years(offered: Choices, year: str) -> list[str]:
    return [str(other) for other in offered.years if str(other) != year]


@blueprint.errorhandler(UnknownChoice)
def unknown_choice(unknown: UnknownChoice) -> ResponseReturnValue:
    """The page for something asked for in the address that is not known: it names what is."""
    arguments = {name: value for name, value in request.args.items() if name != unknown.argument}
    page = request.path.removesuffix(".csv")
    return render_template("reports/unknown.html", unknown=unknown, arguments=arguments, page=page), 404
