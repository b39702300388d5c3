"""The desk's list of courses: courses to look through, add, change, make live and retire."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.blueprint import blueprint
from training.catalogue.forms import AS_THEIR_AGENCY, CourseFilterForm, CourseForm
from training.catalogue.models import (
    AGREEMENT_LABELS,
    COURSE_KIND_LABELS,
    COURSE_STATUS_LABELS,
    MODE_LABELS,
    Course,
    CourseKind,
    Mode,
)
from training.catalogue.operations import (
    add_course,
    change_course,
    make_live,
    missing_of,
    retire_course,
    set_outcomes,
)
from training.catalogue.queries import CourseFilters, course_by_slug, courses
from training.catalogue.queries_conditions import conditions_of, requirements_of
from training.core import clock
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES, Viewer
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

register_desk_section("Courses", "catalogue.desk_courses", position=30, prefixes=("/desk/courses", "/desk/priorities"))

OF_THEIR_AGENCY = "As the agency of whoever books, or the partnership, has it"
DEFAULTS = {
    "kind": CourseKind.COURSE,
    "mode": Mode.FACE_TO_FACE,
    "capacity": 25,
    "minimum": 8,
    "agreement": AS_THEIR_AGENCY,
    "valid_months": 36,
    "is_participatory": True,
    "is_multi_agency": True,
}


@dataclass(frozen=True)
class CourseSection:
    """A part of the page of one course at the desk: its heading, and what makes its HTML for a viewer and a course."""

    heading: str
    template: str
    context: Callable[[Viewer, int], dict[str, object]]


_sections: list[CourseSection] = []


def register_course_section(heading: str, template: str, context: Callable[[Viewer, int], dict[str, object]]) -> None:
    """Add a part to the desk's page of one course, once, when its stage is imported.

    `template` is included with the values that `context(viewer, course_id)` returns as `section`.
    """
    if any(section.template == template for section in _sections):
        raise ValueError(f"the section {template} is already known")
    _sections.append(CourseSection(heading, template, context))


@blueprint.get("/desk/courses")
@access.only(*DESK_ROLES)
def desk_courses() -> ResponseReturnValue:
    """Which courses do we have, and which are live?"""
    form = CourseFilterForm(request.args)
    form.validate()
    filters = CourseFilters(
        words=form.words.data,
        kind=None if form.kind.errors else form.kind.data,
        status=None if form.status.errors else form.status.data,
    )
    page = render_template(
        "catalogue/courses.html",
        form=form,
        page=paged(courses(current_viewer(), filters), page_asked_for()),
        is_filtered=filters != CourseFilters(),
        kinds=COURSE_KIND_LABELS,
        modes=MODE_LABELS,
        statuses=COURSE_STATUS_LABELS,
    )
    return page, 400 if form.failed else 200


@blueprint.get("/desk/courses/<string:slug>")
@access.only(*DESK_ROLES)
def desk_course(slug: str) -> ResponseReturnValue:
    """What does the catalogue say of this course, and what is next?"""
    viewer, course = current_viewer(), _course(slug)
    return render_template(
        "catalogue/course.html",
        course=course,
        missing=missing_of(course),
        kinds=COURSE_KIND_LABELS,
        modes=MODE_LABELS,
        statuses=COURSE_STATUS_LABELS,
        agreement=AGREEMENT_LABELS[course.agreement] if course.agreement else OF_THEIR_AGENCY,
        conditions=conditions_of(viewer, course.id),
        requirements=requirements_of(viewer, course.id),
        sections=[(section, section.context(viewer, course.id)) for section in _sections],
        today=clock.today(),
    )


@blueprint.route("/desk/courses/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_course() -> ResponseReturnValue:
    """Add a course, as a draft."""
    viewer = current_viewer()
    form = CourseForm(data=DEFAULTS)
    form.offer(viewer)
    if form.validate_on_submit():
        try:
            course = add_course(viewer, form.details)
            set_outcomes(viewer, course.id, form.outcome_texts)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"“{course.title}” is added as a draft. Make it live when it is ready.", "success")
            return redirect(url_for("catalogue.desk_course", slug=course.slug))
    return render_template("catalogue/course_form.html", form=form, course=None, differences=[]), form.status


@blueprint.route("/desk/courses/<string:slug>/edit", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_course(slug: str) -> ResponseReturnValue:
    """Change what the catalogue says of a course."""
    viewer = current_viewer()
    course = _course(slug)
    form = _form_of(course)
    differences: list[Difference] = []
    if form.validate_on_submit():
        lock_row(Course, course.id)
        if form.is_stale(course.row_version):
            differences = refuse_stale(form, _form_of(course, unsent=True), "this course")
        else:
            try:
                change_course(viewer, course.id, form.details)
                was = course.edition.number
                edition = set_outcomes(viewer, course.id, form.outcome_texts)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                said = (
                    f" Edition {edition.number} begins: sessions published from now on use it."
                    if edition.number > was
                    else ""
                )
                flash(f"The course is changed.{said}", "success")
                return redirect(url_for("catalogue.desk_course", slug=course.slug))
    page = render_template("catalogue/course_form.html", form=form, course=course, differences=differences)
    return page, form.status


@blueprint.post("/desk/courses/<string:slug>/live")
@access.only(*DESK_ROLES)
def live(slug: str) -> ResponseReturnValue:
    """Show a course in the programme."""
    course = make_live(current_viewer(), _course(slug).id)
    flash(f"“{course.title}” is live. People find it in the programme.", "success")
    return redirect(url_for("catalogue.desk_course", slug=slug))


@blueprint.post("/desk/courses/<string:slug>/retire")
@access.only(*DESK_ROLES)
def retire(slug: str) -> ResponseReturnValue:
    """Take a course out of the programme."""
    course = retire_course(current_viewer(), _course(slug).id)
    flash(f"“{course.title}” is retired. Sessions that are published still run.", "success")
    return redirect(url_for("catalogue.desk_course", slug=slug))


def _course(slug: str) -> Course:
    return course_by_slug(current_viewer(), slug) or abort(404)


def _form_of(course: Course, *, unsent: bool = False) -> CourseForm:
    data = {
        name: getattr(course, name)
        for name in (
            "title", "code", "kind", "summary", "aims", "mode", "hours", "capacity", "minimum", "valid_months",
            "is_participatory", "is_multi_agency", "row_version",
        )
    }  # fmt: skip
    data["agreement"] = course.agreement or AS_THEIR_AGENCY
    data["priority"] = course.priority_id
    data["audience"] = [group.id for group in course.audience]
    data["outcomes"] = "\n".join(statement.text for statement in course.edition.outcomes)
    form = CourseForm(formdata=None, data=data) if unsent else CourseForm(data=data)
    form.offer(current_viewer(), course)
    return form
