"""Telling people of a change before its quiet period ends, and who has answered whether they come."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.models import Booking
from training.bookings.queries import booking_by_ref
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.operations_coming import give_back, say_coming
from training.changes.operations_telling import tell_now
from training.changes.queries_answers import answers_of
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.models import CourseSession
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count
from training.web.forms import Form


@blueprint.post("/desk/sessions/<string:ref>/tell-now")
@access.only(*DESK_ROLES)
def tell_of_change(ref: str) -> ResponseReturnValue:
    """Tell people of a change now, without waiting for the end of the quiet period."""
    session, form = session_for_desk(ref), Form()
    if form.validate_on_submit():
        try:
            told = tell_now(current_viewer(), session.id)
        except Refused as refused:
            flash(f"{refused.sentence}.", "warning")
        else:
            flash(f"We are writing to {count(told, 'person')}." if told else "There was nobody to tell.", "success")
        return redirect(url_for("bookings.desk_session", ref=session.ref))
    return _answers(session, form)


@blueprint.get("/desk/sessions/<string:ref>/answers")
@access.only(*DESK_ROLES)
def answers(ref: str) -> ResponseReturnValue:
    """Who has said that they come on the new date, and whom to ring because they have not answered?"""
    return _answers(session_for_desk(ref), Form())


@blueprint.post("/desk/bookings/<string:ref>/comes")
@access.only(*DESK_ROLES)
def note_coming(ref: str) -> ResponseReturnValue:
    """Note what somebody said on the telephone: they come on the new date."""
    return _note(ref, comes=True)


@blueprint.post("/desk/bookings/<string:ref>/gives-back")
@access.only(*DESK_ROLES)
def note_given_back(ref: str) -> ResponseReturnValue:
    """Note what somebody said on the telephone: they cannot come on the new date, and give the place back."""
    return _note(ref, comes=False)


def _note(ref: str, *, comes: bool) -> ResponseReturnValue:
    booking = booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        try:
            (say_coming if comes else give_back)(current_viewer(), booking.id)
        except Refused as refused:
            form.add_error(refused.sentence)
        else:
            flash(_noted(booking, comes=comes), "success")
            return redirect(url_for("changes.answers", ref=booking.course_session.ref))
    return _answers(booking.course_session, form)


def _noted(booking: Booking, *, comes: bool) -> str:
    name = booking.person.name
    return f"Noted: {name} comes." if comes else f"Noted: {name} gives the place back. We are writing to them."


def _answers(session: CourseSession, form: Form) -> ResponseReturnValue:
    return render_template(
        "changes/answers.html", course_session=session, form=form, answers=answers_of(current_viewer(), session.id)
    ), form.status
