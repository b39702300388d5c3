"""The search for somebody to teach: several are asked at once, the first yes takes it, the others are told."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from training.bookings.notices_trainers import trainer_asked
from training.bookings.places import locked_session
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.pool import notices
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    TrainerSearch,
)
from training.schedule.operations_trainers import assign_trainer, withdraw_trainer


def ask_several(
    viewer: Viewer, session_id: int, part: TrainerPart, person_ids: Sequence[int], note: str = ""
) -> list[TrainerAssignment]:
    """Ask these people at once whether they can teach as `part`; they join the search that is open, or begin one.

    Refused where the session is not published, has begun, or one of them is on it already.
    """
    session = locked_session(session_id)
    if session.status is not SessionStatus.PUBLISHED:
        raise Refused("People are asked by message once the session is published")
    if session.starts_at <= clock.now():
        raise Refused("This session has begun, so nobody can answer a message in time. Please ring them")
    if not person_ids:
        raise Refused("Select whom to ask", "people")
    search = _search(viewer, session, part, note)
    asked: list[TrainerAssignment] = []
    for person_id in person_ids:
        assignment = assign_trainer(viewer, session_id, person_id, part)
        assignment.search_id = search.id
        db.session.flush()
        trainer_asked(assignment, again=False)
        db.session.flush()
        asked.append(assignment)
    return asked


def found_by_telephone(viewer: Viewer, session_id: int, part: TrainerPart, person_id: int) -> TrainerAssignment:
    """Note that somebody who was rung will teach as `part`; a search for that part ends, and the others are told."""
    locked_session(session_id)
    assignment = assign_trainer(viewer, session_id, person_id, part, AssignmentState.ACCEPTED)
    search = open_search(session_id, part)
    if search is not None:
        assignment.search_id = search.id
        db.session.flush()
        close_search(viewer, search.id, notices.TAKEN)
    return assignment


def stop_search(viewer: Viewer, session_id: int, part: TrainerPart) -> bool:
    """End the search without anybody; whoever was asked is told that they are not needed. False where none is open."""
    locked_session(session_id)
    search = open_search(session_id, part)
    return search is not None and close_search(viewer, search.id, notices.STOPPED)


def close_search(viewer: Viewer, search_id: int | None, why: str) -> bool:
    """End a search under the lock: who has not answered is taken off and told `why`; False where it is over, or none.

    Who had said no to it needs no note any more where somebody was found.
    """
    search = None if search_id is None else db.session.get(TrainerSearch, search_id, populate_existing=True)
    if search is None or search.closed_at is not None:
        return False
    search.closed_at = clock.now()
    audit.record(viewer, "ended the search for a trainer", search, reason=why)
    db.session.flush()
    for assignment in _asked_in(search.id):
        notices.not_needed(assignment, why)
        db.session.flush()
        withdraw_trainer(viewer, assignment.id, why)
    if why == notices.TAKEN:
        _note_declined(viewer, search)
    return True


def open_search(session_id: int, part: TrainerPart) -> TrainerSearch | None:
    """The search that is going on for this part of the session."""
    return db.session.scalar(
        select(TrainerSearch).where(
            TrainerSearch.session_id == session_id, TrainerSearch.part == part, TrainerSearch.closed_at.is_(None)
        )
    )


def is_taken_by_another(assignment: TrainerAssignment) -> bool:
    """Whether somebody else said yes first in the search in which this trainer was asked."""
    if assignment.search_id is None or assignment.state is not AssignmentState.WITHDRAWN:
        return False
    other = exists().where(
        TrainerAssignment.search_id == assignment.search_id,
        TrainerAssignment.id != assignment.id,
        TrainerAssignment.state == AssignmentState.ACCEPTED,
    )
    return bool(db.session.scalar(select(other)))


def nobody_left(assignment: TrainerAssignment) -> bool:
    """Whether the search in which this trainer said no is open and waits for nobody any more."""
    search = None if assignment.search_id is None else db.session.get(TrainerSearch, assignment.search_id)
    return search is not None and search.closed_at is None and not _asked_in(search.id)


def _search(viewer: Viewer, session: CourseSession, part: TrainerPart, note: str) -> TrainerSearch:
    present = open_search(session.id, part)
    if present is not None:
        return present
    search = TrainerSearch(session_id=session.id, part=part, reason=note.strip())
    db.session.add(search)
    audit.record(viewer, "began to look for a trainer", search, after={"part": part})
    db.session.flush()
    return search


def _asked_in(search_id: int) -> list[TrainerAssignment]:
    return list(
        db.session.scalars(
            select(TrainerAssignment)
            .where(TrainerAssignment.search_id == search_id, TrainerAssignment.state == AssignmentState.ASKED)
            .order_by(TrainerAssignment.id)
            .execution_options(populate_existing=True)
        )
    )


def _note_declined(viewer: Viewer, search: TrainerSearch) -> None:
    declined = db.session.scalars(
        select(TrainerAssignment.id)
        .where(TrainerAssignment.session_id == search.session_id, TrainerAssignment.part == search.part)
        .where(TrainerAssignment.state == AssignmentState.DECLINED)
        .order_by(TrainerAssignment.id)
    ).all()
    for key in declined:
        withdraw_trainer(viewer, key, "Somebody else teaches")
