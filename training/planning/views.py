"""Pages of the training plan at the desk: the years, one year's lines, targets by agency, the agreement."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.planning import operations, queries
from training.planning.forms import QUARTERS, AgreeForm, OpenPlanForm, RemoveLineForm, TargetsForm, line_form
from training.planning.models import PlanLine, TrainingPlan
from training.planning.years import TrainingYear
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count, day
from training.web.navigation import register_desk_section

blueprint = Blueprint("planning", __name__)
register_desk_section("Plan", "planning.desk_plans", position=60, prefixes=("/desk/plan",))

MEANWHILE = "Somebody else changed this meanwhile and nothing of yours was saved. Check it and send it again"


@blueprint.route("/desk/plan", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_plans() -> ResponseReturnValue:
    """The years with a plan, and the form to open another."""
    viewer = current_viewer()
    overviews = queries.plans(viewer)
    years = queries.years_to_open(viewer)
    form = OpenPlanForm(copy_last=bool(overviews))
    form.year.choices = {str(year): str(year) for year in years}
    if request.method == "GET" and years:
        form.year.data = str(min((year for year in years if year >= TrainingYear.of(clock.today())), default=years[-1]))
    if not overviews:
        del form.copy_last
    if form.validate_on_submit():
        year = TrainingYear.parse(form.year.data)
        try:
            operations.open_plan(viewer, year, copy_last=bool(overviews) and form.copy_last.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The plan for {year} is open.", "success")
            return redirect(url_for("planning.desk_plan", year=year))
    return render_template("planning/plans.html", overviews=overviews, years=years, form=form), form.status


@blueprint.get("/desk/plan/<string:year>")
@access.only(*DESK_ROLES)
def desk_plan(year: str) -> ResponseReturnValue:
    """One year's lines with their sums."""
    viewer = current_viewer()
    plan = _plan(year)
    lines = queries.lines_of(viewer, plan.year)
    totals = {
        "sessions": [sum(quarter) for quarter in zip(*(line.line.sessions_by_quarter for line in lines), strict=True)],
        "places": [sum(quarter) for quarter in zip(*(line.line.places_by_quarter for line in lines), strict=True)],
    }
    return render_template(
        "planning/plan.html",
        plan=plan,
        lines=lines,
        totals=totals,
        quarters=QUARTERS,
        later=queries.later_changes(viewer, plan),
    )


@blueprint.route("/desk/plan/<string:year>/add", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def add_line(year: str) -> ResponseReturnValue:
    """Put a course on the plan."""
    viewer = current_viewer()
    plan = _plan(year)
    form = line_form()
    courses = queries.courses_to_plan(viewer, plan)
    form.course.choices = {course.slug: course.title for course in courses}
    if form.validate_on_submit():
        chosen = next(course for course in courses if course.slug == form.course.data)
        try:
            operations.add_line(viewer, plan.id, chosen.id, form.facts())
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{chosen.title} is on the plan. Set its targets next.", "success")
            return redirect(url_for("planning.targets", year=plan.year, slug=chosen.slug))
    return render_template("planning/line.html", plan=plan, form=form, line=None), form.status


@blueprint.route("/desk/plan/<string:year>/<string:slug>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def change_line(year: str, slug: str) -> ResponseReturnValue:
    """Change what a line says, or go on to remove it."""
    line = _line(year, slug)
    form, stale = line_form(line), False
    if form.validate_on_submit():
        if form.is_stale(line.row_version):
            stale = True
            form.row_version.data = str(line.row_version)
            form.add_error(MEANWHILE)
        else:
            operations.change_line(current_viewer(), line.id, form.facts())
            flash(f"{line.course.title} is changed.", "success")
            return redirect(url_for("planning.desk_plan", year=line.plan.year))
    return render_template("planning/line.html", plan=line.plan, form=form, line=line, stale=stale), form.status


@blueprint.route("/desk/plan/<string:year>/<string:slug>/remove", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def remove_line(year: str, slug: str) -> ResponseReturnValue:
    """Take a line off the plan, after saying what goes with it."""
    viewer = current_viewer()
    line = _line(year, slug)
    plan_year, title = line.plan.year, line.course.title
    target = sum(queries.targets_of(viewer, line.id).values())
    form = RemoveLineForm(obj=line)
    if form.validate_on_submit():
        if form.is_stale(line.row_version):
            form.row_version.data = str(line.row_version)
            form.add_error(MEANWHILE)
        else:
            operations.remove_line(viewer, line.id)
            flash(f"{title} is off the plan for {plan_year}.", "success")
            return redirect(url_for("planning.desk_plan", year=plan_year))
    return render_template("planning/remove.html", plan=line.plan, form=form, line=line, target=target), form.status


@blueprint.route("/desk/plan/<string:year>/<string:slug>/targets", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def targets(year: str, slug: str) -> ResponseReturnValue:
    """Target attendances of a line, agency by agency."""
    viewer = current_viewer()
    line = _line(year, slug)
    present = queries.targets_of(viewer, line.id)
    agencies = [
        (agency.id, agency.code, agency.name, sector.name)
        for agency, sector in queries.agencies_with_sector(viewer)
        # One that had ended before the year has nobody to send, but a target it was given stays in sight.
        if agency.id in present or agency.ended_on is None or agency.ended_on >= line.plan.year.first_day
    ]
    form, stale = TargetsForm(obj=line), False
    if request.method == "GET":
        form.show(agencies, present)
    else:
        wanted = form.read(agencies, request.form)
        if form.validate_on_submit() and not form.failed:
            if form.is_stale(line.row_version):
                stale = True
                form.row_version.data = str(line.row_version)
                form.add_error(MEANWHILE)
            else:
                operations.set_targets(viewer, line.id, wanted)
                total = count(sum(wanted.values()), "attendance")
                flash(f"The targets of {line.course.title} add up to {total}.", "success")
                return redirect(url_for("planning.desk_plan", year=line.plan.year))
    return (
        render_template("planning/targets.html", plan=line.plan, line=line, form=form, present=present, stale=stale),
        form.status,
    )


@blueprint.route("/desk/plan/<string:year>/agree", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def agree(year: str) -> ResponseReturnValue:
    """Note the meeting at which the plan was agreed."""
    plan = _plan(year)
    form = AgreeForm(obj=plan)
    if form.validate_on_submit():
        if form.is_stale(plan.row_version):
            form.row_version.data = str(plan.row_version)
            form.add_error(MEANWHILE)
        else:
            on = form.agreed_on.data or clock.today()
            try:
                operations.agree_plan(current_viewer(), plan.id, on)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash(f"The plan for {plan.year} is agreed as of {day(on)}.", "success")
                return redirect(url_for("planning.desk_plan", year=plan.year))
    return render_template("planning/agree.html", plan=plan, form=form), form.status


def _plan(text: str) -> TrainingPlan:
    """The plan of the year in the address; 404 where there is none."""
    try:
        year = TrainingYear.parse(text)
    except ValueError:
        abort(404)
    return queries.plan_of(current_viewer(), year) or abort(404)


def _line(text: str, slug: str) -> PlanLine:
    """The line in the address; 404 where there is none."""
    try:
        year = TrainingYear.parse(text)
    except ValueError:
        abort(404)
    return queries.line_of(current_viewer(), year, slug) or abort(404)
