"""The page on which the details of a session are put right."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.places import locked_session, standing_of
from training.bookings.views_people import session_for_desk
from training.changes.blueprint import blueprint
from training.changes.deeds import passed_on, when_told, why_closed
from training.changes.operations_details import change_details
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.forms import DetailsForm, values_of
from training.schedule.models import CourseSession
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale


@blueprint.route("/desk/sessions/<string:ref>/details", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def details(ref: str) -> ResponseReturnValue:
    """Change what people read before they come, and when booking opens and closes."""
    course_session = session_for_desk(ref)
    form = DetailsForm(data=values_of(course_session))
    differences: list[Difference] = []
    if form.validate_on_submit():
        locked_session(course_session.id)
        if form.is_stale(course_session.row_version):
            present = DetailsForm(formdata=None, data=values_of(course_session))
            differences = refuse_stale(form, present, "this session")
        elif _details_changed(course_session, form):
            return redirect(url_for("bookings.desk_session", ref=course_session.ref))
    return render_template(
        "changes/details.html",
        course_session=course_session,
        form=form,
        differences=differences,
        closed=why_closed(course_session, "changed here"),
    ), form.status


def _details_changed(course_session: CourseSession, form: DetailsForm) -> bool:
    """Do what the form asks for and say what came of it; False where it was refused, which the form then says."""
    notes, held = course_session.joining_notes, standing_of(course_session.id).held
    try:
        change_details(
            current_viewer(),
            course_session.id,
            joining_notes=form.joining_notes.data,
            booking_opens_at=form.opens_at,
            booking_closes_at=form.closes_at,
        )
    except Refused as refused:
        form.add_error(refused.sentence, refused.field)
        return False
    said = "The details are saved."
    if course_session.joining_notes != notes:
        said += when_told(current_viewer(), course_session.id)
    flash(said + passed_on(standing_of(course_session.id).held - held), "success")
    return True
