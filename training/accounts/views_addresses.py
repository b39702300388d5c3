"""Pages of the addresses of one person: one’s own, and anybody’s at the desk with a reason.

Who has an address can sign in by it, so one’s own are changed only by somebody who has just proved who they are.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.accounts.blueprint import blueprint
from training.accounts.views_factors import freshly_proved
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people import operations_claims
from training.people.forms_people import DeskAddressForm, NewAddressForm
from training.people.models import EmailAddress, Person
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer

SENT = "We have written to {}. The address is added once the link in that message was used."


@blueprint.route("/my/account/addresses", methods=["GET", "POST"])
@access.signed_in
@freshly_proved
def addresses() -> ResponseReturnValue:
    """The addresses one is known by, and one more."""
    person = _myself()
    form = NewAddressForm()
    if form.validate_on_submit():
        try:
            claim = operations_claims.claim_address(current_viewer(), person, form.address.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(SENT.format(claim.address), "success")
            return redirect(url_for("accounts.addresses"))
    claims = operations_claims.claims_of(person)
    return render_template("accounts/addresses.html", form=form, person=person, claims=claims), form.status


@blueprint.post("/my/account/addresses/main")
@access.signed_in
@freshly_proved
def make_main_address() -> ResponseReturnValue:
    """Be written to, and sign in, with another of one’s addresses."""
    row = _row(_myself())
    try:
        operations_claims.make_primary(current_viewer(), row)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"Messages go to {row.address} from now on, and you sign in with it.", "success")
    return redirect(url_for("accounts.addresses"))


@blueprint.post("/my/account/addresses/remove")
@access.signed_in
@freshly_proved
def remove_address() -> ResponseReturnValue:
    """Take one of one’s addresses away, or take back that one is one’s own."""
    person = _myself()
    claim = next((c for c in operations_claims.claims_of(person) if c.address == _asked_for()), None)
    if claim is not None:
        operations_claims.withdraw_claim(current_viewer(), claim)
        flash("The address is taken off the list. The link sent there no longer works.", "success")
        return redirect(url_for("accounts.addresses"))
    row = _row(person)
    try:
        operations_claims.remove_address(current_viewer(), row)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash("The address is removed.", "success")
    return redirect(url_for("accounts.addresses"))


@blueprint.route("/desk/people/<string:ref>/addresses", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_addresses(ref: str) -> ResponseReturnValue:
    """The addresses of one person; each change with its reason."""
    person = person_or_404(ref)
    form = DeskAddressForm()
    if form.validate_on_submit():
        try:
            flash(_at_desk(form, person), "success")
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            return redirect(url_for("accounts.desk_addresses", ref=person.ref))
    claims = operations_claims.claims_of(person)
    return render_template("accounts/desk_addresses.html", form=form, person=person, claims=claims), form.status


def _at_desk(form: DeskAddressForm, person: Person) -> str:
    """Do what the desk chose, and say what happened."""
    viewer, reason, address = current_viewer(), form.reason.data, form.address.data.strip().lower()
    if form.deed.data == "add":
        operations_claims.claim_address(viewer, person, address, reason=reason)
        return SENT.format(address)
    row = next((row for row in person.addresses if row.address == address), None)
    if row is None:
        raise Refused("This is none of the person’s addresses", "address")
    if form.deed.data == "main":
        operations_claims.make_primary(viewer, row, reason)
        return f"Messages go to {address} from now on. The address before was told."
    operations_claims.remove_address(viewer, row, reason)
    return f"{address} is removed. It was told."


def _myself() -> Person:
    return db.session.get_one(Person, current_viewer().person_id)


def _asked_for() -> str:
    return request.form.get("address", "").strip().lower()


def _row(person: Person) -> EmailAddress:
    row = next((row for row in person.addresses if row.address == _asked_for()), None)
    return row if row is not None else abort(404)
