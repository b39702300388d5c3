"""Pages of signing up: asking for an account, confirming the address, choosing a password."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.accounts import operations
from training.accounts.blueprint import blueprint
from training.accounts.entering import enter
from training.accounts.forms_sign_up import AddressForm, ChoosePasswordForm, SignUpForm
from training.accounts.passwords import normal
from training.accounts.sign_ins import Way
from training.accounts.where_to import remember_where_to
from training.agencies.queries import suggested_agency
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS
from training.people.models import Person
from training.people.operations import NewPerson
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.links import link_page


@blueprint.route("/sign-up", methods=["GET", "POST"])
@access.public
def sign_up() -> ResponseReturnValue:
    """Ask for an account; the answer is the same whether the address is known or not."""
    form = SignUpForm()
    form.offer(current_viewer())
    if request.method == "GET":
        remember_where_to(request.args.get("next", ""))
    if form.validate_on_submit() and _agency_settled(form):
        try:
            operations.sign_up(_asked_for(form))
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return redirect(url_for("accounts.check_mail"))
    return render_template("accounts/sign_up.html", form=form), form.status


AGENCY_NOT_SHOWN = "Select your agency, or “My agency is not listed”. Your email address does not show which one it is"


def _agency_settled(form: SignUpForm) -> bool:
    """Take the agency from the address where none was chosen; False, with an error, where it says none."""
    if form.agency.data or form.agency_named.data:
        return True
    suggested = suggested_agency(form.address.data)
    if suggested is None:
        form.add_error(AGENCY_NOT_SHOWN, "agency")
        return False
    form.agency.data = str(suggested.id)
    return True


def _asked_for(form: SignUpForm) -> NewPerson:
    job = form.job()
    return NewPerson(
        given_name=form.given_name.data,
        family_name=form.family_name.data,
        address=form.address.data,
        agency_id=job.agency_id,
        agency_named=job.agency_named,
        job_role=job.job_role,
        workforce_group_id=job.workforce_group_id,
        manager_name=job.manager_name,
        manager_address=job.manager_address,
        has_no_manager=job.has_no_manager,
    )


@blueprint.get("/sign-up/check-your-mail")
@access.public
def check_mail() -> ResponseReturnValue:
    """What comes next: the message with the link."""
    return render_template("accounts/check_mail.html")


@blueprint.route("/sign-up/send-again", methods=["GET", "POST"])
@access.public
def send_again() -> ResponseReturnValue:
    """Send the message once more; the answer is the same whether the address is known or not."""
    form = AddressForm()
    if form.validate_on_submit():
        operations.send_again(form.address.data)
        return redirect(url_for("accounts.check_mail"))
    return render_template("accounts/send_again.html", form=form), form.status


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@access.public
def forgot_password() -> ResponseReturnValue:
    """Send a link to choose a new password; the answer is the same whether the address is known or not."""
    form = AddressForm()
    if form.validate_on_submit():
        operations.ask_for_password(form.address.data)
        return redirect(url_for("accounts.password_sent"))
    return render_template("accounts/forgot_password.html", form=form), form.status


@blueprint.get("/forgot-password/check-your-mail")
@access.public
def password_sent() -> ResponseReturnValue:
    """What comes next: the message with the link."""
    return render_template("accounts/password_sent.html")


@link_page(CONFIRM_ADDRESS)
def confirm_address(link: SignedLink) -> ResponseReturnValue:
    """Choosing a password confirms the address and signs in; a second button is for somebody who asked for nothing."""
    person = _person_of(link)
    if request.form.get("answer") == "not-me" and Form().validate_on_submit():
        operations.not_me(link, person)
        flash("The account is gone. Nothing else needs to be done.", "success")
        return redirect("/")
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        account = operations.confirm(link, person, normal(form.password.data))
        return enter(account, Way.LINK)
    return render_template("accounts/confirm_address.html", form=form, person=person), form.status


@link_page(CHOOSE_PASSWORD)
def choose_password(link: SignedLink) -> ResponseReturnValue:
    """A new password, after which the person is signed in."""
    person = _person_of(link)
    if person.account is not None and not person.account.active:
        abort(404)
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        account = operations.choose_password(link, person, normal(form.password.data))
        flash("Your password is set.", "success")
        return enter(account, Way.LINK)
    return render_template("accounts/choose_password.html", form=form, person=person), form.status


def _person_of(link: SignedLink) -> Person:
    person = db.session.get(Person, link.subject_id)
    if person is None or person.address is None:
        abort(404)
    return person
