"""The desk finds somebody to teach: a trainer cannot come, who could, several asked at once, the first yes takes it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.views_book import facts_of
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.queries import person_by_ref
from training.pool.blueprint import blueprint
from training.pool.forms import AskForm, CannotComeForm
from training.pool.operations import cannot_come
from training.pool.operations_search import ask_several, found_by_telephone, stop_search
from training.pool.queries_candidates import aim_sentence, asked_and_answered, candidates_for
from training.pool.queries_search import open_searches
from training.pool.views_session import assignment_on, session_for_trainers
from training.schedule.models import TRAINER_PART_LABELS, AssignmentState, CourseSession, SessionStatus, TrainerPart
from training.schedule.queries import trainers_of
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count


@blueprint.route("/desk/sessions/<string:ref>/trainers/<string:person_ref>/cannot-come", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def trainer_cannot_come(ref: str, person_ref: str) -> ResponseReturnValue:
    """A trainer cannot come: take them off and find somebody else, or call the session off, or move it."""
    viewer, session = current_viewer(), session_for_trainers(ref)
    assignment, form = assignment_on(ref, person_ref), CannotComeForm()
    if form.validate_on_submit():
        try:
            cannot_come(viewer, assignment.id, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            told = "Their calendar entry is cancelled." if assignment.person.address else ""
            flash(f"{assignment.person.name} is taken off. {told} Now find somebody else.", "success")
            return redirect(url_for("pool.find_trainer", ref=session.ref, part=assignment.part.value))
    return render_template(
        "pool/cannot_come.html",
        form=form,
        session=session,
        assignment=assignment,
        facts=facts_of(session),
        candidates=candidates_for(viewer, session),
        part_labels=TRAINER_PART_LABELS,
    ), form.status


@blueprint.route("/desk/sessions/<string:ref>/trainers/find/<string:part>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def find_trainer(ref: str, part: str) -> ResponseReturnValue:
    """Who may teach this session and is free? Ask several at once; the first yes takes it."""
    viewer, session, wanted = current_viewer(), session_for_trainers(ref), _part(part)
    candidates = candidates_for(viewer, session)
    people = candidates.askable(also_others=request.args.get("pool") == "all")
    form = AskForm()
    form.offer(people)
    if form.validate_on_submit():
        keys = {one.ref: one.person_id for one in people}
        try:
            asked = ask_several(viewer, session.id, wanted, [keys[one] for one in form.people.data], form.note.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field == "people" else "")
        else:
            flash(f"We are asking {count(len(asked), 'person', 'people')}. The first yes takes it.", "success")
            return redirect(url_for("pool.find_trainer", ref=session.ref, part=wanted.value))
    return render_template(
        "pool/find.html",
        form=form,
        session=session,
        part=wanted,
        facts=facts_of(session),
        candidates=candidates,
        people=people,
        teaching=[one for one in trainers_of(viewer, session.id) if one.state is AssignmentState.ACCEPTED],
        answers=asked_and_answered(viewer, session.id),
        search=next((one for one in open_searches(viewer, session.id) if one.part is wanted), None),
        aim=aim_sentence(viewer, session.id),
        why_not=_why_not_asked(session),
        part_labels=TRAINER_PART_LABELS,
    ), form.status


@blueprint.post("/desk/sessions/<string:ref>/trainers/find/<string:part>/found/<string:person_ref>")
@access.only(*DESK_ROLES)
def found_trainer(ref: str, part: str, person_ref: str) -> ResponseReturnValue:
    """Note that somebody said yes on the telephone; whoever else was asked is told."""
    viewer, session, wanted = current_viewer(), session_for_trainers(ref), _part(part)
    person = person_by_ref(viewer, person_ref) or abort(404)
    try:
        found_by_telephone(viewer, session.id, wanted, person.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
        return redirect(url_for("pool.find_trainer", ref=session.ref, part=wanted.value))
    flash(f"{person.name} teaches this session as {TRAINER_PART_LABELS[wanted].lower()}.", "success")
    return redirect(url_for("pool.session_trainers", ref=session.ref))


@blueprint.post("/desk/sessions/<string:ref>/trainers/find/<string:part>/stop")
@access.only(*DESK_ROLES)
def stop_looking(ref: str, part: str) -> ResponseReturnValue:
    """Stop looking for a trainer; whoever has not answered is told that they are not needed."""
    session, wanted = session_for_trainers(ref), _part(part)
    if stop_search(current_viewer(), session.id, wanted):
        flash("We have stopped looking. Whoever had not answered is told that they are not needed.", "success")
    return redirect(url_for("pool.find_trainer", ref=session.ref, part=wanted.value))


def _part(text: str) -> TrainerPart:
    return next((part for part in TrainerPart if part.value == text), None) or abort(404)


def _why_not_asked(session: CourseSession) -> str:
    """Why nobody can be asked by message, as a sentence; empty where they can."""
    if session.status is SessionStatus.DRAFT:
        return "This session is a draft. People are asked by message once it is published."
    if session.status is not SessionStatus.PUBLISHED:
        return "This session is over or called off, so nobody is asked any more."
    if session.starts_at <= clock.now():
        return "This session has begun, so nobody can answer a message in time. Please ring them."
    return ""
