"""Questions about bookings: the desk’s list and answers, and what the person adds."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_warnings import CANCEL, FINE, WRITE, AddToQuestionForm, AnswerQuestionForm
from training.bookings.models import BOOKING_STATE_LABELS, Booking
from training.bookings.operations_warnings import (
    SETTLED_ALREADY,
    add_to_question,
    cancel_questioned,
    settle_question,
    write_back,
)
from training.bookings.queries import booking_by_ref, own_booking_by_ref
from training.bookings.queries_warnings import answered_questions, open_questions, questions_about
from training.bookings.standing import cancelling_booked
from training.bookings.views_book import facts_of, written_to
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged

VIEWS = {"open": "To answer", "answered": "Answered"}


@blueprint.get("/desk/bookings/questions")
@access.only(*DESK_ROLES)
def questions() -> ResponseReturnValue:
    """What have people asked about their bookings?"""
    viewer = current_viewer()
    view = request.args.get("view", "open")
    if view not in VIEWS:
        abort(404)
    page = paged(open_questions(viewer) if view == "open" else answered_questions(viewer), page_asked_for())
    return render_template(
        "bookings/desk_questions.html",
        page=page,
        view=view,
        views=[(text, url_for("bookings.questions", view=name), name == view) for name, text in VIEWS.items()],
        asked=questions_about(viewer, [booking.id for booking in page.rows]),
        labels=BOOKING_STATE_LABELS,
    )


@blueprint.route("/desk/bookings/<string:ref>/question", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def answer_question(ref: str) -> ResponseReturnValue:
    """Answer what somebody asked about their booking."""
    viewer = current_viewer()
    booking = booking_by_ref(viewer, ref) or abort(404)
    question = questions_about(viewer, [booking.id]).get(booking.id) or abort(404)
    form = AnswerQuestionForm()
    if form.validate_on_submit() and form.require_words():
        try:
            said = _answer(booking, form)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(said, "success")
            return redirect(url_for("bookings.questions"))
    return render_template(
        "bookings/desk_question.html",
        booking=booking,
        question=question,
        form=form,
        facts=facts_of(booking.course_session),
        labels=BOOKING_STATE_LABELS,
        is_late=cancelling_booked(booking)[1],
    ), form.status


@blueprint.route("/my/bookings/<string:ref>/question", methods=["GET", "POST"])
@access.signed_in
def my_question(ref: str) -> ResponseReturnValue:
    """Answer the training team about my booking, or add to what I asked."""
    viewer = current_viewer()
    booking = own_booking_by_ref(viewer, ref) or abort(404)
    question = questions_about(viewer, [booking.id]).get(booking.id) or abort(404)
    form = AddToQuestionForm()
    if not question.is_open:
        flash(f"{SETTLED_ALREADY}.", "warning")
        return redirect(url_for("bookings.show", ref=booking.ref))
    if form.validate_on_submit():
        try:
            add_to_question(viewer, booking.id, form.words.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The training team has your answer. They write to you when they have decided.", "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    return render_template("bookings/my_question.html", booking=booking, question=question, form=form), form.status


def _answer(booking: Booking, form: AnswerQuestionForm) -> str:
    """Do what was chosen; what happened, in words."""
    viewer, words, name = current_viewer(), form.words.data, booking.person.name
    if form.answer.data == CANCEL:
        cancel_questioned(viewer, booking.id, words)
        return f"The booking of {name} is cancelled.{written_to(booking.person)}"
    if form.answer.data == WRITE:
        write_back(viewer, booking.id, words)
        return f"The question stays open until {name} answers.{written_to(booking.person)}"
    assert form.answer.data == FINE
    settle_question(viewer, booking.id, words)
    return f"The booking of {name} stays as it is.{written_to(booking.person)}"
