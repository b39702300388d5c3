"""Where somebody is signed in: for themselves, and for the desk when a device was lost."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from sqlalchemy import select

from training.accounts import sign_ins
from training.accounts.blueprint import blueprint
from training.accounts.sign_ins import WAY_LABELS, handle_of, open_sign_ins, present_sign_in
from training.core import audit
from training.core.database import db
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.people.models import Account, Person, SignIn
from training.people.queries import within_reach
from training.people.views_desk import Place, person_or_404, register_person_section
from training.web import access
from training.web.access import current_viewer
from training.web.fields import TextAreaField
from training.web.forms import Form


class SignOutForm(Form):
    """Why the desk signs somebody out."""

    reason = TextAreaField("Reason", ask="the reason", hint="Kept with what was done.", max_length=500, rows=3)


@blueprint.get("/my/account/sign-ins")
@access.signed_in
def my_sign_ins() -> ResponseReturnValue:
    """The browsers one is signed in with, this one first."""
    present = present_sign_in()
    return render_template(
        "accounts/sign_ins.html",
        sign_ins=sorted(open_sign_ins(current_user.id), key=lambda row: row is not present),
        present=present,
        ways=WAY_LABELS,
        handle_of=handle_of,
    )


@blueprint.post("/my/account/sign-ins/<string:handle>/sign-out")
@access.signed_in
def sign_out_browser(handle: str) -> ResponseReturnValue:
    """Sign one browser out; one that is signed out already is what was wanted."""
    chosen = next((row for row in open_sign_ins(current_user.id) if handle_of(row) == handle), None)
    if chosen is not None and chosen is present_sign_in():
        logout_user()
        flash("You are signed out.", "success")
        return redirect("/")
    if chosen is None:
        flash("That browser was signed out already.", "success")
    else:
        sign_ins.end_sign_in(chosen)
        audit.record(current_viewer(), "signed a browser out", chosen, after={"device": chosen.device})
        flash(f"{chosen.device} is signed out.", "success")
    return redirect(url_for("accounts.my_sign_ins"))


@blueprint.post("/my/account/sign-ins/sign-out-others")
@access.signed_in
def sign_out_others() -> ResponseReturnValue:
    """Sign every browser out but this one."""
    present = present_sign_in()
    count = sign_ins.end_sign_ins(present.account, but=present) if present else 0
    flash("You are signed out everywhere else." if count else "You were signed in nowhere else.", "success")
    return redirect(url_for("accounts.my_sign_ins"))


@blueprint.route("/desk/people/<string:ref>/sign-out", methods=["GET", "POST"])
@access.only(*DESK_ROLES, Role.SYSTEM)
def sign_person_out(ref: str) -> ResponseReturnValue:
    """Sign somebody out everywhere, with the reason: a device was lost, or an account is used by somebody else."""
    person = person_or_404(ref)
    form = SignOutForm()
    if form.validate_on_submit():
        sign_ins.sign_out_everywhere(current_viewer(), person, form.reason.data)
        flash(f"{person.name} is signed out everywhere.", "success")
        return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("accounts/sign_person_out.html", form=form, person=person), form.status


def _sign_ins_part(viewer: Viewer, person_id: int) -> dict[str, object]:
    found = db.session.scalars(
        select(SignIn)
        .join(Account, Account.id == SignIn.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(Person.id == person_id, SignIn.ended_at.is_(None), within_reach(viewer))
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return {"sign_ins": list(found), "ways": WAY_LABELS}


register_person_section(
    Place.SIGNING_IN, "Where they are signed in", "accounts/desk_sign_ins_part.html", _sign_ins_part
)
