"""The desk's page of who teaches a session: adding somebody, their answers, taking them off, their pack."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.queries import person_by_ref
from training.pool.blueprint import blueprint
from training.pool.forms import AddTrainerForm
from training.pool.operations import accept_for, send_pack_again, take_off
from training.pool.queries_busy import busy_in
from training.pool.queries_candidates import aim_sentence
from training.pool.queries_people import workplaces
from training.pool.queries_search import open_searches
from training.schedule.models import (
    TRAINER_PART_LABELS,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)
from training.schedule.operations import times_of
from training.schedule.operations_trainers import assign_trainer
from training.schedule.queries import session_by_ref, trainer_choices, trainers_of
from training.schedule.queries_taught import may_teach
from training.schedule.queries_trainers import declined_of
from training.schedule.reach import TAKES_REGISTER
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/sessions/<string:ref>/trainers", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def session_trainers(ref: str) -> ResponseReturnValue:
    """Who teaches this session, and who else could?"""
    viewer, session = current_viewer(), session_for_trainers(ref)
    present, allowed = trainers_of(viewer, session.id), may_teach(viewer, session.course_id)
    form = AddTrainerForm(data={"part": TrainerPart.CO_TRAINER if present else TrainerPart.LEAD})
    form.offer_pool(trainer_choices(viewer), [row.person.ref for row in allowed.values()])
    if form.validate_on_submit():
        person = person_by_ref(viewer, form.person.data) or abort(404)
        try:
            assignment = assign_trainer(viewer, session.id, person.id, form.part.data, form.state.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{person.name} is on this session.", "success")
            _warn(assignment, session, noted=person.id in allowed)
            return redirect(url_for("pool.session_trainers", ref=ref))
    ids = [trainer.person_id for trainer in present]
    return render_template(
        "pool/session_trainers.html",
        form=form,
        session=session,
        course=session.course,
        trainers=present,
        declined=declined_of(viewer, session.id),
        busy=busy_in(viewer, ids, times_of(session), session.id),
        places=workplaces(viewer, ids),
        allowed=allowed,
        aim=aim_sentence(viewer, session.id),
        searches=open_searches(viewer, session.id),
        is_open=session.status in (SessionStatus.DRAFT, SessionStatus.PUBLISHED),
        part_labels=TRAINER_PART_LABELS,
    ), form.status


@blueprint.post("/desk/sessions/<string:ref>/trainers/<string:person_ref>/accept")
@access.only(*DESK_ROLES)
def accept_for_trainer(ref: str, person_ref: str) -> ResponseReturnValue:
    """Note that a trainer said yes."""
    assignment = assignment_on(ref, person_ref)
    try:
        accept_for(current_viewer(), assignment.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"Noted that {assignment.person.name} will come.", "success")
    return redirect(url_for("pool.session_trainers", ref=ref))


@blueprint.post("/desk/sessions/<string:ref>/trainers/<string:person_ref>/withdraw")
@access.only(*DESK_ROLES)
def withdraw(ref: str, person_ref: str) -> ResponseReturnValue:
    """Take a trainer off the session."""
    assignment = assignment_on(ref, person_ref)
    take_off(current_viewer(), assignment.id)
    flash(f"{assignment.person.name} is no longer on this session.", "success")
    return redirect(url_for("pool.session_trainers", ref=ref))


@blueprint.post("/desk/sessions/<string:ref>/trainers/<string:person_ref>/pack")
@access.only(*DESK_ROLES)
def send_pack_to(ref: str, person_ref: str) -> ResponseReturnValue:
    """Send a trainer their pack now, also where they have had one."""
    assignment = assignment_on(ref, person_ref)
    try:
        send_pack_again(current_viewer(), assignment.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(f"The pack is on its way to {assignment.person.name}.", "success")
    return redirect(url_for("pool.session_trainers", ref=ref))


def session_for_trainers(ref: str) -> CourseSession:
    """The session that the address names; aborts where there is none."""
    return session_by_ref(current_viewer(), ref) or abort(404)


def assignment_on(ref: str, person_ref: str) -> TrainerAssignment:
    """The latest assignment of a person to a session that is not withdrawn; aborts where there is none."""
    session, viewer = session_for_trainers(ref), current_viewer()
    found = [*trainers_of(viewer, session.id), *declined_of(viewer, session.id)]
    return next((trainer for trainer in found if trainer.person.ref == person_ref), None) or abort(404)


def _warn(assignment: TrainerAssignment, session: CourseSession, *, noted: bool) -> None:
    """Say what speaks against somebody who was added all the same."""
    name = assignment.person.name
    if not noted and assignment.part in TAKES_REGISTER:
        flash(f"{name} is not noted as somebody who may teach {session.course.title}.", "warning")
    busy = busy_in(current_viewer(), [assignment.person_id], times_of(session), session.id)
    for clash in busy[assignment.person_id]:
        what = "also teaches" if clash.teaches else f"has a booking ({clash.booking_ref}) on"
        flash(f"{name} {what} {clash.title} ({clash.ref}) in these hours.", "warning")
