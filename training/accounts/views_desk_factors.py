"""The desk takes away a second factor: its page, and the part of a person's page that leads there."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations_factors
from training.accounts.blueprint import blueprint
from training.accounts.factors import has_authenticator
from training.accounts.forms import ResetFactorsForm
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people.models import Person
from training.people.views_desk import Place, person_or_404, register_person_section
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/people/<string:ref>/second-factor/reset", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def reset_second_factor(ref: str) -> ResponseReturnValue:
    """Take away somebody’s authenticator app, passkeys and recovery codes, for a reason."""
    viewer, person = current_viewer(), person_or_404(ref)
    if not operations_factors.may_reset(viewer, person):
        abort(403)
    form = ResetFactorsForm()
    if form.validate_on_submit():
        try:
            operations_factors.reset_factors(viewer, person, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The second factor of {person.name} is taken away. They were told by mail.", "success")
            return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("accounts/reset.html", form=form, person=person), form.status


def _section(viewer: Viewer, person_id: int) -> dict[str, object]:
    person = db.session.get_one(Person, person_id)
    account = person.account
    return {
        "ref": person.ref,
        "has_account": account is not None,
        "has_authenticator": account is not None and has_authenticator(account),
        "passkeys": len(account.webauthn) if account is not None else 0,
        "codes_left": len(account.mf_recovery_codes or []) if account is not None else 0,
        "may_reset": viewer.has(Role.OFFICER, Role.SYSTEM) and operations_factors.may_reset(viewer, person),
    }


register_person_section(Place.SIGNING_IN, "Second factor", "accounts/person_section.html", _section)
