"""Pages about who leads an agency: asking to, answering that, deputies."""

from datetime import date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies.models import Agency
from training.agencies.queries import agency_choices
from training.agencies.views import register_agency_section
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.people import operations_leads, queries_agency, queries_leads
from training.people.blueprint import blueprint
from training.people.forms import EndForm
from training.people.forms_people import DecisionForm, DeputyForm, LeadRequestForm
from training.people.mail_agency import as_what
from training.people.models import REQUEST_STATE_LABELS, EmailAddress, LeadRequest, Person, RequestState
from training.people.queries_contacts import desk_contact, lead_of
from training.people.rules import may_grant
from training.web import access
from training.web.access import current_viewer
from training.web.fields import Choice


def leads_part(viewer: Viewer, agency: Agency) -> dict[str, object]:
    """What an agency's page at the desk shows of who leads it, and who answers for its people where nobody does."""
    today = clock.today()
    leads = queries_leads.leads_of(viewer, agency.id)
    present = [lead for lead in leads if lead.from_on <= today]
    instead = None if any(lead.address for lead in present) else lead_of(agency.id) or desk_contact()
    above = db.session.get(Person, instead.person_id) if instead and instead.person_id else None
    return {
        "leads": leads,
        "today": today,
        "has_present": bool(present),
        "instead": instead,
        "above_ref": above.ref if above else "",
        "may_name": may_grant(viewer, Role.AGENCY_LEAD) and (agency.ended_on is None or agency.ended_on >= today),
    }


register_agency_section("Training leads", "people/agency_leads_part.html", leads_part)


@blueprint.route("/my/agency/ask", methods=["GET", "POST"])
@access.signed_in
def ask_to_lead() -> ResponseReturnValue:
    """Ask to become lead or deputy of an agency, and what became of it."""
    viewer = current_viewer()
    form = LeadRequestForm()
    form.agency.choices = [Choice(str(key), name) for key, name in agency_choices(viewer)]
    if form.validate_on_submit():
        try:
            operations_leads.ask_to_lead(viewer, form.agency.data, form.part.data == "deputy", form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("Your request is on its way to whoever decides. You hear from us by email.", "success")
            return redirect(url_for("people.ask_to_lead"))
    return render_template(
        "people/ask_to_lead.html",
        form=form,
        requests=queries_leads.own_requests(viewer),
        labels=REQUEST_STATE_LABELS,
        as_what=as_what,
        asked=RequestState.ASKED,
    ), form.status


@blueprint.post("/my/agency/ask/<string:ref>/withdraw")
@access.signed_in
def withdraw_lead_request(ref: str) -> ResponseReturnValue:
    """Take one’s request back."""
    viewer = current_viewer()
    request = queries_leads.request_by_ref(viewer, ref)
    if request is None or request.person_id != viewer.person_id:
        abort(404)
    try:
        operations_leads.withdraw_request(viewer, request.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash("Your request is withdrawn.", "success")
    return redirect(url_for("people.ask_to_lead"))


@blueprint.get("/desk/people/lead-requests")
@access.only(*DESK_ROLES, Role.SYSTEM)
def desk_lead_requests() -> ResponseReturnValue:
    """Who asks to become lead of an agency, and whose time ends?"""
    viewer = current_viewer()
    return render_template(
        "people/lead_requests.html",
        requests=queries_leads.open_requests(viewer, at_desk=True),
        ending=queries_leads.leads_ending(viewer),
        as_what=as_what,
    )


@blueprint.route("/desk/people/lead-requests/<string:ref>", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def desk_lead_request(ref: str) -> ResponseReturnValue:
    """Answer a request at the desk."""
    return _decide(ref, url_for("people.desk_lead_requests"), "Requests to lead an agency")


@blueprint.route("/agency/requests/<string:ref>", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_lead_request(ref: str) -> ResponseReturnValue:
    """Answer a request as the lead above."""
    return _decide(ref, url_for("people.agency"), "My agency")


@blueprint.route("/agency/deputies", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_deputies() -> ResponseReturnValue:
    """Who stands in for me, and naming one more."""
    viewer = current_viewer()
    led = operations_leads.led_in_full(viewer)
    form = DeputyForm(data={"from_on": clock.today()})
    form.agency.choices = [Choice(str(key), name) for key, name in queries_agency.own_agencies(viewer)]
    if not led and form.is_submitted():
        abort(403)
    if form.validate_on_submit() and form.from_on.data is not None and form.to_on.data is not None:
        try:
            _name_deputy(viewer, form, form.from_on.data, form.to_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        except LookupError:
            form.add_error("Only a lead of this agency can name a deputy for it", "agency")
        else:
            return redirect(url_for("people.agency_deputies"))
    return render_template(
        "people/deputies.html", form=form, deputies=queries_leads.deputies(viewer), may_name=bool(led)
    ), form.status


@blueprint.route("/agency/deputies/<string:ref>/<int:number>/end", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_end_deputy(ref: str, number: int) -> ResponseReturnValue:
    """End a deputy’s time."""
    viewer = current_viewer()
    grant = queries_leads.deputy(viewer, ref, number)
    if grant is None:
        abort(404)
    form = EndForm(data={"last_on": clock.today()})
    if form.validate_on_submit() and form.last_on.data is not None:
        try:
            operations_leads.end_deputy(viewer, grant, form.last_on.data)
        except LookupError:
            abort(403)
        flash(f"The time of {grant.person.name} as deputy ends.", "success")
        return redirect(url_for("people.agency_deputies"))
    return render_template("people/end_deputy.html", form=form, grant=grant), form.status


def _decide(ref: str, back: str, back_text: str) -> ResponseReturnValue:
    viewer = current_viewer()
    request = queries_leads.request_by_ref(viewer, ref)
    if request is None or request.person_id == viewer.person_id:
        abort(404)
    form = DecisionForm(data={"from_on": clock.today()})
    if form.validate_on_submit():
        try:
            flash(_answer(viewer, request, form), "success")
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            return redirect(back)
    return render_template(
        "people/lead_request.html", form=form, asking=request, back=back, back_text=back_text, as_what=as_what,
        asked=RequestState.ASKED, labels=REQUEST_STATE_LABELS,
    ), form.status  # fmt: skip


def _answer(viewer: Viewer, request: LeadRequest, form: DecisionForm) -> str:
    name = request.person.name
    if form.decision.data == "yes" and form.from_on.data is not None:
        operations_leads.grant_request(viewer, request.id, form.from_on.data, form.to_on.data)
        return f"{name} is {as_what(request.as_deputy)} of {request.agency.name}, and is told."
    operations_leads.decline_request(viewer, request.id, form.answer.data)
    return f"{name} is told that the request was not agreed, and why."


def _name_deputy(viewer: Viewer, form: DeputyForm, from_on: date, to_on: date) -> None:
    person = queries_agency.own_person(viewer, form.person.data) or _own_person_at(viewer, form.person.data)
    if person is None:
        raise Refused("Nobody among your people has this address or reference", "person")
    operations_leads.name_deputy(viewer, person, form.agency.data, from_on, to_on)
    flash(f"{person.name} stands in for you, and is told.", "success")


def _own_person_at(viewer: Viewer, address: str) -> Person | None:
    ref = db.session.scalar(
        db.select(Person.ref).join(EmailAddress).where(EmailAddress.address == address.strip().lower())
    )
    return None if ref is None else queries_agency.own_person(viewer, ref)
