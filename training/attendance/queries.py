"""What registers say: the people of one part, how far a session's registers are, and how each booking ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.agencies.models import Agency
from training.attendance.models import Mark, Presence, Register, WalkIn
from training.attendance.reach import registers_within_reach
from training.attendance.rules import MarkState, Outcome
from training.bookings.models import Booking, BookingState
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import CourseSession, SessionPart


@dataclass(frozen=True)
class Attendee:
    """Somebody on the register of one part, with what it says about them and who wrote that."""

    key: str
    """The reference of the booking or of the walk-in."""
    name: str
    agency: str
    job_role: str
    state: MarkState
    booking_id: int | None = None
    walk_in_id: int | None = None
    marked_by: str = ""
    marked_at: datetime | None = None

    @property
    def is_walk_in(self) -> bool:
        return self.walk_in_id is not None


@dataclass(frozen=True)
class Totals:
    """How many people a register says what about."""

    attended: int
    absent: int
    excused: int
    not_marked: int

    @property
    def everybody(self) -> int:
        return self.attended + self.absent + self.excused + self.not_marked

    @property
    def expected(self) -> int:
        """Who is or may still be in the room."""
        return self.attended + self.not_marked


def totals_of(attendees: list[Attendee]) -> Totals:
    """The marks of `attendees`, counted."""
    said = [attendee.state.presence for attendee in attendees]
    return Totals(
        said.count(Presence.ATTENDED), said.count(Presence.ABSENT), said.count(Presence.EXCUSED), said.count(None)
    )


def session_with_register(viewer: Viewer, ref: str) -> CourseSession | None:
    """The session `ref` with its course, parts, trainers and venue, if its registers are within reach."""
    statement = (
        select(CourseSession)
        .where(CourseSession.ref == ref, registers_within_reach(viewer))
        .options(joinedload(CourseSession.course), joinedload(CourseSession.venue))
    )
    return db.session.scalar(statement)


def register_of(viewer: Viewer, part_id: int) -> Register | None:
    """The register of a part within reach; None also while nobody has closed it for the first time."""
    statement = (
        select(Register)
        .join(SessionPart, SessionPart.id == Register.part_id)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .where(Register.part_id == part_id, registers_within_reach(viewer))
    )
    return db.session.scalar(statement)


def attendees_of(viewer: Viewer, part_id: int) -> list[Attendee]:
    """Everybody on the register of a part within reach: the booked by name, then walk-ins as they came; two queries.

    On it are confirmed bookings and those that were marked in this part before they ended otherwise. Where a walk-in
    works is for the desk: it may be filled in from the record of whoever has the address that was typed.
    """
    return _booked(viewer, part_id) + _walked_in(viewer, part_id)


def _booked(viewer: Viewer, part_id: int) -> list[Attendee]:
    marker = aliased(Person)
    rows = db.session.execute(
        select(
            Booking.id, Booking.ref, Booking.job_role, Person.given_name, Person.family_name, Agency.name,
            Mark.presence, Mark.minutes_late, Mark.minutes_early, Mark.marked_at,
            marker.given_name, marker.family_name,
        )
        .select_from(SessionPart)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .join(Booking, Booking.session_id == CourseSession.id)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Mark, and_(Mark.booking_id == Booking.id, Mark.part_id == SessionPart.id))
        .outerjoin(marker, marker.id == Mark.marked_by_id)
        .where(
            SessionPart.id == part_id,
            registers_within_reach(viewer),
            or_(Booking.state == BookingState.CONFIRMED, Mark.id.is_not(None)),
        )
        .order_by(Person.sort_key, Booking.id)
    )  # fmt: skip
    return [
        Attendee(
            key=row[1],
            name=f"{row[3]} {row[4]}",
            agency=row[5] or "",
            job_role=row[2],
            state=MarkState(row[6], row[7] or 0, row[8] or 0),
            booking_id=row[0],
            marked_by=f"{row[10]} {row[11]}" if row[10] else "",
            marked_at=row[9],
        )
        for row in rows
    ]


def _walked_in(viewer: Viewer, part_id: int) -> list[Attendee]:
    marker = aliased(Person)
    rows = db.session.execute(
        select(
            WalkIn.id, WalkIn.ref, WalkIn.job_role, WalkIn.name, Agency.name,
            Mark.presence, Mark.minutes_late, Mark.minutes_early, Mark.marked_at,
            marker.given_name, marker.family_name,
        )
        .select_from(SessionPart)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .join(WalkIn, WalkIn.session_id == CourseSession.id)
        .outerjoin(Agency, Agency.id == WalkIn.agency_id)
        .outerjoin(Mark, and_(Mark.walk_in_id == WalkIn.id, Mark.part_id == SessionPart.id))
        .outerjoin(marker, marker.id == Mark.marked_by_id)
        .where(SessionPart.id == part_id, registers_within_reach(viewer))
        .order_by(WalkIn.id)
    )  # fmt: skip
    return [
        Attendee(
            key=row[1],
            name=row[3],
            agency=(row[4] or "") if viewer.works_at_desk else "",
            job_role=row[2] if viewer.works_at_desk else "",
            state=MarkState(row[5], row[6] or 0, row[7] or 0),
            walk_in_id=row[0],
            marked_by=f"{row[9]} {row[10]}" if row[9] else "",
            marked_at=row[8],
        )
        for row in rows
    ]


def counts() -> ColumnElement[bool]:
    """Whether the selected Mark counts: of a walk-in, or of a booking that was not cancelled after it was marked."""
    kept = exists().where(Booking.id == Mark.booking_id, Booking.state == BookingState.CONFIRMED).correlate(Mark)
    return or_(Mark.walk_in_id.is_not(None), kept)


def open_parts(viewer: Viewer, session_id: int) -> list[SessionPart]:
    """The parts of a session whose register is not closed, in order."""
    closed = exists().where(Register.part_id == SessionPart.id, Register.closed_at.is_not(None))
    statement = (
        select(SessionPart)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .where(SessionPart.session_id == session_id, registers_within_reach(viewer), ~closed)
        .order_by(SessionPart.number)
    )
    return list(db.session.scalars(statement))


def booking_outcomes() -> Subquery:
    """How every confirmed booking ends by its marks so far, for figures: `booking_id`, `session_id`, `outcome`.

    The same as `rules.outcome_of`, in the database.
    """
    parts = select(SessionPart.session_id, func.count().label("parts")).group_by(SessionPart.session_id).subquery()
    marks = (
        select(
            Mark.booking_id,
            func.count().label("marked"),
            _times(Presence.ATTENDED).label("attended"),
            _times(Presence.ABSENT).label("absent"),
        )
        .where(Mark.booking_id.is_not(None))
        .group_by(Mark.booking_id)
        .subquery()
    )
    outcome = case(
        (marks.c.attended > 0, Outcome.ATTENDED.value),
        (func.coalesce(marks.c.marked, 0) < parts.c.parts, Outcome.NOT_MARKED.value),
        (marks.c.absent > 0, Outcome.ABSENT.value),
        else_=Outcome.EXCUSED.value,
    )
    return (
        select(Booking.id.label("booking_id"), Booking.session_id, outcome.label("outcome"))
        .join(parts, parts.c.session_id == Booking.session_id)
        .outerjoin(marks, marks.c.booking_id == Booking.id)
        .where(Booking.state == BookingState.CONFIRMED)
        .subquery("booking_outcomes")
    )


def _times(presence: Presence) -> ColumnElement[int]:
    return func.sum(case((Mark.presence == presence, 1), else_=0))
