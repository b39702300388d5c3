"""Pages on which the lead, and the desk for a manager, answer for bookings that wait for a yes or no."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreements import is_asked_about
from training.bookings.blueprint import blueprint
from training.bookings.forms_agreements import AGREES, AnswerForForm
from training.bookings.models import BOOKING_STATE_LABELS, Booking
from training.bookings.models_answers import AgreedBy
from training.bookings.operations_agreements import agree, say_no
from training.bookings.operations_deputy import confirm_deputy
from training.bookings.queries_asked import booking_to_answer, waiting_for_answer
from training.bookings.views_book import facts_of, written_to
from training.bookings.wording_answers import asked_at_desk, what_was_said
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.paging import page_asked_for, paged


@blueprint.get("/agency/agreements")
@access.only(Role.AGENCY_LEAD)
def agency_agreements() -> ResponseReturnValue:
    """Which of my people wait for a yes or no?"""
    return _list(at_desk=False)


@blueprint.route("/agency/agreements/<string:ref>", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_agreement(ref: str) -> ResponseReturnValue:
    """Say whether one of my people may go."""
    return _answer(ref, AnswerForForm(), AgreedBy.LEAD)


@blueprint.post("/agency/agreements/<string:ref>/deputy")
@access.only(Role.AGENCY_LEAD)
def agency_confirm_deputy(ref: str) -> ResponseReturnValue:
    """Confirm whom a manager named to decide in their place."""
    return _confirm_deputy(ref, AgreedBy.LEAD)


@blueprint.get("/desk/agreements")
@access.only(*DESK_ROLES)
def agreements() -> ResponseReturnValue:
    """Which bookings wait for a yes or no, since when and until when?"""
    return _list(at_desk=True)


@blueprint.route("/desk/bookings/<string:ref>/agreement", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_agreement(ref: str) -> ResponseReturnValue:
    """Answer for a manager, with a note who said so."""
    return _answer(ref, AnswerForForm(), AgreedBy.OFFICER)


@blueprint.post("/desk/bookings/<string:ref>/agreement/deputy")
@access.only(*DESK_ROLES)
def desk_confirm_deputy(ref: str) -> ResponseReturnValue:
    """Confirm whom a manager named to decide in their place."""
    return _confirm_deputy(ref, AgreedBy.OFFICER)


def _list(*, at_desk: bool) -> ResponseReturnValue:
    page = paged(waiting_for_answer(current_viewer(), at_desk=at_desk), page_asked_for())
    return render_template(
        "bookings/agreements.html",
        page=page,
        at_desk=at_desk,
        answer_page="bookings.desk_agreement" if at_desk else "bookings.agency_agreement",
        labels=BOOKING_STATE_LABELS,
        asked={booking.id: asked_at_desk(booking) for booking in page.rows},
    )


def _answer(ref: str, form: AnswerForForm, by: AgreedBy) -> ResponseReturnValue:
    at_desk = by is AgreedBy.OFFICER
    booking = _to_answer(ref, by)
    if not at_desk:
        form.ask_no_note()
    if form.validate_on_submit():
        try:
            said = _act(booking, form, by)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(said, "success")
            return redirect(_list_page(by))
    return _page(booking, form, by)


def _act(booking: Booking, form: AnswerForForm, by: AgreedBy) -> str:
    viewer, name = current_viewer(), booking.person.name
    note = form.note.data if "note" in form else ""
    if form.answer.data == AGREES:
        agreed = agree(viewer, booking.id, by, note)
        what = "has the place" if agreed.holds_place else "waits on, and nobody has to be asked any more"
        return f"{name} {what}.{written_to(booking.person) if agreed.holds_place else ''}"
    say_no(viewer, booking.id, form.reason.data, by, note)
    return f"The booking of {name} has ended.{written_to(booking.person)}"


def _confirm_deputy(ref: str, by: AgreedBy) -> ResponseReturnValue:
    booking, form = _to_answer(ref, by), Form()
    if form.validate_on_submit():
        try:
            named = confirm_deputy(current_viewer(), booking.id, by)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash(f"We have asked {named.deputy_name} at {named.deputy_address}.", "success")
            return redirect(_list_page(by))
    shown = AnswerForForm(formdata=None)
    if by is AgreedBy.LEAD:
        shown.ask_no_note()
    shown.form_errors.extend(form.form_errors)
    return _page(booking, shown, by)


def _to_answer(ref: str, by: AgreedBy) -> Booking:
    return booking_to_answer(current_viewer(), ref, at_desk=by is AgreedBy.OFFICER) or abort(404)


def _list_page(by: AgreedBy) -> str:
    return url_for("bookings.agreements" if by is AgreedBy.OFFICER else "bookings.agency_agreements")


def _page(booking: Booking, form: AnswerForForm, by: AgreedBy) -> ResponseReturnValue:
    at_desk = by is AgreedBy.OFFICER
    return render_template(
        "bookings/answer_for.html",
        booking=booking,
        form=form,
        at_desk=at_desk,
        is_open=is_asked_about(booking),
        said=what_was_said(booking),
        asked=asked_at_desk(booking),
        facts=facts_of(booking.course_session),
        labels=BOOKING_STATE_LABELS,
        list_page=_list_page(by),
        deputy_page=url_for(
            "bookings.desk_confirm_deputy" if at_desk else "bookings.agency_confirm_deputy", ref=booking.ref
        ),
    ), form.status
