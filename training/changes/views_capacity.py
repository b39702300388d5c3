"""The page on which a session gets more places, or fewer."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.operations_capacity import change_capacity
from training.bookings.places import standing_of
from training.bookings.terms import may_pass_on
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.deeds import is_fresh, passed_on
from training.changes.forms import CapacityForm
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count


@blueprint.route("/desk/sessions/<string:ref>/capacity", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def capacity(ref: str) -> ResponseReturnValue:
    """Change how many places there are; more places go to the waiting list at once."""
    course_session = session_for_desk(ref)
    form = CapacityForm(data={"capacity": course_session.capacity, "row_version": course_session.row_version})
    standing = standing_of(course_session.id)
    if form.validate_on_submit() and is_fresh(form, course_session):
        wanted = form.capacity.data
        try:
            change_capacity(current_viewer(), course_session.id, wanted or 0)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            after = passed_on(standing_of(course_session.id).held - standing.held)
            flash(f"The session has {count(wanted or 0, 'place')} now.{after}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "changes/capacity.html",
        course_session=course_session,
        form=form,
        standing=standing,
        passes_on=may_pass_on(course_session),
    ), form.status
