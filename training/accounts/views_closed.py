"""Pages of closed accounts at the desk: the list, and opening one again."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations_dormant
from training.accounts.blueprint import blueprint
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people import queries_desk
from training.people.forms_people import ReasonForm
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged


@blueprint.get("/desk/people/closed-accounts")
@access.only(*DESK_ROLES)
def closed_accounts() -> ResponseReturnValue:
    """Accounts that nobody can sign in with, and why."""
    page = paged(queries_desk.closed_accounts(current_viewer()), page_asked_for())
    return render_template("accounts/closed_accounts.html", page=page)


@blueprint.route("/desk/people/<string:ref>/open-account", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def open_account_again(ref: str) -> ResponseReturnValue:
    """Let somebody sign in again."""
    person = person_or_404(ref)
    if person.account is None or person.account.active:
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            operations_dormant.open_again(current_viewer(), person.account, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(f"The account of {person.name} is open again.", "success")
            return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("accounts/open_again.html", form=form, person=person), form.status
