"""A trainer answers a request to teach: behind the link of its message, or signed in; both are one page."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_trainers import CAN, RequestForm
from training.bookings.queries_needs import needs_standing
from training.bookings.views_book import facts_of
from training.config import installation
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer, ViewerKind
from training.schedule.links import TEACHING, is_over_for_trainer
from training.schedule.models import TRAINER_PART_LABELS, TrainerAssignment
from training.schedule.operations_trainers import answer_request, why_not_answered
from training.schedule.queries_trainers import assignment_of_link, own_assignment
from training.schedule.reach import TAKES_REGISTER, is_guest, teaches_at
from training.web import access
from training.web.access import current_viewer
from training.web.links import link_of, link_page


@link_page(TEACHING)
def request_by_link(link: SignedLink) -> ResponseReturnValue:
    """Answer the request of a message; once it was a yes, the way to who is coming. Opening the page does nothing."""
    viewer = viewer_of_link(link)
    assignment = assignment_of_link(viewer)
    if assignment is None or is_over_for_trainer(assignment):
        return render_template("links/closed.html", link=link), 410
    return _request(viewer, assignment, by_link=True)


@blueprint.route("/teaching/<string:ref>/answer", methods=["GET", "POST"])
@access.only(Role.TRAINER)
def trainer_request(ref: str) -> ResponseReturnValue:
    """Can you teach this session?"""
    assignment = own_assignment(current_viewer(), ref) or abort(404)
    return _request(current_viewer(), assignment, by_link=False)


def viewer_of_link(link: SignedLink) -> Viewer:
    """Who holds a trainer's link: the person it was sent to, for that one assignment; nobody in particular if gone."""
    viewer = Viewer(ViewerKind.LINK, link_id=link.id, link_opens=(TrainerAssignment.__tablename__, link.subject_id))
    assignment = assignment_of_link(viewer)
    if assignment is None:
        return viewer
    return Viewer(viewer.kind, assignment.person_id, link_id=link.id, link_opens=viewer.link_opens)


def trainer_by_link(token: str) -> tuple[Viewer, TrainerAssignment]:
    """Who stands behind `token`, for a page below their link, and their assignment; aborts where it opens nothing."""
    link = link_of(TEACHING, token)
    viewer = viewer_of_link(link)
    assignment = assignment_of_link(viewer)
    if assignment is None or is_over_for_trainer(assignment) or not teaches_at(viewer, assignment.session_id):
        abort(404)
    return viewer, assignment


def _request(viewer: Viewer, assignment: TrainerAssignment, *, by_link: bool) -> ResponseReturnValue:
    course_session = assignment.course_session
    form = RequestForm(data={"seen_from": course_session.starts_at.isoformat()})
    why_not = why_not_answered(assignment)
    if form.is_submitted() and why_not:
        form.add_error(why_not)
    elif form.validate_on_submit():
        comes = form.answer.data == CAN
        try:
            answer_request(
                viewer, assignment.id, comes=comes, note=form.note.data, seen_from=_read(form.seen_from.data)
            )
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
            form.seen_from.data = course_session.starts_at.isoformat()
        else:
            flash(_said(assignment, comes=comes), "success")
            return redirect(request.path)
    teaches = teaches_at(viewer, course_session.id)
    return render_template(
        "bookings/trainer_request.html",
        assignment=assignment,
        course_session=course_session,
        form=form,
        by_link=by_link,
        facts=[*facts_of(course_session), ("You come as", TRAINER_PART_LABELS[assignment.part].lower())],
        why_not=why_not_answered(assignment),
        teaches=teaches,
        signs_in=assignment.part in TAKES_REGISTER and not is_guest(assignment.person_id),
        needs=needs_standing(viewer, course_session.id) if teaches else None,
        desk_address=installation().mail_address,
    ), form.status


def _read(text: str) -> datetime | None:
    """The moment in a hidden value; one that nobody wrote is as good as a date that is past."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _said(assignment: TrainerAssignment, *, comes: bool) -> str:
    address = assignment.person.address
    if not comes:
        return "You told us that you cannot teach this session. Thank you for saying so."
    return "Thank you. You are down to teach this session." + (
        f" A message with the entry for your calendar goes to {address}." if address else ""
    )
