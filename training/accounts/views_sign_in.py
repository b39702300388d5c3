"""Pages of signing in other than with a password: the code sent by mail, its link, and the passkey."""

from typing import Any

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations, passkeys
from training.accounts.blueprint import blueprint
from training.accounts.entering import enter, enter_with_both
from training.accounts.forms import MailedCodeForm, PasskeyForm, SignInForm
from training.accounts.forms_sign_up import AddressForm
from training.accounts.sign_ins import Way
from training.accounts.where_to import remember_where_to
from training.core.database import db
from training.core.links import SignedLink, find_code
from training.core.refusal import Refused
from training.people import tries
from training.people.mail import SIGN_IN
from training.people.models import Account, Person
from training.web import access
from training.web.forms import Form
from training.web.links import link_page

CODE_FOR = "code_for"
"""To which address a code was sent from this browser."""
WRONG_CODE = "This code is not right, was used already or has run out. Check the message, or ask for another code"


@blueprint.route("/sign-in/send-code", methods=["GET", "POST"])
@access.public
def send_code() -> ResponseReturnValue:
    """Send a code to sign in with; the answer is the same whether the address is known or not."""
    form = AddressForm()
    if request.method == "GET":
        remember_where_to(request.args.get("next", ""))
    if form.validate_on_submit():
        operations.ask_for_code(form.address.data)
        session[CODE_FOR] = form.address.data.lower()
        return redirect(url_for("accounts.sign_in_code"))
    return render_template("accounts/send_code.html", form=form), form.status


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@access.public
def sign_in_code() -> ResponseReturnValue:
    """Type the code that was sent."""
    address = str(session.get(CODE_FOR, ""))
    if not address:
        return render_template("accounts/begin_again.html"), 410
    form = MailedCodeForm()
    if form.validate_on_submit():
        try:
            account = account_of_code(address, form.code.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            del session[CODE_FOR]
            return enter(account, Way.CODE)
    return render_template("accounts/code.html", form=form, address=address), form.status


def account_of_code(address: str, code: str) -> Account:
    """The account of whoever was sent the code at the address, which is used with it; Refused where it is wrong."""
    if tries.is_shut(tries.CODE, address):
        raise Refused(tries.SHUT, "code")
    link = find_code(code)
    person = db.session.get(Person, link.subject_id) if link is not None and link.purpose == SIGN_IN.name else None
    if link is None or person is None or not link.is_open or address not in {row.address for row in person.addresses}:
        tries.note_wrong(tries.CODE, address)
        raise Refused(WRONG_CODE, "code")
    tries.forget(address, [tries.CODE])
    return operations.enter_by_mail(link, person)


@link_page(SIGN_IN)
def sign_in_link(link: SignedLink) -> ResponseReturnValue:
    """A button that signs in; opening the page does nothing."""
    person = db.session.get(Person, link.subject_id)
    if person is None:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        try:
            return enter(operations.enter_by_mail(link, person), Way.LINK)
        except Refused as refusal:
            form.add_error(refusal.sentence)
    return render_template("accounts/sign_in_link.html", form=form, person=person), form.status


@blueprint.post("/sign-in/passkey")
@access.public
def sign_in_passkey() -> ResponseReturnValue:
    """Sign in with a passkey, which shows two factors at once."""
    answered = PasskeyForm()
    remember_where_to(request.form.get("next", ""))
    if answered.validate_on_submit():
        try:
            account = passkeys.owner_of_answer(answered.credential.data, answered.state.data)
            if not account.active or account.confirmed_at is None:
                raise Refused(passkeys.NOT_RIGHT)
        except Refused as refusal:
            answered.add_error(refusal.sentence)
        else:
            return enter_with_both(account, Way.PASSKEY)
    form = SignInForm(formdata=None)
    form.form_errors.extend([*answered.form_errors] or [passkeys.NOT_RIGHT])
    security: Any = current_app.extensions["security"]
    shown: dict[str, Any] = security._run_ctx_processor("login")  # noqa: SLF001 - all that its page shows besides the form
    return render_template("accounts/sign_in.html", form=form, **shown), 400
