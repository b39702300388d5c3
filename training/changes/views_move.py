"""The page on which a session gets another date, time, place or link."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.queries_desk import who_hears_of_it
from training.bookings.views_book import facts_of
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.deeds import is_fresh, told, why_closed
from training.changes.forms import move_form_for
from training.changes.operations_move import move_session
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.queries import venue_choices
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/sessions/<string:ref>/move", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def move(ref: str) -> ResponseReturnValue:
    """Give a session another date, time, place or link; everybody is told once what was and what is."""
    viewer, course_session = current_viewer(), session_for_desk(ref)
    form = move_form_for(course_session, venue_choices(viewer))
    hears = who_hears_of_it(viewer, course_session.id)
    if form.validate_on_submit() and is_fresh(form, course_session):
        try:
            move_session(
                viewer,
                course_session.id,
                form.parts(),
                venue_id=form.venue.data,
                online_link=form.online_link.data,
                mode=form.mode.data,
            )
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"The session is changed. {told(hears)}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "changes/move.html",
        course_session=course_session,
        form=form,
        facts=facts_of(course_session),
        hears=hears,
        closed=why_closed(course_session),
    ), form.status
