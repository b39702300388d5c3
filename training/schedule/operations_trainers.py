"""Deeds on who teaches a session."""

from sqlalchemy import select

from training.core import audit
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    TRAINER_PART_LABELS,
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)


def assign_trainer(
    viewer: Viewer,
    session_id: int,
    person_id: int,
    part: TrainerPart,
    state: AssignmentState = AssignmentState.ASKED,
) -> TrainerAssignment:
    """Ask a person to teach, or note that they have accepted; refused where they are on the session already."""
    session = lock_row(CourseSession, session_id)
    if session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        raise Refused("This session is over or called off, so trainers cannot be added")
    person = db.session.get(Person, person_id)
    if person is None:
        raise Refused("Select a person from the list", "person")
    present = db.session.scalar(
        select(TrainerAssignment).where(
            TrainerAssignment.session_id == session_id,
            TrainerAssignment.person_id == person_id,
            TrainerAssignment.state.in_(LIVE_ASSIGNMENTS),
        )
    )
    if present is not None:
        label = TRAINER_PART_LABELS[present.part].lower()
        raise Refused(f"{person.name} is on this session already, as {label}", "person")
    assignment = TrainerAssignment(session_id=session_id, person_id=person_id, part=part, state=state)
    db.session.add(assignment)
    audit.record(
        viewer, "assigned the trainer", assignment, after={"session": session.ref, "part": part, "state": state}
    )
    db.session.flush()
    return assignment


def set_assignment_state(viewer: Viewer, assignment_id: int, state: AssignmentState) -> TrainerAssignment:
    """Note what a trainer answered; refused once they have declined or were taken off."""
    assignment = lock_row(TrainerAssignment, assignment_id)
    if assignment.state not in LIVE_ASSIGNMENTS:
        raise Refused("This trainer is no longer on the session. Add them again")
    before, after = audit.changes(assignment, {"state": state})
    if after:
        audit.record(viewer, "noted the trainer’s answer", assignment, before=before, after=after)
        db.session.flush()
    return assignment


def withdraw_trainer(viewer: Viewer, assignment_id: int, reason: str = "") -> TrainerAssignment:
    """Take a trainer off a session; the row stays, so that calendars and history know of it. Twice does nothing."""
    assignment = lock_row(TrainerAssignment, assignment_id)
    if assignment.state is AssignmentState.WITHDRAWN:
        return assignment
    before, after = audit.changes(assignment, {"state": AssignmentState.WITHDRAWN})
    audit.record(viewer, "took the trainer off", assignment, before=before, after=after, reason=reason.strip() or None)
    db.session.flush()
    return assignment
