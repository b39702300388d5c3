"""The desk's pages of the pool: everybody in it, one trainer, and what they may teach."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.queries import courses_by_code
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.models import Person
from training.pool.blueprint import blueprint
from training.pool.forms import MayTeachForm, NewCourseForm, PoolFilterForm, values_of_course
from training.pool.operations_courses import allow_no_more, allow_to_teach, change_what_they_teach
from training.pool.queries_people import counts_of, courses_of, pool, workplaces
from training.pool.queries_profile import course_row, courses_taught_by, has_taught, teaches_next, trainer_by_ref
from training.schedule.models import TRAINER_PART_LABELS, TrainerCourse
from training.schedule.reach import is_trainer
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

register_desk_section("Trainers", "pool.desk_trainers", position=45, prefixes=("/desk/trainers",))


@blueprint.get("/desk/trainers")
@access.only(*DESK_ROLES)
def desk_trainers() -> ResponseReturnValue:
    """The training pool by name: what each may teach, where they work, when they last taught."""
    viewer = current_viewer()
    filters = PoolFilterForm(request.args)
    filters.offer(viewer)
    valid = filters.validate()
    page = paged(pool(viewer, filters.filters), page_asked_for())
    ids = [row.id for row in page.rows]
    return render_template(
        "pool/trainers.html",
        page=page,
        filters=filters,
        form=filters,
        places=workplaces(viewer, ids),
        counts=counts_of(viewer, ids),
        courses=courses_of(viewer, ids),
    ), 200 if valid else 400


@blueprint.get("/desk/trainers/<string:ref>")
@access.only(*DESK_ROLES)
def desk_trainer(ref: str) -> ResponseReturnValue:
    """One trainer: which courses they may teach, what they have taught and what they teach next."""
    viewer, person = current_viewer(), _trainer(ref)
    return render_template(
        "pool/trainer.html",
        person=person,
        is_trainer=is_trainer(person.id),
        place=workplaces(viewer, [person.id]).get(person.id),
        courses=courses_taught_by(viewer, person.id),
        coming=teaches_next(viewer, person.id),
        taught=has_taught(viewer, person.id),
        counts=counts_of(viewer, [person.id]).get(person.id),
        part_labels=TRAINER_PART_LABELS,
    )


@blueprint.route("/desk/trainers/<string:ref>/courses/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_trainer_course(ref: str) -> ResponseReturnValue:
    """Note a course that a trainer may teach."""
    viewer, person = current_viewer(), _trainer(ref)
    known = {course.code for course in courses_taught_by(viewer, person.id)}
    courses = {code: course for code, course in courses_by_code(viewer).items() if code not in known}
    form = NewCourseForm(data={"since_on": clock.today(), "course": request.args.get("course", "")})
    form.offer({code: title for code, (_, title) in courses.items()})
    if form.validate_on_submit():
        key, title = courses[form.course.data]
        try:
            allow_to_teach(
                viewer, person.id, key, form.since_on.data or clock.today(), form.observed_on.data, form.note.data
            )
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{person.name} may teach {title}.", "success")
            return redirect(url_for("pool.desk_trainer", ref=person.ref))
    return render_template("pool/course.html", form=form, person=person, row=None, differences=[]), form.status


@blueprint.route("/desk/trainers/<string:ref>/courses/<string:code>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def change_trainer_course(ref: str, code: str) -> ResponseReturnValue:
    """Put right since when a trainer may teach a course, and when they were last observed."""
    viewer, person = current_viewer(), _trainer(ref)
    row = _course(person, code)
    form = MayTeachForm(data=values_of_course(row))
    differences: list[Difference] = []
    if form.validate_on_submit():
        if form.is_stale(row.row_version):
            present = MayTeachForm(formdata=None, data=values_of_course(row))
            differences = refuse_stale(form, present, "what they may teach")
        else:
            try:
                change_what_they_teach(
                    viewer, row.id, form.since_on.data or row.since_on, form.observed_on.data, form.note.data
                )
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash(f"Saved for {row.course.title}.", "success")
                return redirect(url_for("pool.desk_trainer", ref=person.ref))
    return render_template("pool/course.html", form=form, person=person, row=row, differences=differences), form.status


@blueprint.post("/desk/trainers/<string:ref>/courses/<string:code>/remove")
@access.only(*DESK_ROLES)
def remove_trainer_course(ref: str, code: str) -> ResponseReturnValue:
    """Take away that a trainer may teach a course; sessions they are on stay as they are."""
    person = _trainer(ref)
    row = _course(person, code)
    title = row.course.title
    allow_no_more(current_viewer(), row.id)
    flash(f"{person.name} is no longer noted for {title}. Sessions they are on stay as they are.", "success")
    return redirect(url_for("pool.desk_trainer", ref=person.ref))


def _trainer(ref: str) -> Person:
    return trainer_by_ref(current_viewer(), ref) or abort(404)


def _course(person: Person, code: str) -> TrainerCourse:
    return course_row(current_viewer(), person.id, code) or abort(404)
