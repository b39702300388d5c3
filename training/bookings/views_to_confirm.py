"""Pages for agencies to be confirmed: what people called them, and what the desk makes of it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.forms import AgencyForm
from training.agencies.models import Agency, Sector
from training.agencies.operations import add_agency
from training.agencies.queries import agency_choices
from training.bookings import operations_to_confirm as deeds
from training.bookings import queries_to_confirm as queries
from training.bookings.blueprint import blueprint
from training.bookings.forms_agencies import NotOursForm, SettleForm
from training.bookings.queries_to_confirm import Named
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.web import access
from training.web.access import current_viewer


@blueprint.get("/desk/agencies/to-confirm")
@access.only(*DESK_ROLES)
def agencies_to_confirm() -> ResponseReturnValue:
    """The names of agencies that are not listed, the longest-standing first."""
    viewer = current_viewer()
    names = queries.names_to_confirm(viewer, with_matches=True)
    return render_template(
        "bookings/to_confirm.html",
        open_names=[named for named in names if named.is_open],
        answered=[named for named in names if not named.is_open],
        bookings=queries.bookings_without_agency(viewer),
    )


@blueprint.route("/desk/agencies/to-confirm/settle", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def settle_agency() -> ResponseReturnValue:
    """Say which agency people mean by a name."""
    viewer, named = current_viewer(), _named()
    if named is None:
        return _done()
    form = SettleForm(data={"agency": named.close[0].id if named.close else None, "keep_name": bool(named.close)})
    form.offer([(choice.id, choice.name) for choice in agency_choices(viewer)])
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                deeds.settle_name(viewer, named.folded, form.agency.data, keep_name=form.keep_name.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            agency = db.session.get_one(Agency, form.agency.data)
            flash(f"“{named.name}” is {agency.name}. People and bookings now count there.", "success")
            return redirect(url_for("bookings.agencies_to_confirm"))
    return render_template("bookings/to_confirm_settle.html", form=form, named=named), form.status


@blueprint.route("/desk/agencies/to-confirm/new", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def settle_as_new_agency() -> ResponseReturnValue:
    """Add an agency by the name that people gave it, and let them work there."""
    viewer, named = current_viewer(), _named()
    if named is None:
        return _done()
    form = AgencyForm(data={"name": named.name})
    form.offer(viewer)
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                agency = add_agency(
                    viewer,
                    **form.columns(),
                    sector=db.session.get_one(Sector, form.sector.data),
                    parent=db.session.get_one(Agency, form.parent.data) if form.parent.data is not None else None,
                    parent_from=form.parent_from.data,
                    domains=form.listed_domains(),
                )
                deeds.settle_name(viewer, named.folded, agency.id, keep_name=True)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(f"{agency.name} is added, and everybody who named it works there.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("bookings/to_confirm_new.html", form=form, named=named), form.status


@blueprint.route("/desk/agencies/to-confirm/not-ours", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def not_our_agency() -> ResponseReturnValue:
    """Tell the people who named it that it is no agency of this partnership."""
    named = _named()
    if named is None or not named.is_open:
        return _done()
    form = NotOursForm()
    if form.validate_on_submit():
        try:
            deeds.answer_not_ours(current_viewer(), named.folded, form.answer.data)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash(
                f"The people who named “{named.name}” are told. It is asked again only if somebody new names it.",
                "success",
            )
            return redirect(url_for("bookings.agencies_to_confirm"))
    return render_template("bookings/to_confirm_not_ours.html", form=form, named=named), form.status


def _named() -> Named | None:
    """What the address asks for; None where it is settled already, 404 without a name."""
    name = request.args.get("name", "")
    if not name.strip():
        abort(404)
    return queries.name_to_confirm(current_viewer(), name)


def _done() -> ResponseReturnValue:
    flash(f"{deeds.DONE}.", "warning")
    return redirect(url_for("bookings.agencies_to_confirm"))
