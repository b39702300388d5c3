"""The deeds on a register: take it, close it, open it again.

Each locks the session first, so that two trainers marking at the same moment come one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from training.attendance.completions import revoke_completions, write_completions
from training.attendance.marking import state_of, write_mark
from training.attendance.models import PRESENCE_LABELS, Mark, Register, WalkIn
from training.attendance.queries import Attendee, attendees_of, open_parts, totals_of
from training.attendance.reach import registers_within_reach
from training.attendance.rules import MarkState, merged, minutes_problem, register_opens_at
from training.attendance.settings import REGISTER_OPENS_HOURS
from training.bookings.models import Booking
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer
from training.schedule.models import CourseSession, SessionPart, SessionStatus


@dataclass(frozen=True)
class MarkWanted:
    """What a form asks to say about the attendee `key`, and what the register said when the form was opened."""

    key: str
    wanted: MarkState
    before: MarkState


@dataclass(frozen=True)
class Conflict:
    """A mark that was not written because somebody else had changed it meanwhile; `attendee` holds what stands."""

    attendee: Attendee
    wanted: MarkState


@dataclass(frozen=True)
class Taken:
    """What became of a form: how many marks changed, and which did not because somebody else was first."""

    changed: int
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class Closed:
    """What closing a register did."""

    not_marked: int
    finished: bool
    completions: int


def take_register(viewer: Viewer, part_id: int, marks: Sequence[MarkWanted]) -> Taken:
    """Write the marks that changed since the form was opened.

    Where somebody else changed the same mark to something else meanwhile, theirs stands and is reported; all
    other marks of the form are written. LookupError for a part out of reach or an attendee who is not on the
    register; Refused while the register is not open, and for minutes that cannot be.
    """
    part = lock_part(viewer, part_id)
    people = {attendee.key: attendee for attendee in attendees_of(viewer, part_id)}
    written = {
        (mark.booking_id, mark.walk_in_id): mark
        for mark in db.session.scalars(select(Mark).where(Mark.part_id == part_id))
    }
    changes: list[tuple[Attendee, MarkState, MarkState]] = []
    conflicts: list[Conflict] = []
    for asked in marks:
        attendee = people.get(asked.key)
        if attendee is None:
            raise LookupError(f"{asked.key} is not on this register")
        problem = minutes_problem(asked.wanted, part.minutes)
        if problem:
            raise Refused(f"{attendee.name} {problem}")
        mark = written.get((attendee.booking_id, attendee.walk_in_id))
        merge = merged(asked.before, asked.wanted, state_of(mark))
        if merge.conflict:
            conflicts.append(Conflict(attendee, asked.wanted))
        elif merge.result != state_of(mark):
            changes.append((attendee, state_of(mark), merge.result))
            write_mark(
                viewer, mark, merge.result,
                part_id=part_id, booking_id=attendee.booking_id, walk_in_id=attendee.walk_in_id,
            )  # fmt: skip
    db.session.flush()
    _audit_marks(viewer, part, changes)
    return Taken(len(changes), tuple(conflicts))


def _audit_marks(viewer: Viewer, part: SessionPart, changes: Sequence[tuple[Attendee, MarkState, MarkState]]) -> None:
    """Note for each person what the register said and says; two queries however many they are."""
    bookings = {
        booking.id: booking
        for booking in db.session.scalars(
            select(Booking).where(Booking.id.in_([attendee.booking_id for attendee, *_ in changes]))
        )
    }
    walk_ins = {
        walk_in.id: walk_in
        for walk_in in db.session.scalars(
            select(WalkIn).where(WalkIn.id.in_([attendee.walk_in_id for attendee, *_ in changes]))
        )
    }
    for attendee, before, after in changes:
        subject = bookings.get(attendee.booking_id or 0) or walk_ins[attendee.walk_in_id or 0]
        said = {"part": part.number, **_in_words(after)}
        audit.record(viewer, "marked in the register", subject, before=_in_words(before), after=said)


def _in_words(state: MarkState) -> dict[str, str | int]:
    """What a mark says, for the audit log; minutes only where there are any."""
    presence = PRESENCE_LABELS[state.presence] if state.presence is not None else "Not marked"
    minutes = {"minutes late": state.late, "minutes early": state.early}
    return {"register": presence, **{name: value for name, value in minutes.items() if value}}


def close_register(viewer: Viewer, part_id: int) -> Closed:
    """Close the register of a part that has begun; who is not marked stays not marked.

    With the last register the session is finished, and completions are written for those who completed it.
    LookupError for a part out of reach; Refused before the part begins and where the register is closed.
    """
    part = lock_part(viewer, part_id)
    if clock.now() < part.starts_at:
        raise Refused("This part has not started yet. Close the register when it has")
    not_marked = totals_of(attendees_of(viewer, part_id)).not_marked
    register = db.session.get(Register, part_id)
    if register is None:
        register = Register(part_id=part_id)
        db.session.add(register)
    register.closed_at = clock.now()
    register.closed_by_id = viewer.person_id
    course_session = part.course_session
    audit.record(viewer, "closed a register", course_session, after={"part": part.number, "not marked": not_marked})
    if open_parts(viewer, course_session.id):
        return Closed(not_marked, finished=False, completions=0)
    course_session.status = SessionStatus.FINISHED
    audit.record(viewer, "finished", course_session)
    return Closed(not_marked, finished=True, completions=write_completions(viewer, course_session))


def reopen_register(viewer: Viewer, part_id: int, reason: str) -> None:
    """Open a closed register again: the session is no longer finished, and its completions are revoked.

    Closing it again writes them anew. Only the officer; Refused without a reason.
    """
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        raise Refused("Only the learning and development officer can open a register again")
    if not reason.strip():
        raise Refused("Enter why the register is opened again", "reason")
    course_session = _lock_session(viewer, part_id)
    register = db.session.get(Register, part_id)
    if register is None or register.closed_at is None:
        raise Refused("This register is not closed")
    register.closed_at = None
    register.closed_by_id = None
    if course_session.status is SessionStatus.FINISHED:
        course_session.status = SessionStatus.PUBLISHED
        revoke_completions(viewer, course_session, f"The register was opened again: {reason.strip()}")
    part = db.session.get_one(SessionPart, part_id)
    audit.record(viewer, "opened a register again", course_session, after={"part": part.number}, reason=reason.strip())


def lock_part(viewer: Viewer, part_id: int) -> SessionPart:
    """The part, its session locked, if its register can be written now; LookupError out of reach, else Refused."""
    course_session = _lock_session(viewer, part_id)
    part = db.session.get_one(SessionPart, part_id)
    why_not = why_not_open(course_session, part, db.session.get(Register, part_id))
    if why_not:
        raise Refused(why_not)
    return part


def why_not_open(course_session: CourseSession, part: SessionPart, register: Register | None) -> str | None:
    """Why the register of `part` cannot be written now, as a sentence without its full stop; None if it can."""
    if course_session.status is SessionStatus.CALLED_OFF:
        return "This session was called off, so it has no register"
    if course_session.status is SessionStatus.DRAFT:
        return "This session is not published yet, so it has no register"
    if register is not None and register.closed_at is not None:
        return "This register is closed. Ask the learning and development officer to open it again"
    if clock.now() < register_opens_at(part.starts_at, setting_value(REGISTER_OPENS_HOURS)):
        return "This register cannot be taken yet"
    return None


def _lock_session(viewer: Viewer, part_id: int) -> CourseSession:
    session_id = db.session.scalar(
        select(CourseSession.id)
        .join(SessionPart, SessionPart.session_id == CourseSession.id)
        .where(SessionPart.id == part_id, registers_within_reach(viewer))
    )
    if session_id is None:
        raise LookupError(f"no register of the part {part_id} within reach")
    return lock_row(CourseSession, session_id)
