"""The pages on which a place is passed to a colleague: by whoever has it, their lead, or the desk."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreement_rule import agreement_for
from training.bookings.blueprint import blueprint
from training.bookings.checking import warnings_for
from training.bookings.forms_substitution import ColleagueForm
from training.bookings.models import Booking
from training.bookings.operations_substitution import AGENCY_UNKNOWN, job_at, name_colleague, require_place
from training.bookings.queries_substitution import person_in_reach
from training.bookings.rules_checking import NOTE_MISSING, Warned, needs_note
from training.bookings.views_book import facts_of, written_to
from training.bookings.views_sides import Side, booking_on, way_back
from training.catalogue.models import Agreement
from training.catalogue.queries_conditions import prerequisites_of
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.people.operations_named import check_colleague
from training.web import access
from training.web.access import current_viewer
from training.web.templating import new_form_token

SAID_DECLARED = "Confirm that their line manager agrees"


@blueprint.route("/my/bookings/<string:ref>/colleague", methods=["GET", "POST"])
@access.signed_in
def send_my_colleague(ref: str) -> ResponseReturnValue:
    """Send a colleague in my place."""
    return _sending(Side.OWN, ref)


@blueprint.route("/agency/bookings/<string:ref>/colleague", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_colleague(ref: str) -> ResponseReturnValue:
    """Send somebody else of my agency in the place of one of my people."""
    return _sending(Side.AGENCY, ref)


@blueprint.route("/desk/bookings/<string:ref>/colleague", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_colleague(ref: str) -> ResponseReturnValue:
    """Pass somebody's place to a colleague."""
    return _sending(Side.DESK, ref)


def _sending(side: Side, ref: str) -> ResponseReturnValue:
    booking = booking_on(side, ref)
    why_not = _why_not(booking, side)
    form = _form(booking, side)
    warned: list[Warned] = []
    is_checked = False
    if not why_not and form.validate_on_submit():
        warned = _warned(booking, form)
        _require_note(form, side, warned)
        is_checked = _is_sound(form)
        if is_checked and form.was_shown() and "change" not in request.form:
            try:
                name_colleague(current_viewer(), booking.id, form.named, declared=form.is_declared, note=form.noted)
            except Refused as refused:
                _say(form, refused)
                is_checked = False
            else:
                flash(_said(side, booking, form), "success")
                return redirect(way_back(side, booking).href)
        is_checked = is_checked and "change" not in request.form
        # The token that was sent is spent with this answer, so the next sending needs its own.
        form.form_token.data = new_form_token()
    return render_template(
        "bookings/colleague.html",
        side=side,
        back=way_back(side, booking),
        booking=booking,
        form=form,
        named=form.named if is_checked else None,
        facts=facts_of(booking.course_session),
        why_not=why_not,
        warned=warned,
        is_asked=_rule(booking) is Agreement.ASKED,
    ), 409 if why_not and request.method == "POST" else form.status


def _form(booking: Booking, side: Side) -> ColleagueForm:
    form = ColleagueForm()
    before = [course.title for course in prerequisites_of(current_viewer(), booking.course_session.course_id)]
    form.offer(before=before, is_declared=_rule(booking) is Agreement.DECLARED, at_desk=side is Side.DESK)
    return form


def _rule(booking: Booking) -> Agreement:
    return agreement_for(booking.course_session.course, booking.agency_id)


def _why_not(booking: Booking, side: Side) -> str:
    """Why no colleague can be sent, without a full stop; empty where one can."""
    try:
        require_place(booking)
    except Refused as refused:
        return refused.sentence
    return AGENCY_UNKNOWN if booking.agency_id is None and side is not Side.DESK else ""


def _warned(booking: Booking, form: ColleagueForm) -> list[Warned]:
    """What stands against the colleague, as far as whoever names them sees their record anyway."""
    viewer = current_viewer()
    person = person_in_reach(viewer, form.address.data)
    if person is None or person.id in (booking.person_id, viewer.person_id):
        return []
    job = job_at(booking, person, None, any_agency=True)
    return warnings_for(viewer, person.id, booking.course_session, job)


def _require_note(form: ColleagueForm, side: Side, warned: list[Warned]) -> None:
    """Ask for the note where something comes first, but of the desk, and of a lead who sees that it is done."""
    if "note" not in form or form.noted or side is Side.DESK:
        return
    is_seen = side is Side.AGENCY and person_in_reach(current_viewer(), form.address.data) is not None
    if not is_seen or needs_note(warned):
        form.add_error("Enter whether they have done what comes first", "note")


def _is_sound(form: ColleagueForm) -> bool:
    try:
        check_colleague(form.named)
    except Refused as refused:
        _say(form, refused)
    return not form.failed


def _say(form: ColleagueForm, refused: Refused) -> None:
    sentence = SAID_DECLARED if refused.field == "declared" else refused.sentence
    sentence = "Enter whether they have done what comes first" if refused.sentence == NOTE_MISSING else sentence
    form.add_error(sentence, refused.field if refused.field in form else "")


def _said(side: Side, booking: Booking, form: ColleagueForm) -> str:
    whose = "Your place" if side.is_own else f"The place of {booking.person.name}"
    told = written_to(booking.person) if not side.is_own else ""
    return f"{whose} has gone to {form.named.name}. We have written to them.{told}"


def colleague_page(side: Side, booking: Booking) -> str:
    """The address of the page that passes this booking's place on."""
    endpoints = {
        Side.OWN: "bookings.send_my_colleague",
        Side.AGENCY: "bookings.agency_colleague",
        Side.DESK: "bookings.desk_colleague",
    }
    return url_for(endpoints[side], ref=booking.ref)
