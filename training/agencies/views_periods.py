"""Pages of where an agency stood and when it was a member, at the desk: from a day on, or put right."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies import operations_membership, operations_tree, queries, queries_periods
from training.agencies.blueprint import MEANWHILE, agency_or_404, blueprint
from training.agencies.forms_periods import (
    CorrectMembershipForm,
    CorrectParentForm,
    EndMembershipForm,
    MembershipForm,
    MoveForm,
    RemoveForm,
)
from training.agencies.models import Agency, AgencyMembership, AgencyParent, FeeBand
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/agencies/<string:code>/parent", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def move(code: str) -> ResponseReturnValue:
    """Let an agency stand elsewhere from a day on: a school joins a trust, a team changes departments."""
    viewer, agency = current_viewer(), agency_or_404(code)
    present = operations_tree.current_parent(agency.id)
    present_id = present.parent_id if present else None
    form = MoveForm(data={"parent": present_id, "parent_from": clock.today(), "row_version": agency.row_version})
    form.offer(viewer, agency.id, present_id)
    if form.validate_on_submit() and form.parent_from.data is not None:
        parent = db.session.get_one(Agency, form.parent.data) if form.parent.data is not None else None
        try:
            moved = operations_tree.set_parent(viewer, agency, parent, form.parent_from.data, form.reason.data or None)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            where = f"stands below {parent.name}" if parent else "stands at the top"
            flash(f"{agency.name} {where}{'' if moved else ' already'}.", "success")
            return _back_to(agency)
    return render_template("agencies/move.html", form=form, agency=agency), form.status


@blueprint.route("/desk/agencies/<string:code>/parent/<int:number>", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def correct_parent(code: str, number: int) -> ResponseReturnValue:
    """Put right a time in which the agency stood somewhere; `number` counts as they were written down."""
    viewer, agency = current_viewer(), agency_or_404(code)
    period = _parent_numbered(agency, number)
    form = CorrectParentForm(data={"parent": period.parent_id, "from_on": period.from_on, "to_on": period.to_on})
    form.offer(viewer, period)
    if form.validate_on_submit() and form.from_on.data is not None:
        try:
            operations_tree.correct_parent(
                viewer, period, db.session.get_one(Agency, form.parent.data), form.from_on.data, form.to_on.data,
                form.reason.data,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"Where {agency.name} stood is corrected.", "success")
            return _back_to(agency)
    return render_template("agencies/correct_parent.html", form=form, agency=agency, number=number), form.status


@blueprint.route("/desk/agencies/<string:code>/parent/<int:number>/remove", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def remove_parent(code: str, number: int) -> ResponseReturnValue:
    """Take away a time that never was."""
    viewer, agency = current_viewer(), agency_or_404(code)
    period = _parent_numbered(agency, number)
    above = db.session.get_one(Agency, period.parent_id)
    form = RemoveForm()
    if form.validate_on_submit():
        operations_tree.remove_parent(viewer, period, form.reason.data)
        flash(f"{agency.name} no longer shows a time below {above.name}.", "success")
        return _back_to(agency)
    return (
        render_template("agencies/remove_parent.html", form=form, agency=agency, above=above, period=period),
        form.status,
    )


@blueprint.route("/desk/agencies/<string:code>/membership", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def membership(code: str) -> ResponseReturnValue:
    """Begin a membership, or count the agency in another fee band from a day on."""
    viewer, agency = current_viewer(), agency_or_404(code)
    present = operations_membership.present_membership(agency.id)
    form = MembershipForm(
        data={
            "band": present.fee_band_id if present else None,
            "from_on": clock.today(),
            "row_version": present.id if present else 0,
        }
    )
    form.offer(queries_periods.fee_bands(viewer))
    if form.validate_on_submit() and form.from_on.data is not None:
        # Begun and ended are rows of their own, so that the row stands for the state the form was opened on.
        if form.is_stale(present.id if present else 0):
            form.add_error(MEANWHILE)
            return render_template("agencies/membership.html", form=form, agency=agency, present=present), form.status
        deed = operations_membership.change_band if present else operations_membership.begin_membership
        try:
            deed(viewer, agency, _band(form.band.data), form.from_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The membership of {agency.name} is saved.", "success")
            return _back_to(agency)
    return render_template("agencies/membership.html", form=form, agency=agency, present=present), form.status


@blueprint.route("/desk/agencies/<string:code>/membership/end", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def end_membership(code: str) -> ResponseReturnValue:
    """End the present membership."""
    viewer, agency = current_viewer(), agency_or_404(code)
    form = EndMembershipForm(data={"last_on": clock.today(), "row_version": agency.row_version})
    if form.validate_on_submit() and form.last_on.data is not None:
        try:
            operations_membership.end_membership(viewer, agency, form.last_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The membership of {agency.name} is ended.", "success")
            return _back_to(agency)
    return render_template("agencies/end_membership.html", form=form, agency=agency), form.status


@blueprint.route("/desk/agencies/<string:code>/membership/<int:number>", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def correct_membership(code: str, number: int) -> ResponseReturnValue:
    """Put right a membership; `number` counts as they were written down."""
    viewer, agency = current_viewer(), agency_or_404(code)
    periods = queries_periods.memberships_as_written(viewer, agency)
    if not 1 <= number <= len(periods):
        abort(404)
    period: AgencyMembership = periods[number - 1]
    form = CorrectMembershipForm(data={"band": period.fee_band_id, "from_on": period.from_on, "to_on": period.to_on})
    form.offer(queries_periods.fee_bands(viewer))
    if form.validate_on_submit() and form.from_on.data is not None:
        days = (form.from_on.data, form.to_on.data)
        try:
            operations_membership.correct_membership(viewer, period, _band(form.band.data), days, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The membership of {agency.name} is corrected.", "success")
            return _back_to(agency)
    return render_template("agencies/correct_membership.html", form=form, agency=agency), form.status


def _band(key: int | None) -> FeeBand | None:
    return None if key is None else db.session.get_one(FeeBand, key)


def _parent_numbered(agency: Agency, number: int) -> AgencyParent:
    periods = queries.parents_as_written(current_viewer(), agency)
    if not 1 <= number <= len(periods):
        abort(404)
    return periods[number - 1]


def _back_to(agency: Agency) -> ResponseReturnValue:
    return redirect(url_for("agencies.desk_agency", code=agency.code))
