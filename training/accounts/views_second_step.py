"""Pages of the second step of signing in, and of proving once more who one is."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from training.accounts import operations_factors, passkeys
from training.accounts.blueprint import blueprint
from training.accounts.entering import finish_second_step, is_fresh, note_fresh
from training.accounts.factors import half_signed_in, has_authenticator, has_second_factor
from training.accounts.forms import (
    AuthenticatorForm,
    MailedCodeForm,
    PasskeyForm,
    ProveAgainForm,
    RecoveryCodeForm,
)
from training.accounts.mail import send_code
from training.accounts.sign_ins import present_sign_in
from training.accounts.views_factors import own_account
from training.accounts.views_sign_in import account_of_code
from training.accounts.where_to import remember_where_to, where_to
from training.core.refusal import Refused
from training.people.models import Account
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form


@blueprint.route("/sign-in/second-step", methods=["GET", "POST"])
@access.public
def second_step() -> ResponseReturnValue:
    """Give the code of the authenticator app; or set one up, for somebody who needs a second factor and has none."""
    account, signed_in = _who()
    if request.method == "GET":
        remember_where_to(request.args.get("next", ""))
    if account is None:
        return _nobody_there()
    if not has_second_factor(account):
        if not current_viewer().withheld:
            return redirect(where_to())
        return render_template("accounts/needs_second_factor.html")
    form = AuthenticatorForm()
    if form.validate_on_submit():
        try:
            operations_factors.show_code(account, form.code.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return finish_second_step(account, signed_in)
    return _second_step_page(account, form), form.status


@blueprint.post("/sign-in/second-step/passkey")
@access.public
def second_step_passkey() -> ResponseReturnValue:
    """Give a passkey as the second factor."""
    account, signed_in = _who()
    if account is None:
        return _nobody_there()
    answered = PasskeyForm()
    if answered.validate_on_submit():
        try:
            passkeys.owner_of_answer(answered.credential.data, answered.state.data, account)
        except Refused as refusal:
            answered.add_error(refusal.sentence)
        else:
            return finish_second_step(account, signed_in)
    form = AuthenticatorForm(formdata=None)
    form.form_errors.extend([*answered.form_errors] or [passkeys.NOT_RIGHT])
    return _second_step_page(account, form), 400


@blueprint.route("/sign-in/recovery-code", methods=["GET", "POST"])
@access.public
def recovery_code() -> ResponseReturnValue:
    """Give a recovery code as the second factor; it is void afterwards."""
    account, signed_in = _who()
    if account is None:
        return _nobody_there()
    form = RecoveryCodeForm()
    if form.validate_on_submit():
        try:
            left = operations_factors.show_recovery_code(account, form.code.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"That recovery code is void now. You have {left} left.", "success")
            return finish_second_step(account, signed_in)
    return render_template("accounts/recovery_code.html", form=form), form.status


@blueprint.route("/my/account/sign-in/again", methods=["GET", "POST"])
@access.signing_in
def prove_again() -> ResponseReturnValue:
    """Give one's password once more before changing how one signs in."""
    if request.method == "GET":
        remember_where_to(request.args.get("next", ""))
    if is_fresh():
        return redirect(where_to())
    form = ProveAgainForm()
    if form.validate_on_submit():
        return _proved()
    return _again_page(form), form.status


@blueprint.route("/my/account/sign-in/again/authenticator", methods=["GET", "POST"])
@access.signing_in
def prove_again_authenticator() -> ResponseReturnValue:
    """Give a code of one's authenticator app before changing how one signs in."""
    form = AuthenticatorForm()
    if form.validate_on_submit():
        try:
            operations_factors.show_code(own_account(), form.code.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return _proved()
    return render_template("accounts/again_authenticator.html", form=form), form.status


@blueprint.post("/my/account/sign-in/again/passkey")
@access.signing_in
def prove_again_passkey() -> ResponseReturnValue:
    """Give a passkey before changing how one signs in."""
    answered = PasskeyForm()
    if answered.validate_on_submit():
        try:
            passkeys.owner_of_answer(answered.credential.data, answered.state.data, own_account())
        except Refused as refusal:
            answered.add_error(refusal.sentence)
        else:
            return _proved()
    form = ProveAgainForm(formdata=None)
    form.form_errors.extend([*answered.form_errors] or [passkeys.NOT_RIGHT])
    return _again_page(form), 400


@blueprint.post("/my/account/sign-in/again/send-code")
@access.signing_in
def send_code_again() -> ResponseReturnValue:
    """Send a code to whoever is signed in, to prove with it who they are."""
    send_code(current_user.person)
    return redirect(url_for("accounts.prove_again_code"))


@blueprint.route("/my/account/sign-in/again/code", methods=["GET", "POST"])
@access.signing_in
def prove_again_code() -> ResponseReturnValue:
    """Give the code that was sent before changing how one signs in."""
    form = MailedCodeForm()
    if form.validate_on_submit():
        try:
            if account_of_code(current_user.email, form.code.data) != current_user:
                raise Refused("This code is of another account", "code")
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return _proved()
    return render_template("accounts/again_code.html", form=form, address=current_user.email), form.status


def _who() -> tuple[Account | None, bool]:
    """Who is at the second step, and whether they are signed in already; nobody where it has been taken."""
    if current_user.is_authenticated:
        sign_in = present_sign_in()
        return (None, True) if sign_in is None or sign_in.has_second_factor else (sign_in.account, True)
    return half_signed_in(), False


def _nobody_there() -> ResponseReturnValue:
    """What somebody sees who took the second step already, took no first one, or took it too long ago."""
    if current_user.is_authenticated:
        return redirect(where_to())
    return render_template("accounts/begin_again.html"), 410


def _proved() -> ResponseReturnValue:
    note_fresh()
    return redirect(where_to())


def _second_step_page(account: Account, form: Form) -> str:
    return render_template(
        "accounts/second_step.html",
        form=form,
        has_authenticator=has_authenticator(account),
        has_recovery_codes=bool(account.mf_recovery_codes),
        passkey=passkeys.ask_for_known(account) if account.webauthn and passkeys.can_be_used() else None,
    )


def _again_page(form: Form) -> str:
    account = own_account()
    return render_template(
        "accounts/again.html",
        form=form,
        account=account,
        has_authenticator=has_authenticator(account),
        passkey=passkeys.ask_for_known(account) if account.webauthn and passkeys.can_be_used() else None,
    )
