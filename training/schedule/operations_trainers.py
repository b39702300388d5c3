"""Deeds on who teaches a session."""

from datetime import datetime

from sqlalchemy import select

from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer
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


def answer_request(
    viewer: Viewer, assignment_id: int, *, comes: bool, note: str = "", seen_from: datetime | None = None
) -> TrainerAssignment:
    """Write what a trainer answered by themselves, signed in or by their link: they come, or they do not.

    Who said yes can still say no until the session begins; who said no asks the training team. `seen_from` is the
    start of the session as their page showed it. LookupError for anybody else's assignment; Refused where the
    session is called off, has begun or was moved meanwhile, and where they were taken off it.
    """
    session_id = db.session.scalar(select(TrainerAssignment.session_id).where(TrainerAssignment.id == assignment_id))
    if session_id is None:
        raise LookupError(f"no assignment with the key {assignment_id}")
    session = lock_row(CourseSession, session_id)
    assignment = lock_row(TrainerAssignment, assignment_id)
    if not _is_own(viewer, assignment):
        raise LookupError(f"the assignment {assignment_id} is out of reach")
    if why_not := why_not_answered(assignment):
        raise Refused(why_not)
    if comes and seen_from is not None and seen_from != session.starts_at:
        raise Refused("This session was moved while your page was open. Look at the new date, then answer again")
    wanted = {"state": AssignmentState.ACCEPTED if comes else AssignmentState.DECLINED}
    before, after = audit.changes(assignment, wanted)
    if after or assignment.answered_at is None:
        assignment.answered_at = clock.now()
        assignment.answer = note.strip()
        audit.record(
            viewer,
            "said that they can teach" if comes else "said that they cannot teach",
            assignment,
            before=before,
            after=after,
        )
        db.session.flush()
    return assignment


def why_not_answered(assignment: TrainerAssignment) -> str:
    """Why a trainer cannot answer now, as a sentence without its full stop; empty where they can."""
    session = assignment.course_session
    if assignment.state is AssignmentState.WITHDRAWN:
        return "You are no longer asked to teach this session"
    if assignment.state is AssignmentState.DECLINED:
        return "You told us that you cannot teach this session. If that has changed, please ring the training team"
    if session.status is SessionStatus.CALLED_OFF:
        return "This session was called off"
    if session.status is not SessionStatus.PUBLISHED:
        return "This session cannot be answered for now"
    if session.starts_at <= clock.now():
        return "This session has begun"
    return ""


def _is_own(viewer: Viewer, assignment: TrainerAssignment) -> bool:
    opened = viewer.opened_by_link(TrainerAssignment.__tablename__)
    if opened is not None:
        return opened == assignment.id
    return viewer.has(Role.TRAINER) and viewer.person_id == assignment.person_id


def withdraw_trainer(viewer: Viewer, assignment_id: int, reason: str = "") -> TrainerAssignment:
    """Take a trainer off a session; the row stays, so that calendars and history know of it. Twice does nothing."""
    assignment = lock_row(TrainerAssignment, assignment_id)
    if assignment.state is AssignmentState.WITHDRAWN:
        return assignment
    before, after = audit.changes(assignment, {"state": AssignmentState.WITHDRAWN})
    audit.record(viewer, "took the trainer off", assignment, before=before, after=after, reason=reason.strip() or None)
    db.session.flush()
    return assignment
