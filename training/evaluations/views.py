"""Answering an evaluation: behind the link of a mail, or from the person's own pages."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.evaluations import views_feedback as views_feedback
from training.evaluations.blueprint import blueprint
from training.evaluations.forms import answers_form
from training.evaluations.links import EVALUATION
from training.evaluations.models import EvaluationRequest, Stage
from training.evaluations.notices import KEPT_TOGETHER, WHO_READS
from training.evaluations.operations import answer
from training.evaluations.queries import intentions_of, own_requests, request_to_answer
from training.web import access
from training.web.access import current_viewer
from training.web.links import link_page

HEADINGS = {Stage.END: "How was it?", Stage.IMPACT: "What came of it?"}


@link_page(EVALUATION)
def answer_link(link: SignedLink) -> ResponseReturnValue:
    """The evaluation a mail asked for; opening the page does nothing."""
    viewer = Viewer(ViewerKind.LINK, link_id=link.id)
    request = request_to_answer(viewer, link.subject_id)
    if request is None:
        abort(404)
    return _answering(viewer, request)


@blueprint.route("/my/bookings/<string:ref>/evaluation", methods=["GET", "POST"])
@access.signed_in
def answer_own(ref: str) -> ResponseReturnValue:
    """The evaluation that is open on one's own booking; where all are answered, it says so."""
    requests = own_requests(current_viewer(), ref)
    if not requests:
        abort(404)
    request = next((one for one in requests if one.answered_at is None), None)
    if request is None:
        return redirect(url_for("evaluations.answered", stage=requests[-1].stage.value))
    return _answering(current_viewer(), request)


@blueprint.route("/evaluations/answered/<any(end, impact):stage>")
@access.public
def answered(stage: str) -> ResponseReturnValue:
    """Thanks, and who reads the answers now."""
    return render_template("evaluations/answered.html", stage=stage, who_reads=WHO_READS, kept_together=KEPT_TOGETHER)


def _answering(viewer: Viewer, request: EvaluationRequest) -> ResponseReturnValue:
    intentions = intentions_of(request) if request.stage is Stage.IMPACT else []
    form = answers_form(request.stage, request.form.questions, intentions)
    if form.validate_on_submit() and not form.warn_of_names():
        try:
            answer(viewer, request.id, form.answers())
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            return redirect(url_for("evaluations.answered", stage=request.stage.value))
    return render_template(
        "evaluations/answer.html",
        request=request,
        form=form,
        heading=HEADINGS[request.stage],
        who_reads=WHO_READS,
        kept_together=KEPT_TOGETHER,
    ), form.status
