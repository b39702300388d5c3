"""What a finished session gives to people's records, and takes back when its register is opened again."""

from dataclasses import dataclass

from sqlalchemy import select

from training.attendance.models import Mark, WalkIn
from training.attendance.queries import counts
from training.attendance.rules import PartAttendance, completed, minutes_counted
from training.attendance.settings import COMPLETION_PERCENT
from training.bookings.models import Booking
from training.catalogue.models import CourseKind
from training.core.database import db
from training.core.settings import setting_value
from training.core.viewer import Viewer
from training.records.models import Completion, Proof
from training.records.operations import revoke_completion, write_completion
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class Completer:
    """Somebody who completed a session, in the job in which they came."""

    person_id: int
    employment_id: int | None


def source_of(course_session: CourseSession) -> str:
    """What completions of this session say they were written from."""
    return f"session:{course_session.ref}"


def write_completions(viewer: Viewer, course_session: CourseSession) -> int:
    """Write a completion for everybody who completed the session, and return how many there are.

    A meeting is attended, not completed. Walk-ins count once they are matched to a person.
    """
    if course_session.course.kind is CourseKind.MEETING:
        return 0
    found = completers(course_session)
    for completer in found:
        write_completion(
            viewer,
            person_id=completer.person_id,
            employment_id=completer.employment_id,
            course_id=course_session.course_id,
            edition_id=course_session.edition_id,
            completed_on=course_session.parts[-1].on,
            hours=course_session.course.hours,
            proof=Proof.REGISTER,
            source=source_of(course_session),
        )
    return len(found)


def revoke_completions(viewer: Viewer, course_session: CourseSession, reason: str) -> None:
    """Revoke every completion that was written from the session."""
    valid = select(Completion.id).where(Completion.source == source_of(course_session), Completion.revoked_at.is_(None))
    keys = list(db.session.scalars(valid.order_by(Completion.id)))
    db.session.flush()
    for key in keys:
        revoke_completion(viewer, key, reason)


def completers(course_session: CourseSession) -> list[Completer]:
    """Who attended enough of every part, by the marks so far; each person once, nobody who cancelled."""
    percent = setting_value(COMPLETION_PERCENT)
    people: dict[Completer, dict[int, Mark]] = {}
    rows = db.session.execute(
        select(Mark, Booking.person_id, Booking.employment_id, WalkIn.person_id)
        .outerjoin(Booking, Booking.id == Mark.booking_id)
        .outerjoin(WalkIn, WalkIn.id == Mark.walk_in_id)
        .where(Mark.part_id.in_([part.id for part in course_session.parts]), counts())
        .order_by(Mark.id)
    )
    for mark, booked, employment, walked_in in rows:
        person_id = booked or walked_in
        if person_id is not None:
            people.setdefault(Completer(person_id, employment), {})[mark.part_id] = mark
    return [
        person
        for person, marks in people.items()
        if completed([_sat_through(marks.get(part.id), part.minutes) for part in course_session.parts], percent)
    ]


def _sat_through(mark: Mark | None, part_minutes: int) -> PartAttendance:
    if mark is None:
        return PartAttendance(part_minutes, None)
    counted = mark.minutes_counted
    if counted is None:
        counted = minutes_counted(part_minutes, mark.minutes_late, mark.minutes_early)
    return PartAttendance(part_minutes, mark.presence, counted)
