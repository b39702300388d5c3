"""A trainer answers a request, and says that they cannot come: behind a link of a message, or signed in.

Opening a page does nothing. Whoever receives the messages of a trainer without an address answers for them.
"""

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.forms_trainers import CAN, RequestForm
from training.bookings.queries_needs import needs_standing
from training.bookings.views_book import facts_of
from training.bookings.views_trainers import viewer_of_link
from training.config import installation
from training.core.haste import flag_haste
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.pool.blueprint import blueprint
from training.pool.forms import CannotComeForm
from training.pool.operations import TOO_LATE, answer, send_pack_again
from training.pool.operations_search import is_taken_by_another
from training.pool.queries_changes import what_changed
from training.schedule.links import ANSWER_FOR, TEACHING, is_over_for_trainer
from training.schedule.models import TRAINER_PART_LABELS, AssignmentState, TrainerAssignment
from training.schedule.operations_trainers import why_not_answered
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
    return _request(viewer, assignment, by_link=True, teaches=teaches_at(viewer, assignment.session_id))


@link_page(ANSWER_FOR)
def request_for_another(link: SignedLink) -> ResponseReturnValue:
    """Answer in place of a trainer without an address; it shows nobody who comes, whatever the answer was."""
    viewer = viewer_of_link(link, in_place=True)
    assignment = assignment_of_link(viewer)
    if assignment is None:
        return render_template("links/closed.html", link=link), 410
    return _request(viewer, assignment, by_link=True, teaches=False, in_place=True)


@blueprint.route("/teaching/<string:ref>/answer", methods=["GET", "POST"])
@access.only(Role.TRAINER)
def trainer_request(ref: str) -> ResponseReturnValue:
    """Can you teach this session?"""
    viewer = current_viewer()
    assignment = own_assignment(viewer, ref) or abort(404)
    return _request(viewer, assignment, by_link=False, teaches=teaches_at(viewer, assignment.session_id))


@blueprint.route("/teaching/<string:ref>/cannot-come", methods=["GET", "POST"])
@access.only(Role.TRAINER)
def own_cannot_come(ref: str) -> ResponseReturnValue:
    """Say that you cannot come to a session you teach; the training team is told at once."""
    assignment = own_assignment(current_viewer(), ref) or abort(404)
    return _cannot_come(current_viewer(), assignment, back=url_for("pool.trainer_request", ref=ref))


@blueprint.route("/link/<string:token>/cannot-come", methods=["GET", "POST"])
@access.link_holder
def link_cannot_come(token: str) -> ResponseReturnValue:
    """Say that you cannot come, as a guest trainer by your link."""
    link = link_of(TEACHING, token)
    viewer = viewer_of_link(link)
    assignment = assignment_of_link(viewer)
    if assignment is None or assignment.state is not AssignmentState.ACCEPTED or is_over_for_trainer(assignment):
        abort(404)
    return _cannot_come(viewer, assignment, back=url_for("links.open_link", token=token), link=link)


@blueprint.post("/teaching/<string:ref>/pack")
@access.only(Role.TRAINER)
def own_pack(ref: str) -> ResponseReturnValue:
    """Have your pack for a session sent to you once more."""
    assignment = own_assignment(current_viewer(), ref) or abort(404)
    try:
        send_pack_again(current_viewer(), assignment.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"Your pack is on its way to {assignment.person.address}.", "success")
    return redirect(url_for("pool.trainer_request", ref=ref))


def _request(
    viewer: Viewer, assignment: TrainerAssignment, *, by_link: bool, teaches: bool, in_place: bool = False
) -> ResponseReturnValue:
    course_session = assignment.course_session
    form = RequestForm(data={"seen_from": course_session.starts_at.isoformat()})
    taken, why_not = is_taken_by_another(assignment), why_not_answered(assignment)
    if form.is_submitted() and taken:
        # Whoever comes second has done nothing wrong: the page says so kindly.
        return redirect(request.path)
    if form.is_submitted() and why_not:
        form.add_error(why_not)
    elif form.validate_on_submit():
        comes = form.answer.data == CAN
        try:
            answer(viewer, assignment.id, comes=comes, note=form.note.data, seen_from=_read(form.seen_from.data))
        except Refused as refusal:
            if refusal.sentence == TOO_LATE:
                return redirect(request.path)
            form.add_error(refusal.sentence, refusal.field)
            form.seen_from.data = course_session.starts_at.isoformat()
        else:
            flash(_said(assignment, comes=comes, in_place=in_place), "success")
            return redirect(request.path)
    return render_template(
        "pool/request.html",
        assignment=assignment,
        course_session=course_session,
        form=form,
        by_link=by_link,
        in_place=in_place,
        facts=[*facts_of(course_session), ("You come as", TRAINER_PART_LABELS[assignment.part].lower())],
        taken=taken,
        changed=what_changed(viewer, assignment) if assignment.state is not AssignmentState.WITHDRAWN else None,
        why_not=why_not_answered(assignment),
        teaches=teaches,
        signs_in=not in_place and assignment.part in TAKES_REGISTER and not is_guest(assignment.person_id),
        needs=needs_standing(viewer, course_session.id) if teaches else None,
        desk_address=installation().mail_address,
    ), form.status


def _cannot_come(
    viewer: Viewer, assignment: TrainerAssignment, *, back: str, link: SignedLink | None = None
) -> ResponseReturnValue:
    form, why_not = CannotComeForm(), why_not_answered(assignment)
    if form.is_submitted() and why_not:
        form.add_error(why_not)
    elif form.validate_on_submit():
        try:
            answer(viewer, assignment.id, comes=False, note=form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            if link is not None:
                flag_haste(link)
            flash(_said(assignment, comes=False, in_place=False), "success")
            return redirect(back)
    return render_template(
        "pool/own_cannot_come.html",
        assignment=assignment,
        course_session=assignment.course_session,
        facts=facts_of(assignment.course_session),
        form=form,
        back=back,
        why_not=why_not,
        desk_address=installation().mail_address,
    ), form.status


def _read(text: str) -> datetime | None:
    """The moment in a hidden value; one that nobody wrote is as good as a date that is past."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _said(assignment: TrainerAssignment, *, comes: bool, in_place: bool) -> str:
    name, address = assignment.person.name, assignment.person.address
    if in_place:
        return (
            f"Noted that {name} can teach this session." if comes else f"Noted that {name} cannot teach this session."
        )
    if not comes:
        return "You told us that you cannot teach this session. Thank you for saying so."
    return "Thank you. You are down to teach this session." + (
        f" A message with the entry for your calendar goes to {address}." if address else ""
    )
