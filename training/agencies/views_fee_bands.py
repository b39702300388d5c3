"""Pages of the partnership's fee bands at the desk."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies import operations_membership, queries_periods
from training.agencies.blueprint import blueprint
from training.agencies.forms_periods import FeeBandForm
from training.core.refusal import Refused
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/agencies/fee-bands", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def fee_bands() -> ResponseReturnValue:
    """All fee bands with their members, and the form to add one."""
    viewer = current_viewer()
    form = FeeBandForm()
    if form.validate_on_submit():
        try:
            operations_membership.add_fee_band(viewer, form.name.data, form.note.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The fee band {form.name.data} is added.", "success")
            return redirect(url_for("agencies.fee_bands"))
    bands = queries_periods.fee_bands_with_counts(viewer)
    return render_template("agencies/fee_bands.html", form=form, bands=bands), form.status


@blueprint.route("/desk/agencies/fee-bands/<int:number>", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def edit_fee_band(number: int) -> ResponseReturnValue:
    """Rename a fee band, or say better what it means; `number` is its place in the list, from one."""
    viewer = current_viewer()
    listed = queries_periods.fee_bands(viewer)
    if not 1 <= number <= len(listed):
        abort(404)
    band = listed[number - 1]
    form = FeeBandForm(obj=band)
    if form.validate_on_submit():
        try:
            operations_membership.change_fee_band(viewer, band, form.name.data, form.note.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The fee band {band.name} is saved.", "success")
            return redirect(url_for("agencies.fee_bands"))
    return render_template("agencies/fee_band.html", form=form), form.status
