"""Pages on which people see and change how they sign in: password, authenticator app, recovery codes."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from training.accounts import operations, operations_factors
from training.accounts.blueprint import blueprint
from training.accounts.entering import is_fresh, stay
from training.accounts.factors import (
    RECOVERY_CODES,
    authenticator_values,
    has_authenticator,
    has_second_factor,
    is_asked,
    picture_of,
)
from training.accounts.forms import AuthenticatorForm, ChangePasswordForm
from training.accounts.sign_ins import note_second_factor, present_sign_in
from training.accounts.where_to import where_to
from training.core.refusal import Refused
from training.people.models import Account
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form

Asked = ParamSpec("Asked")
NEW_SECRET = "new_secret"  # noqa: S105 - where it is kept in the cookie, enciphered, until its first code is right


def freshly_proved(view: Callable[Asked, ResponseReturnValue]) -> Callable[Asked, ResponseReturnValue]:
    """Only for somebody who proved within the last quarter of an hour who they are, with all the factors they have."""

    @wraps(view)
    def proved(*args: Asked.args, **kwargs: Asked.kwargs) -> ResponseReturnValue:
        following = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
        sign_in = present_sign_in()
        if sign_in is None or (has_second_factor(sign_in.account) and not sign_in.has_second_factor):
            return redirect(url_for("accounts.second_step", next=following))
        if not is_fresh():
            return redirect(url_for("accounts.prove_again", next=following))
        return view(*args, **kwargs)

    return proved


@blueprint.get("/my/account/sign-in")
@access.signing_in
def sign_in_ways() -> ResponseReturnValue:
    """What one signs in with, each with the page on which it is changed."""
    account = own_account()
    return render_template(
        "accounts/ways.html",
        account=account,
        has_authenticator=has_authenticator(account),
        codes_left=len(account.mf_recovery_codes or []),
        has_second_factor=has_second_factor(account),
        is_asked=is_asked() and operations_factors.is_demanded_of(account.person_id),
    )


@blueprint.route("/my/account/sign-in/password", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def change_password() -> ResponseReturnValue:
    """Change one’s password, or choose one for the first time."""
    account = own_account()
    form = ChangePasswordForm()
    if account.password is None:
        del form.password
    if form.validate_on_submit():
        operations.change_password(current_viewer(), account, form.new_password.data)
        stay(account)
        flash("Your password is changed. You are signed out everywhere else.", "success")
        return redirect(url_for("accounts.sign_in_ways"))
    return render_template("accounts/change_password.html", form=form, account=account), form.status


@blueprint.route("/my/account/sign-in/authenticator", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def authenticator() -> ResponseReturnValue:
    """Set up an authenticator app; one that was set up before is replaced."""
    account = own_account()
    if request.method == "GET" or NEW_SECRET not in session:
        session[NEW_SECRET] = operations_factors.new_secret()
    secret = str(session[NEW_SECRET])
    form = AuthenticatorForm()
    if form.validate_on_submit():
        try:
            operations_factors.set_up_authenticator(current_viewer(), account, secret, form.code.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            del session[NEW_SECRET]
            return led_on_with_second_factor(
                account, "Your authenticator app is set up. Your other browsers are signed out."
            )
    values = authenticator_values(account, secret)
    return render_template(
        "accounts/authenticator.html", form=form, key=values["key"], picture=picture_of(values["uri"]), account=account
    ), form.status


@blueprint.route("/my/account/sign-in/authenticator/remove", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def remove_authenticator() -> ResponseReturnValue:
    """Remove one’s authenticator app."""
    account = own_account()
    if not has_authenticator(account):
        abort(404)
    form = Form()
    if form.validate_on_submit():
        try:
            operations_factors.remove_authenticator(current_viewer(), account)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            stay(account)
            flash("Your authenticator app is removed. Your other browsers are signed out.", "success")
            return redirect(url_for("accounts.sign_in_ways"))
    return render_template("accounts/remove_authenticator.html", form=form), form.status


@blueprint.route("/my/account/sign-in/recovery-codes", methods=["GET", "POST"])
@access.signing_in
@freshly_proved
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes, which are shown this once."""
    account = own_account()
    if not has_second_factor(account):
        abort(404)
    form = Form()
    codes: list[str] = []
    if form.validate_on_submit():
        codes = operations_factors.new_recovery_codes(current_viewer(), account)
    return render_template(
        "accounts/recovery_codes.html",
        form=form,
        codes=codes,
        left=len(account.mf_recovery_codes or []),
        made=RECOVERY_CODES,
        onward=where_to() if codes else "",
    ), form.status


def led_on_with_second_factor(account: Account, said: str) -> ResponseReturnValue:
    """After a second factor was set up in this browser: to recovery codes, if there are none yet."""
    stay(account)
    note_second_factor()
    flash(said, "success")
    return redirect(url_for("accounts.sign_in_ways" if account.mf_recovery_codes else "accounts.recovery_codes"))


def own_account() -> Account:
    """The account of whoever is signed in."""
    sign_in = present_sign_in()
    if sign_in is None or not current_user.is_authenticated:
        abort(404)
    return sign_in.account
