"""Deeds of the desk on accounts: sending somebody a way in."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations
from training.accounts.blueprint import blueprint
from training.core.viewer import DESK_ROLES
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer


@blueprint.post("/desk/people/<string:ref>/send-way-in")
@access.only(*DESK_ROLES)
def send_way_in(ref: str) -> ResponseReturnValue:
    """Send somebody the link they need to confirm their address or to choose a password."""
    person = person_or_404(ref)
    if person.address is None:
        abort(404)
    operations.invite_to_account(current_viewer(), person)
    flash(f"A link to get in is on its way to {person.address}.", "success")
    return redirect(url_for("people.desk_person", ref=person.ref))
