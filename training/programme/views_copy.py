"""Copying one session from its page at the desk."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.programme.blueprint import blueprint
from training.programme.copying import copied_details, copy_session, teachers_to_ask
from training.programme.forms import CopyForm
from training.programme.names import Pool
from training.programme.queries import closures_between
from training.programme.rules import day_concerns
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/sessions/<string:ref>/copy", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def copy(ref: str) -> ResponseReturnValue:
    """Draft the same session on another day: what it is, never who is on it."""
    viewer = current_viewer()
    session = session_by_ref(viewer, ref) or abort(404)
    form = CopyForm()
    asked, gone = teachers_to_ask(session, Pool())
    if form.validate_on_submit() and (on := form.on.data) is not None:
        days = (on - times_of(session)[0].on).days
        if on < clock.today():
            form.add_error("The first day of the copy must be today or later", "on")
        else:
            try:
                draft = copy_session(viewer, session, days, ask_trainers=form.ask_trainers.data)
            except Refused as refusal:
                form.add_error(refusal.sentence, "on")
            else:
                flash("The copy is drafted. Only the desk sees it until it is published.", "success")
                _warn_of_days(draft)
                return redirect(url_for("bookings.desk_session", ref=draft.ref))
    return render_template(
        "programme/copy.html",
        form=form,
        session=session,
        details=copied_details(session, 0),
        asked=[each.person.name for each in asked],
        gone=[each.person.name for each in gone],
    ), form.status


def _warn_of_days(draft: CourseSession) -> None:
    days = [part.on for part in times_of(draft)]
    for concern in day_concerns(days, closures_between(current_viewer(), min(days), max(days)), clock.today()):
        flash(concern.sentence, "warning")
