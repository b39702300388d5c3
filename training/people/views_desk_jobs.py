"""Pages of a person’s jobs and roles at the desk."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, ROLE_LABELS, Role
from training.people import operations_jobs, operations_roles, queries
from training.people.blueprint import blueprint
from training.people.forms import DeskJobForm, EndForm, RoleForm
from training.people.forms_people import PeriodForm
from training.people.models import Person
from training.people.rules import grantable_roles, may_grant
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer
from training.web.fields import Choice


@blueprint.route("/desk/people/<string:ref>/jobs/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_job(ref: str) -> ResponseReturnValue:
    """Add a job; those there are go on."""
    viewer, person = current_viewer(), person_or_404(ref)
    form = DeskJobForm(data={"from_on": clock.today()})
    form.offer(viewer)
    form.speak_of_somebody_else()
    if form.validate_on_submit() and form.from_on.data is not None:
        try:
            operations_jobs.add_employment(viewer, person, form.job(form.staff_number.data), form.from_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The job is added.", "success")
            return _back_to(person)
    return render_template("people/desk_job.html", form=form, person=person, employment=None), form.status


@blueprint.route("/desk/people/<string:ref>/jobs/<int:number>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_job(ref: str, number: int) -> ResponseReturnValue:
    """Put a job right, or settle which agency it is at."""
    viewer, person = current_viewer(), person_or_404(ref)
    employment = queries.employment_numbered(viewer, person.id, number)
    if employment is None:
        abort(404)
    form = DeskJobForm(data={"from_on": employment.from_on, "staff_number": employment.staff_number})
    form.offer(viewer, employment.agency_id)
    form.speak_of_somebody_else()
    # The first day is history: an employment that began on another day is another employment.
    del form.from_on
    if not form.is_submitted():
        form.show(employment)
    elif form.validate():
        try:
            operations_jobs.change_employment(viewer, employment, form.job(form.staff_number.data))
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The job is saved.", "success")
            return _back_to(person)
    return render_template("people/desk_job.html", form=form, person=person, employment=employment), form.status


@blueprint.route("/desk/people/<string:ref>/jobs/<int:number>/period", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def correct_period(ref: str, number: int) -> ResponseReturnValue:
    """Put the first and last day of a job right, with the reason."""
    viewer, person = current_viewer(), person_or_404(ref)
    employment = queries.employment_numbered(viewer, person.id, number)
    if employment is None:
        abort(404)
    form = PeriodForm(data={"from_on": employment.from_on, "to_on": employment.to_on})
    if form.validate_on_submit() and form.from_on.data is not None:
        try:
            operations_jobs.correct_period(viewer, employment, form.from_on.data, form.to_on.data, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The days of the job are put right.", "success")
            return _back_to(person)
    return render_template("people/job_period.html", form=form, person=person, employment=employment), form.status


@blueprint.route("/desk/people/<string:ref>/jobs/<int:number>/end", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def end_job(ref: str, number: int) -> ResponseReturnValue:
    """End a job."""
    viewer, person = current_viewer(), person_or_404(ref)
    employment = queries.employment_numbered(viewer, person.id, number)
    if employment is None:
        abort(404)
    form = EndForm(data={"last_on": clock.today()})
    if form.validate_on_submit() and form.last_on.data is not None:
        try:
            operations_jobs.end_employment(viewer, employment, form.last_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The job is ended. What was done in it stays.", "success")
            return _back_to(person)
    what = f"the job at {employment.agency.name if employment.agency else employment.agency_named}"
    return render_template("people/end.html", form=form, person=person, what=what), form.status


@blueprint.route("/desk/people/<string:ref>/roles/new", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def new_role(ref: str) -> ResponseReturnValue:
    """Give a role."""
    viewer, person = current_viewer(), person_or_404(ref)
    form = RoleForm(data={"from_on": clock.today()})
    form.role.choices = {role.value: ROLE_LABELS[role] for role in grantable_roles(viewer)}
    form.agency.choices = [Choice(str(key), name) for key, name in agency_choices(viewer)]
    if form.validate_on_submit():
        role = Role(form.role.data)
        try:
            operations_roles.grant_role(
                viewer,
                person,
                role,
                form.agency.data,
                form.from_on.data,
                form.to_on.data,
                is_deputy=form.is_deputy.data,
            )
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{person.name} has the role {ROLE_LABELS[role].lower()}.", "success")
            return _back_to(person)
    return render_template("people/new_role.html", form=form, person=person), form.status


@blueprint.route("/desk/people/<string:ref>/roles/<int:number>/end", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def end_role(ref: str, number: int) -> ResponseReturnValue:
    """End a role."""
    viewer, person = current_viewer(), person_or_404(ref)
    grant = next((held.grant for held in queries.grants_of(viewer, person.id) if held.number == number), None)
    if grant is None:
        abort(404)
    if not may_grant(viewer, grant.role):
        abort(403)
    form = EndForm(data={"last_on": clock.today()})
    if form.validate_on_submit() and form.last_on.data is not None:
        try:
            operations_roles.end_role(viewer, grant, form.last_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The role is ended.", "success")
            return _back_to(person)
    what = f"the role {ROLE_LABELS[grant.role].lower()}"
    return render_template("people/end.html", form=form, person=person, what=what), form.status


def _back_to(person: Person) -> ResponseReturnValue:
    return redirect(url_for("people.desk_person", ref=person.ref))
