"""The page on which a session is called off."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.places import locked_session
from training.bookings.views_book import facts_of
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.deeds import why_closed
from training.changes.forms import CallOffForm
from training.changes.operations_call_off import CalledOff, call_off_session
from training.changes.previews import Preview, preview_of_call_off
from training.changes.queries_dates import other_dates
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.models import CourseSession
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.formats import count


@blueprint.route("/desk/sessions/<string:ref>/call-off", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def call_off(ref: str) -> ResponseReturnValue:
    """Call a session off and say what becomes of its people: first who will be told what, then the button."""
    viewer, session = current_viewer(), session_for_desk(ref)
    form = _form_of(session)
    differences: list[Difference] = []
    preview: Preview | None = None
    if form.validate_on_submit():
        locked_session(session.id)
        if form.is_stale(session.row_version):
            differences = refuse_stale(form, _form_of(session, unsent=True), "this session")
        else:
            typed = (form.reason.data, form.to_session_id)
            try:
                if form.was_previewed(*typed, session.row_version):
                    done = call_off_session(viewer, session.id, *typed)
                    flash(f"The session is called off. {_came_of_it(done)}", "success")
                    return redirect(url_for("bookings.people", ref=session.ref))
                preview = preview_of_call_off(viewer, session.id, *typed)
            except Refused as refused:
                form.add_error(refused.sentence, refused.field if refused.field in form else "")
    return render_template(
        "changes/call_off.html",
        course_session=session,
        form=form,
        differences=differences,
        preview=preview,
        facts=facts_of(session),
        closed=why_closed(session),
    ), form.status


def _form_of(session: CourseSession, *, unsent: bool = False) -> CallOffForm:
    data = {"row_version": session.row_version}
    form = CallOffForm(formdata=None, data=data) if unsent else CallOffForm(data=data)
    form.offer(other_dates(session, must_be_open=False))
    return form


def _came_of_it(done: CalledOff) -> str:
    told = f"We are writing to {count(done.ended, 'person')}." if done.ended else "Nobody had booked."
    if not done.brought:
        return told
    return f"{told} On the other date {count(done.placed, 'person')} got a place and {done.listed} wait or applied."
