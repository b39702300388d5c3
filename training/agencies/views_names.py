"""Pages of an agency's other names and statutory duties at the desk."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies import operations_names, queries
from training.agencies.blueprint import MEANWHILE, agency_or_404, blueprint
from training.agencies.forms_names import AliasForm, DutiesForm
from training.core.refusal import Refused
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/agencies/<string:code>/names", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def names(code: str) -> ResponseReturnValue:
    """The other names of an agency, and the form to add one."""
    viewer, agency = current_viewer(), agency_or_404(code)
    form = AliasForm()
    if form.validate_on_submit():
        try:
            operations_names.add_alias(viewer, agency, form.name.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{agency.name} is also found as {form.name.data}.", "success")
            return redirect(url_for("agencies.names", code=agency.code))
    others = queries.aliases_of(viewer, agency)
    return render_template("agencies/names.html", form=form, agency=agency, names=others), form.status


@blueprint.post("/desk/agencies/<string:code>/names/<int:number>/remove")
@access.only(Role.OFFICER)
def remove_name(code: str, number: int) -> ResponseReturnValue:
    """Forget another name; `number` is its place in the list, from one."""
    viewer, agency = current_viewer(), agency_or_404(code)
    others = queries.aliases_of(viewer, agency)
    if not 1 <= number <= len(others):
        abort(404)
    alias = others[number - 1]
    operations_names.remove_alias(viewer, alias)
    flash(f"{agency.name} is no longer found as {alias.name}.", "success")
    return redirect(url_for("agencies.names", code=agency.code))


@blueprint.route("/desk/agencies/<string:code>/duties", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def duties(code: str) -> ResponseReturnValue:
    """What the law asks of an agency."""
    viewer, agency = current_viewer(), agency_or_404(code)
    form = DutiesForm(data={"duties": queries.duties_of(viewer, agency), "row_version": agency.row_version})
    if form.validate_on_submit():
        if form.is_stale(agency.row_version):
            form.add_error(MEANWHILE)
        else:
            operations_names.set_duties(viewer, agency, form.duties.data)
            flash(f"The duties of {agency.name} are saved.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("agencies/duties.html", form=form, agency=agency), form.status
