"""What was said: one session for its trainers and the officer, and the officer's list of all."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.viewer import Role
from training.evaluations.blueprint import blueprint
from training.evaluations.models import STAGE_LABELS
from training.evaluations.results import results_of, session_with_feedback, sessions_evaluated
from training.evaluations.rules import LEAST_SHOWN
from training.web import access
from training.web.access import current_viewer
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

register_desk_section(
    "Evaluations", "evaluations.desk_evaluations", Role.OFFICER, position=70, prefixes=("/desk/evaluations",)
)


@blueprint.route("/sessions/<string:ref>/feedback")
@access.signed_in
def feedback(ref: str) -> ResponseReturnValue:
    """What people said about a session, without names; an administrator does not see it."""
    course_session = session_with_feedback(current_viewer(), ref)
    if course_session is None:
        abort(404)
    return render_template(
        "evaluations/feedback.html",
        course_session=course_session,
        results=results_of(current_viewer(), course_session),
        stage_labels=STAGE_LABELS,
        least=LEAST_SHOWN,
        now=clock.now(),
    )


@blueprint.route("/desk/evaluations")
@access.only(Role.OFFICER)
def desk_evaluations() -> ResponseReturnValue:
    """Sessions that were evaluated: how many answered, and when the question about impact goes out."""
    page = paged(sessions_evaluated(current_viewer()), page_asked_for())
    return render_template("evaluations/desk.html", page=page, now=clock.now())
