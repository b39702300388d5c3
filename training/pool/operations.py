"""Deeds on who teaches a session: their answer, that they cannot come, taking them off; each under the course's lock.

The lock decides who was first where several were asked: the first yes takes it, and everybody else is told.
"""

from datetime import datetime

from sqlalchemy import select

from training.bookings import notices as calendars
from training.bookings.places import locked_session
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.pool import notices
from training.pool.operations_search import close_search, is_taken_by_another, nobody_left
from training.pool.pack import send_pack
from training.schedule.models import AssignmentState, SessionStatus, TrainerAssignment
from training.schedule.operations_trainers import answer_request, set_assignment_state, withdraw_trainer
from training.web.formats import day

TOO_LATE = "Somebody else has taken this session meanwhile"


def answer(
    viewer: Viewer, assignment_id: int, *, comes: bool, note: str = "", seen_from: datetime | None = None
) -> TrainerAssignment:
    """Write what a trainer answers by themselves, or whoever answers for them; the first yes of a search takes it.

    A no after a yes takes it out of their calendar and tells the desk at once. Refused, as `answer_request` says, and
    where somebody else was first.
    """
    assignment = locked_assignment(assignment_id)
    if is_taken_by_another(assignment):
        raise Refused(TOO_LATE)
    was = assignment.state
    assignment = answer_request(viewer, assignment_id, comes=comes, note=note, seen_from=seen_from)
    if comes:
        _take(viewer, assignment)
    elif was is AssignmentState.ACCEPTED:
        calendars.trainer_cancelled(assignment)
        notices.desk_told_cannot(assignment, assignment.answer)
    elif was is AssignmentState.ASKED and nobody_left(assignment):
        notices.desk_told_of_search(
            assignment, "Nobody found yet", "Everybody who was asked to teach this session has said no."
        )
    return assignment


def accept_for(viewer: Viewer, assignment_id: int) -> TrainerAssignment:
    """Note at the desk that a trainer said yes; refused where somebody else was first, or they are off the session."""
    assignment = locked_assignment(assignment_id)
    if is_taken_by_another(assignment):
        raise Refused(TOO_LATE)
    assignment = set_assignment_state(viewer, assignment_id, AssignmentState.ACCEPTED)
    _take(viewer, assignment, tell_desk=False)
    return assignment


def cannot_come(viewer: Viewer, assignment_id: int, reason: str) -> TrainerAssignment:
    """Note at the desk that a trainer cannot come: they are taken off, and their calendar is told. Twice does nothing.

    Refused once the session is over or called off.
    """
    assignment = locked_assignment(assignment_id)
    session = assignment.course_session
    if session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED) or session.ends_at <= clock.now():
        raise Refused("This session is over or called off")
    return take_off(viewer, assignment_id, reason)


def take_off(viewer: Viewer, assignment_id: int, reason: str = "") -> TrainerAssignment:
    """Take a trainer off: out of their calendar, or, where they have not answered, told that no answer is needed."""
    assignment = locked_assignment(assignment_id)
    was = assignment.state
    withdraw_trainer(viewer, assignment_id, reason)
    if was is AssignmentState.ACCEPTED:
        calendars.trainer_cancelled(assignment)
    elif was is AssignmentState.ASKED:
        notices.not_needed(assignment, notices.STOPPED)
    return assignment


def send_pack_again(viewer: Viewer, assignment_id: int) -> None:
    """Send a trainer their pack now, because somebody asked for it; refused where they do not come or it has begun."""
    assignment = locked_assignment(assignment_id)
    session = assignment.course_session
    if not (viewer.works_at_desk or viewer.person_id == assignment.person_id):
        raise LookupError(f"the assignment {assignment_id} is out of reach")
    if assignment.state is not AssignmentState.ACCEPTED or session.status is not SessionStatus.PUBLISHED:
        raise Refused("Packs go to trainers who said yes, of published sessions")
    if session.starts_at <= clock.now():
        raise Refused("This session has begun")
    if not send_pack(assignment):
        raise Refused(f"No message can reach {assignment.person.name}")


def locked_assignment(assignment_id: int) -> TrainerAssignment:
    """The assignment, read afresh under the lock of the course and of its session; LookupError if there is none."""
    session_id = db.session.scalar(select(TrainerAssignment.session_id).where(TrainerAssignment.id == assignment_id))
    if session_id is None:
        raise LookupError(f"no assignment with the key {assignment_id}")
    locked_session(session_id)
    return db.session.get_one(TrainerAssignment, assignment_id, populate_existing=True)


def _take(viewer: Viewer, assignment: TrainerAssignment, *, tell_desk: bool = True) -> None:
    """Close the search in which they were asked, if it is open: it is theirs."""
    if not close_search(viewer, assignment.search_id, notices.TAKEN) or not tell_desk:
        return
    session = assignment.course_session
    notices.desk_told_of_search(
        assignment,
        f"{assignment.person.name} teaches",
        f"{assignment.person.name} said yes and teaches {session.course.title} on "
        f"{day(session.parts[0].on)}. Whoever else was asked has been told.",
    )
