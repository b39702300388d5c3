"""The page on which a session is called off."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.queries_desk import who_hears_of_it
from training.bookings.views_book import facts_of
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.deeds import told, why_closed
from training.changes.forms import CallOffForm
from training.changes.operations_call_off import call_off_session
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/sessions/<string:ref>/call-off", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def call_off(ref: str) -> ResponseReturnValue:
    """Call a session off: who will be told, before the button."""
    course_session, form = session_for_desk(ref), CallOffForm()
    hears = who_hears_of_it(current_viewer(), course_session.id)
    if form.validate_on_submit():
        try:
            call_off_session(current_viewer(), course_session.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"The session is called off. {told(hears)}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "changes/call_off.html",
        course_session=course_session,
        form=form,
        facts=facts_of(course_session),
        hears=hears,
        closed=why_closed(course_session),
    ), form.status
