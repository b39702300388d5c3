"""Pages behind links about where somebody is written to: is this address yours, are you the manager."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.links import SignedLink
from training.core.notes import Note, note
from training.core.refusal import Refused
from training.people import operations_claims, operations_standing
from training.people.forms_people import ManagerAnswerForm
from training.people.mail_addresses import PROVE_ADDRESS
from training.people.mail_agency import CONFIRM_MANAGER
from training.people.models import AddressClaim, Employment
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.links import link_page

WRONG_NAMES = 5
"""How often a wrong last name may be typed within a day: whoever guesses must not get through."""
NOT_THE_NAME = "This is not the last name of the person who gave your address"


@link_page(PROVE_ADDRESS)
def prove_address(link: SignedLink) -> ResponseReturnValue:
    """A button that says the address is one’s own, and one for somebody else."""
    claim = db.session.get(AddressClaim, link.subject_id)
    if claim is None:
        abort(404)
    form = Form()
    is_own = claim.person_id == current_viewer().person_id
    if form.validate_on_submit():
        if request.form.get("answer") == "not-me":
            operations_claims.deny_address(link, claim)
            flash("Thank you. The address was not added, and nothing more is sent to it.", "success")
            return redirect("/")
        try:
            row = operations_claims.prove_address(link, claim)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash(f"{row.address} is now one of your addresses.", "success")
            return redirect(url_for("accounts.addresses") if is_own else "/")
    return render_template("people/prove_address.html", form=form, claim=claim), form.status


@link_page(CONFIRM_MANAGER)
def confirm_manager(link: SignedLink) -> ResponseReturnValue:
    """Whether one is the line manager of somebody whose name only their manager knows."""
    employment = db.session.get(Employment, link.subject_id)
    if employment is None or not employment.manager_address or employment.manager_confirmed_at is not None:
        abort(404)
    form = ManagerAnswerForm()
    if form.validate_on_submit():
        is_manager = form.answer.data == "yes"
        if is_manager and not _knows(employment, form.family_name.data):
            form.add_error(NOT_THE_NAME, "family_name")
        else:
            operations_standing.answer_as_manager(link, employment, is_manager)
            flash("Thank you. Your answer is noted.", "success")
            return redirect("/")
    return render_template("people/confirm_manager.html", form=form, employment=employment), form.status


def _knows(employment: Employment, family_name: str) -> bool:
    """Whether the name is right; after several wrong ones within a day no name is any more."""
    kind = f"manager-wrong-name:{employment.id}"
    wrong = select(func.count(Note.id)).where(Note.kind == kind, Note.noted_at > clock.now() - timedelta(days=1))
    if (db.session.scalar(wrong) or 0) >= WRONG_NAMES:
        return False
    if folded(family_name) == folded(employment.person.family_name):
        return True
    note(kind)
    return False
