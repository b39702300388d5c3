"""What the desk sees of the limits and of the allotment of a session."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.allotment.deciding import NO_AGENCY, ground_of
from training.allotment.notices import why
from training.bookings.models import Booking, BookingState, Way
from training.bookings.models_allotment import Allotment, AllotmentResult
from training.bookings.places import counted
from training.bookings.queries import within_reach
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class LimitShown:
    """One limit, with how many places its agencies hold."""

    key: int
    name: str
    least: int
    most: int | None
    held: int


@dataclass(frozen=True)
class RowShown:
    """One application: what came of it, or what would today."""

    booking_ref: str
    person_ref: str
    name: str
    agency: str
    asked_at: datetime
    way: Way | None
    has_place: bool
    reason: str
    overridden: str = ""
    state: BookingState | None = None


def limits_of(viewer: Viewer, course_session: CourseSession) -> list[LimitShown]:
    """The limits of a session in the order in which they were made; nothing for others than the desk."""
    if not viewer.works_at_desk:
        return []
    names = ground_of(course_session).names
    return [
        LimitShown(limit.key, names.get(f"limit:{limit.key}", NO_AGENCY), limit.least, limit.most, limit.held)
        for limit in counted(course_session).room.limits
    ]


def would_come_to(viewer: Viewer, course_session: CourseSession) -> list[RowShown]:
    """What an allotment would come to with the applications of now; certain only once they have closed."""
    if not viewer.works_at_desk:
        return []
    ground = ground_of(course_session)
    groups = {one.key: ground.names.get(one.group, NO_AGENCY) for one in ground.applicants}
    bookings = {booking.id: booking for booking in _with_people(viewer, groups)}
    return [
        _row(
            bookings[share.key],
            share.has_place,
            why(share.because, groups[share.key], bookings[share.key].fair_rank, drawn=share.drawn),
        )
        for share in ground.decide("preview")
    ]


def came_to(viewer: Viewer, course_session: CourseSession) -> tuple[Allotment | None, list[RowShown]]:
    """The allotment of a session and what it came to, in the order in which places went; None before it ran."""
    allotment = db.session.scalar(select(Allotment).where(Allotment.session_id == course_session.id))
    if allotment is None or not viewer.works_at_desk:
        return None, []
    results = db.session.scalars(
        select(AllotmentResult)
        .where(AllotmentResult.allotment_id == allotment.id)
        .options(joinedload(AllotmentResult.booking).options(joinedload(Booking.person), joinedload(Booking.agency)))
        .order_by(AllotmentResult.position)
    )
    return allotment, [_row(one.booking, one.has_place, one.reason, one.overridden_reason) for one in results]


def holders_of(viewer: Viewer, course_session: CourseSession) -> list[Booking]:
    """Who has a firm place, in the order of asking: one of them may give it up for another."""
    firm = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.session_id == course_session.id, Booking.state.in_(firm), within_reach(viewer))
            .options(joinedload(Booking.person), joinedload(Booking.agency))
            .order_by(Booking.asked_at, Booking.id)
        )
    )


def _with_people(viewer: Viewer, keys: dict[int, str]) -> list[Booking]:
    found = select(Booking).where(Booking.id.in_(keys), within_reach(viewer))
    return list(db.session.scalars(found.options(joinedload(Booking.person), joinedload(Booking.agency))))


def _row(booking: Booking, has_place: bool, reason: str, overridden: str = "") -> RowShown:
    return RowShown(
        booking.ref,
        booking.person.ref,
        booking.person.name,
        booking.agency.name if booking.agency else NO_AGENCY,
        booking.asked_at,
        booking.way,
        has_place,
        reason,
        overridden,
        booking.state,
    )
