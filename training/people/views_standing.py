"""Pages on which a lead, or the desk, says who works at an agency and who is whose manager."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.people import operations_standing, queries_agency
from training.people.blueprint import blueprint
from training.people.forms_people import SayNoForm
from training.people.mail_agency import agency_of
from training.people.models import Employment, Standing
from training.web import access
from training.web.access import current_viewer

AGENCY, DESK = "agency", "desk"


@blueprint.get("/agency/to-confirm")
@access.only(Role.AGENCY_LEAD)
def agency_to_confirm() -> ResponseReturnValue:
    """Who says that they work at my agencies, and which managers are to be confirmed?"""
    return _list(AGENCY)


@blueprint.get("/desk/people/to-confirm")
@access.only(*DESK_ROLES)
def desk_to_confirm() -> ResponseReturnValue:
    """Who says that they work at which agency, and which managers are to be confirmed?"""
    return _list(DESK)


@blueprint.post("/agency/to-confirm/<string:ref>/<int:number>/yes")
@access.only(Role.AGENCY_LEAD)
def agency_vouch(ref: str, number: int) -> ResponseReturnValue:
    """Confirm that somebody works here."""
    return _vouch(AGENCY, ref, number)


@blueprint.post("/desk/people/to-confirm/<string:ref>/<int:number>/yes")
@access.only(*DESK_ROLES)
def desk_vouch(ref: str, number: int) -> ResponseReturnValue:
    """Confirm that somebody works there."""
    return _vouch(DESK, ref, number)


@blueprint.route("/agency/to-confirm/<string:ref>/<int:number>/no", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_say_no(ref: str, number: int) -> ResponseReturnValue:
    """Say that somebody does not work here, and why."""
    return _say_no(AGENCY, ref, number)


@blueprint.route("/desk/people/to-confirm/<string:ref>/<int:number>/no", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_say_no(ref: str, number: int) -> ResponseReturnValue:
    """Say that somebody does not work there, and why."""
    return _say_no(DESK, ref, number)


@blueprint.post("/agency/to-confirm/<string:ref>/<int:number>/manager/<string:answer>")
@access.only(Role.AGENCY_LEAD)
def agency_manager(ref: str, number: int, answer: str) -> ResponseReturnValue:
    """Say whether the manager whom somebody named is one."""
    return _manager(AGENCY, ref, number, answer)


@blueprint.post("/desk/people/to-confirm/<string:ref>/<int:number>/manager/<string:answer>")
@access.only(*DESK_ROLES)
def desk_manager(ref: str, number: int, answer: str) -> ResponseReturnValue:
    """Say whether the manager whom somebody named is one."""
    return _manager(DESK, ref, number, answer)


def _list(area: str) -> ResponseReturnValue:
    viewer, at_desk = current_viewer(), area == DESK
    return render_template(
        "people/to_confirm.html",
        area=area,
        jobs=queries_agency.jobs_to_confirm(viewer, at_desk=at_desk),
        listed=queries_agency.jobs_listed(viewer) if at_desk else [],
        managers=queries_agency.managers_to_confirm(viewer, at_desk=at_desk),
    )


def _vouch(area: str, ref: str, number: int) -> ResponseReturnValue:
    employment = _job(area, ref, number)
    try:
        operations_standing.vouch(current_viewer(), employment.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"{employment.person.name} is confirmed at {agency_of(employment)}.", "success")
    return _back(area)


def _say_no(area: str, ref: str, number: int) -> ResponseReturnValue:
    employment = _job(area, ref, number)
    if employment.agency_id is None:
        abort(404)
    form = SayNoForm()
    is_listed = employment.standing is Standing.LISTED
    if form.validate_on_submit():
        try:
            operations_standing.say_no(current_viewer(), employment.id, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            is_asked = f"{employment.person.name} is asked where they work. Their bookings keep their places."
            is_off = f"{employment.person.name} is not on the list of {agency_of(employment)} any more."
            flash(is_off if is_listed else is_asked, "success")
            return _back(area)
    return render_template(
        "people/say_no.html", form=form, area=area, employment=employment, is_listed=is_listed
    ), form.status


def _manager(area: str, ref: str, number: int, answer: str) -> ResponseReturnValue:
    deeds = {"yes": operations_standing.confirm_manager, "no": operations_standing.refuse_manager}
    employment = _job(area, ref, number)
    try:
        deeds.get(answer, _unknown)(current_viewer(), employment.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    except LookupError:
        abort(404)
    else:
        said = "is confirmed" if answer == "yes" else "is taken away, and they are asked who it is"
        flash(f"The line manager of {employment.person.name} {said}.", "success")
    return _back(area)


def _unknown(_viewer: object, _employment_id: int) -> Employment:
    return abort(404)


def _job(area: str, ref: str, number: int) -> Employment:
    employment = queries_agency.job_to_settle(current_viewer(), ref, number, at_desk=area == DESK)
    return employment if employment is not None else abort(404)


def _back(area: str) -> ResponseReturnValue:
    return redirect(url_for(f"people.{area}_to_confirm"))
