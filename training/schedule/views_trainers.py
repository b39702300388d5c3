"""The desk's page of who teaches a session."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.queries import person_by_ref
from training.schedule.blueprint import blueprint
from training.schedule.forms import TrainerForm
from training.schedule.models import (
    TRAINER_PART_LABELS,
    AssignmentState,
    CourseSession,
    TrainerAssignment,
    TrainerPart,
)
from training.schedule.operations import times_of
from training.schedule.operations_trainers import assign_trainer, set_assignment_state, withdraw_trainer
from training.schedule.queries import clashes_for_trainer, clashes_for_trainers, session_by_ref, trainers_of
from training.schedule.queries_trainers import declined_of
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/sessions/<string:ref>/trainers", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def trainers(ref: str) -> ResponseReturnValue:
    """Who teaches this session, and who else could?"""
    viewer = current_viewer()
    session = _session(ref)
    present = trainers_of(viewer, session.id)
    form = TrainerForm(data={"part": TrainerPart.CO_TRAINER if present else TrainerPart.LEAD})
    form.offer(viewer)
    if form.validate_on_submit():
        person = person_by_ref(viewer, form.person.data) or abort(404)
        try:
            assign_trainer(viewer, session.id, person.id, form.part.data, form.state.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{person.name} is on this session.", "success")
            for clash in clashes_for_trainer(viewer, person.id, times_of(session), session.id):
                flash(f"{person.name} also teaches {clash.title} ({clash.ref}) in these hours.", "warning")
            return redirect(url_for("schedule.trainers", ref=ref))
    page = render_template(
        "schedule/trainers.html",
        form=form,
        session=session,
        course=session.course,
        trainers=present,
        declined=declined_of(viewer, session.id),
        clashes=clashes_for_trainers(viewer, [trainer.person_id for trainer in present], times_of(session), session.id),
        part_labels=TRAINER_PART_LABELS,
    )
    return page, form.status


@blueprint.post("/desk/sessions/<string:ref>/trainers/<string:person_ref>/accept")
@access.only(*DESK_ROLES)
def accept_for_trainer(ref: str, person_ref: str) -> ResponseReturnValue:
    """Note that a trainer said yes."""
    assignment = _assignment(ref, person_ref)
    try:
        set_assignment_state(current_viewer(), assignment.id, AssignmentState.ACCEPTED)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"Noted that {assignment.person.name} will come.", "success")
    return redirect(url_for("schedule.trainers", ref=ref))


@blueprint.post("/desk/sessions/<string:ref>/trainers/<string:person_ref>/withdraw")
@access.only(*DESK_ROLES)
def withdraw(ref: str, person_ref: str) -> ResponseReturnValue:
    """Take a trainer off the session."""
    assignment = _assignment(ref, person_ref)
    withdraw_trainer(current_viewer(), assignment.id)
    flash(f"{assignment.person.name} is no longer on this session.", "success")
    return redirect(url_for("schedule.trainers", ref=ref))


def _session(ref: str) -> CourseSession:
    return session_by_ref(current_viewer(), ref) or abort(404)


def _assignment(ref: str, person_ref: str) -> TrainerAssignment:
    session = _session(ref)
    found = [*trainers_of(current_viewer(), session.id), *declined_of(current_viewer(), session.id)]
    return next((trainer for trainer in found if trainer.person.ref == person_ref), None) or abort(404)
