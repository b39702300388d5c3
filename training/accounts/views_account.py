"""One’s own account: details, jobs, where to change the password."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.accounts.blueprint import blueprint
from training.accounts.views_addresses import SENT
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.people import operations, operations_jobs
from training.people.forms import DetailsForm, MoveForm
from training.people.mail_agency import agency_of
from training.people.models import STANDING_LABELS, AddressClaim, Person
from training.people.operations_claims import claim_address
from training.people.operations_listed import answer_own_list
from training.people.queries import employment_numbered, jobs_of
from training.web import access
from training.web.access import current_viewer

MEANWHILE = "Somebody else changed this meanwhile. Nothing of yours was saved. Check what it says now"


@blueprint.get("/my/account")
@access.signed_in
def account() -> ResponseReturnValue:
    """What is known about the person who is signed in."""
    person = _myself()
    jobs = jobs_of(current_viewer(), person.id)
    return render_template(
        "accounts/account.html", person=person, jobs=jobs, today=clock.today(), standing_labels=STANDING_LABELS
    )


@blueprint.route("/my/account/details", methods=["GET", "POST"])
@access.signed_in
def account_details() -> ResponseReturnValue:
    """Change one’s names and telephone."""
    person = _myself()
    form = DetailsForm(obj=person)
    if form.validate_on_submit():
        if form.is_stale(person.row_version):
            form.add_error(MEANWHILE)
        else:
            wanted = {name: form[name].data for name in ("given_name", "family_name", "telephone")}
            try:
                operations.change_person(current_viewer(), person, wanted)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash("Your details are saved.", "success")
                return redirect(url_for("accounts.account"))
    return render_template("accounts/account_details.html", form=form), form.status


@blueprint.route("/my/account/jobs/new", methods=["GET", "POST"])
@access.signed_in
def account_new_job() -> ResponseReturnValue:
    """Add a job one has besides the others."""
    person = _myself()
    form = MoveForm()
    form.offer(current_viewer())
    form.from_on.label.text = "First day"
    form.from_on.description = "Leave it empty if it is today."
    del form.new_address
    if form.validate_on_submit():
        try:
            operations_jobs.add_employment(current_viewer(), person, form.job(), form.from_on.data or clock.today())
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("Your job is added.", "success")
            return redirect(url_for("accounts.account"))
    return render_template("accounts/account_job.html", form=form, employment=None), form.status


@blueprint.post("/my/account/jobs/<int:number>/list/<any(yes, no):answer>")
@access.signed_in
def answer_list(number: int, answer: str) -> ResponseReturnValue:
    """Whether one works at an agency whose staff list says so."""
    employment = employment_numbered(current_viewer(), _myself().id, number)
    if employment is None:
        abort(404)
    try:
        answer_own_list(current_viewer(), employment.id, works_there=answer == "yes")
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        place = agency_of(employment)
        flash(f"You are {'' if answer == 'yes' else 'not '}on the list of {place}.", "success")
    return redirect(url_for("accounts.account"))


@blueprint.route("/my/account/jobs/<int:number>", methods=["GET", "POST"])
@access.signed_in
def account_job(number: int) -> ResponseReturnValue:
    """Change one’s job: role and manager as they are, or a move to another agency."""
    person = _myself()
    employment = employment_numbered(current_viewer(), person.id, number)
    if employment is None or not employment.is_current(clock.today()):
        abort(404)
    form = MoveForm()
    form.offer(current_viewer())
    if not form.is_submitted():
        form.show(employment)
    elif form.validate():
        job = form.job(employment.staff_number)
        moved = (job.agency_id, job.agency_named) != (employment.agency_id, employment.agency_named)
        try:
            if moved:
                operations_jobs.move_agency(current_viewer(), employment, job, form.from_on.data or clock.today())
            else:
                operations_jobs.change_employment(current_viewer(), employment, job)
            claimed = _claimed(person, form.new_address.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(
                "Your move is noted. What you did before stays as it was." if moved else "Your job is saved.", "success"
            )
            if claimed is not None:
                flash(SENT.format(claimed.address), "success")
            return redirect(url_for("accounts.account"))
    return render_template("accounts/account_job.html", form=form, employment=employment), form.status


def _claimed(person: Person, address: str) -> AddressClaim | None:
    """Write to the address at the new agency, if one was given that is not known; its link makes it the main one."""
    if not address or any(row.address == address.strip().lower() for row in person.addresses):
        return None
    try:
        return claim_address(current_viewer(), person, address, becomes_primary=True)
    except Refused as refusal:
        raise Refused(refusal.sentence, "new_address") from refusal


def _myself() -> Person:
    return db.session.get_one(Person, current_viewer().person_id)
