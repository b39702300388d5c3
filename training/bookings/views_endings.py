"""Pages for ending an agency: merged into another or closed, shown first and done as shown, and taken back."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.blueprint import agency_or_404
from training.agencies.models import Agency
from training.bookings import operations_endings as endings
from training.bookings.blueprint import blueprint
from training.bookings.forms_agencies import ApplyForm, BringBackForm, EndingForm, MergingForm
from training.bookings.queries_endings import ending_of
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/agencies/<string:code>/merge", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def merge_agency(code: str) -> ResponseReturnValue:
    """Merge an agency into a successor: choose, see what will happen, do it."""
    agency = _going_on(code)
    form = MergingForm(request.args)
    form.offer(endings.agencies_to_merge_into(current_viewer(), agency))
    if not request.args:
        return render_template("bookings/agency_merge.html", agency=agency, form=form)
    if not form.validate() or form.last_on.data is None:
        return render_template("bookings/agency_merge.html", agency=agency, form=form), 400
    successor = db.session.get_one(Agency, form.successor.data)
    return _ending(agency, successor, form.last_on.data, leads_go_on=form.leads.data == "go-on")


@blueprint.route("/desk/agencies/<string:code>/end", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def end_agency(code: str) -> ResponseReturnValue:
    """End an agency that has closed: see what will happen, do it."""
    agency = _going_on(code)
    form = EndingForm(request.args)
    if not request.args:
        return render_template("bookings/agency_end.html", agency=agency, form=form)
    if not form.validate() or form.last_on.data is None:
        return render_template("bookings/agency_end.html", agency=agency, form=form), 400
    return _ending(agency, None, form.last_on.data, leads_go_on=False)


@blueprint.route("/desk/agencies/<string:code>/bring-back", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def bring_back_agency(code: str) -> ResponseReturnValue:
    """Take the ending of an agency back, if nothing of it has changed since."""
    viewer, agency = current_viewer(), agency_or_404(code)
    batch = endings.ending_to_undo(viewer, agency.id)
    form = BringBackForm()
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                endings.bring_back(viewer, agency.id, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash(f"{agency.name} is an agency of its own again, and all that went with its end is back.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("bookings/agency_back.html", agency=agency, form=form, batch=batch), form.status


def _ending(agency: Agency, successor: Agency | None, last_on: date, *, leads_go_on: bool) -> ResponseReturnValue:
    """What would happen, with the button that does it; the fingerprint of what was shown goes with the form."""
    viewer = current_viewer()
    form = ApplyForm()
    if form.validate_on_submit():
        try:
            done = endings.end_agency(
                viewer, agency.id, successor.id if successor else None, last_on, reason=form.reason.data,
                leads_go_on=leads_go_on, seen=form.seen.data,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            where = f"merged into {successor.name}" if successor else "ended"
            people = "1 person" if done.people == 1 else f"{done.people} people"
            flash(f"{agency.name} is {where}: {people}, {done.coming} coming bookings.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    ending = ending_of(viewer, agency, successor, last_on)
    form.seen.data = ending.fingerprint
    return render_template(
        "bookings/agency_ending.html",
        agency=agency,
        successor=successor,
        last_on=last_on,
        leads_go_on=leads_go_on,
        ending=ending,
        form=form,
        again=url_for(f"bookings.{'merge' if successor else 'end'}_agency", code=agency.code),
    ), form.status


def _going_on(code: str) -> Agency:
    agency = agency_or_404(code)
    if agency.ended_on is not None:
        abort(404)
    return agency
