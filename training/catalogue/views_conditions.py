"""The desk's pages on the conditions of a course: what comes before it, what it counts as, and who must do it."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.blueprint import blueprint
from training.catalogue.forms_conditions import EVERY, ONCE, OtherCourseForm, RequirementForm
from training.catalogue.models import Course, CourseStatus, Requirement
from training.catalogue.operations_conditions import (
    add_before,
    add_equivalent,
    add_requirement,
    change_requirement,
    remove_requirement,
    take_before,
    take_equivalent,
)
from training.catalogue.queries import course_by_code, course_by_slug, courses_by_code
from training.catalogue.queries_conditions import Conditions, conditions_of, requirement_of
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES, Viewer
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.forms import Form


@blueprint.route("/desk/courses/<string:slug>/before", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def before(slug: str) -> ResponseReturnValue:
    """Say what somebody should have done before they come."""
    course = _course(slug)
    found = conditions_of(current_viewer(), course.id)
    taken = [first.code for first, _ in found.before]
    return _choose(course, found, taken, add_before, "catalogue/before.html", "comes before this course now")


@blueprint.post("/desk/courses/<string:slug>/before/<string:code>/delete")
@access.only(*DESK_ROLES)
def delete_before(slug: str, code: str) -> ResponseReturnValue:
    """Say that a course no longer comes before another."""
    return _take(_course(slug), code, take_before, "catalogue.before", "no longer comes before this course")


@blueprint.route("/desk/courses/<string:slug>/counts-as", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def counts_as(slug: str) -> ResponseReturnValue:
    """Say in place of which courses this one is accepted."""
    course = _course(slug)
    found = conditions_of(current_viewer(), course.id)
    taken = [other.code for other in found.counts_as]
    return _choose(course, found, taken, add_equivalent, "catalogue/counts_as.html", "is what this course counts as")


@blueprint.post("/desk/courses/<string:slug>/counts-as/<string:code>/delete")
@access.only(*DESK_ROLES)
def delete_counts_as(slug: str, code: str) -> ResponseReturnValue:
    """Say that a course no longer counts as another."""
    return _take(_course(slug), code, take_equivalent, "catalogue.counts_as", "is no longer what this course counts as")


@blueprint.route("/desk/courses/<string:slug>/requirements/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_requirement(slug: str) -> ResponseReturnValue:
    """Say who must do a course, and where that is written."""
    viewer, course = current_viewer(), _course(slug)
    form = RequirementForm()
    form.offer(viewer)
    if form.validate_on_submit():
        try:
            add_requirement(viewer, course.id, form.details)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("It is said who must do this course. People read it before they book.", "success")
            return redirect(url_for("catalogue.desk_course", slug=course.slug))
    return _requirement_page(course, None, form, [])


@blueprint.route("/desk/courses/<string:slug>/requirements/<int:requirement_id>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_requirement(slug: str, requirement_id: int) -> ResponseReturnValue:
    """Change who must do a course, or say until when they must."""
    viewer, course = current_viewer(), _course(slug)
    requirement = requirement_of(viewer, course.id, requirement_id) or abort(404)
    form = _form_of(viewer, requirement)
    differences: list[Difference] = []
    if form.validate_on_submit():
        lock_row(Requirement, requirement.id)
        if form.is_stale(requirement.row_version):
            differences = refuse_stale(form, _form_of(viewer, requirement, unsent=True), "this requirement")
        else:
            try:
                change_requirement(viewer, requirement.id, form.details)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash("The requirement is changed.", "success")
                return redirect(url_for("catalogue.desk_course", slug=course.slug))
    return _requirement_page(course, requirement, form, differences)


@blueprint.post("/desk/courses/<string:slug>/requirements/<int:requirement_id>/delete")
@access.only(*DESK_ROLES)
def delete_requirement(slug: str, requirement_id: int) -> ResponseReturnValue:
    """Take away a requirement that was a mistake."""
    viewer, course = current_viewer(), _course(slug)
    requirement = requirement_of(viewer, course.id, requirement_id)
    if Form().validate_on_submit() and requirement is not None:
        remove_requirement(viewer, requirement.id)
        flash("The requirement is taken away.", "success")
    return redirect(url_for("catalogue.desk_course", slug=course.slug))


def _course(slug: str) -> Course:
    return course_by_slug(current_viewer(), slug) or abort(404)


def _choose(
    course: Course,
    found: Conditions,
    taken: list[str],
    add: Callable[[Viewer, int, int], None],
    template: str,
    now: str,
) -> ResponseReturnValue:
    """The page on which another course is chosen; what is chosen already, and the course itself, is not on offer."""
    viewer, form = current_viewer(), OtherCourseForm()
    form.course.choices = {
        code: title for code, (_, title) in courses_by_code(viewer).items() if code not in {*taken, course.code}
    }
    if form.validate_on_submit():
        other = course_by_code(viewer, form.course.data) or abort(404)
        try:
            if other.status is CourseStatus.DRAFT:
                raise Refused(f"“{other.title}” is a draft. Make it live first", "course")
            add(viewer, course.id, other.id)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"“{other.title}” {now}.", "success")
            return redirect(url_for("catalogue.desk_course", slug=course.slug))
    return render_template(template, course=course, found=found, form=form), form.status


def _take(
    course: Course, code: str, take: Callable[[Viewer, int, int], None], endpoint: str, now: str
) -> ResponseReturnValue:
    viewer = current_viewer()
    other = course_by_code(viewer, code) or abort(404)
    if Form().validate_on_submit():
        take(viewer, course.id, other.id)
        flash(f"“{other.title}” {now}.", "success")
    return redirect(url_for(endpoint, slug=course.slug))


def _requirement_page(
    course: Course, requirement: Requirement | None, form: RequirementForm, differences: list[Difference]
) -> ResponseReturnValue:
    return render_template(
        "catalogue/requirement_form.html", course=course, requirement=requirement, form=form, differences=differences
    ), form.status


def _form_of(viewer: Viewer, requirement: Requirement, *, unsent: bool = False) -> RequirementForm:
    data = {
        name: getattr(requirement, name)
        for name in ("job_role", "every_months", "source", "from_on", "to_on", "row_version")
    }
    data["workforce_group"] = requirement.workforce_group_id
    data["often"] = ONCE if requirement.every_months is None else EVERY
    form = RequirementForm(formdata=None, data=data) if unsent else RequirementForm(data=data)
    form.offer(viewer)
    return form
