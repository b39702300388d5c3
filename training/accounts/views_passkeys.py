"""Pages on which people add, name and remove their passkeys."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations_factors, passkeys
from training.accounts.blueprint import blueprint
from training.accounts.entering import stay
from training.accounts.forms import NewPasskeyForm, PasskeyNameForm
from training.accounts.views_factors import freshly_proved, led_on_with_second_factor, own_account
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.people.models import Account, Passkey
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.layout import PARTNERSHIP_NAME


@blueprint.route("/my/account/sign-in/passkeys/new", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def new_passkey() -> ResponseReturnValue:
    """Add a passkey; the page’s script asks the browser for it."""
    account = own_account()
    form = NewPasskeyForm()
    if form.validate_on_submit():
        try:
            passkey = passkeys.new_passkey(account, form.name.data, form.credential.data, form.state.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            operations_factors.note_new_passkey(current_viewer(), passkey)
            return led_on_with_second_factor(
                account, f"The passkey “{passkey.name}” is added. Your other browsers are signed out."
            )
    question = passkeys.ask_for_new(account, setting_value(PARTNERSHIP_NAME)) if passkeys.can_be_used() else None
    names = [kept.name.casefold() for kept in account.webauthn]
    return render_template("accounts/new_passkey.html", form=form, passkey=question, names=names), form.status


@blueprint.route("/my/account/sign-in/passkeys/<int:number>/name", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def rename_passkey(number: int) -> ResponseReturnValue:
    """Call a passkey something else."""
    passkey = _passkey(own_account(), number)
    form = PasskeyNameForm(name=passkey.name)
    if form.validate_on_submit():
        try:
            operations_factors.rename_passkey(current_viewer(), passkey, form.name.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The passkey is called “{passkey.name}” now.", "success")
            return redirect(url_for("accounts.sign_in_ways"))
    return render_template("accounts/rename_passkey.html", form=form), form.status


@blueprint.route("/my/account/sign-in/passkeys/<int:number>/remove", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def remove_passkey(number: int) -> ResponseReturnValue:
    """Remove a passkey."""
    account = own_account()
    passkey = _passkey(account, number)
    form = Form()
    if form.validate_on_submit():
        try:
            operations_factors.remove_passkey(current_viewer(), passkey)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            stay(account)
            flash("The passkey is removed. Your other browsers are signed out.", "success")
            return redirect(url_for("accounts.sign_in_ways"))
    return render_template("accounts/remove_passkey.html", form=form, passkey=passkey), form.status


def _passkey(account: Account, number: int) -> Passkey:
    """The passkey with this number among those of the account, counted from the oldest."""
    own = account.webauthn
    if not 1 <= number <= len(own):
        abort(404)
    return own[number - 1]
