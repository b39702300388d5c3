"""The other dates of a course that somebody can be brought to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.counting import held_by_session
from training.bookings.models import Booking, BookingState, Way
from training.bookings.opening import refusal_of
from training.bookings.wording import dates, place
from training.core import clock
from training.core.database import db
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count


@dataclass(frozen=True)
class OtherDate:
    """A session that is to come, as one of several to choose from."""

    session: CourseSession
    free: int
    waiting: int

    @property
    def when(self) -> str:
        """When it is, in one line."""
        return dates(self.session.parts).replace("\n", "; ").replace("* ", "")

    @property
    def in_words(self) -> str:
        """Where it is and what is free."""
        free = (
            f"{count(self.free, 'place')} free" if self.free > 0 else f"full, {count(self.waiting, 'person')} waiting"
        )
        return f"{place(self.session)}; {free}"

    @property
    def ways(self) -> tuple[Way | None, ...]:
        """The ways between which somebody has to choose; None alone where they need not."""
        return (None,) if self.session.online_capacity is None else (Way.IN_PERSON, Way.ONLINE)


def other_dates(session: CourseSession, *, must_be_open: bool) -> list[OtherDate]:
    """The other published sessions of the course that are to come, soonest first; with `must_be_open` the bookable."""
    found = db.session.scalars(
        select(CourseSession)
        .where(CourseSession.course_id == session.course_id, CourseSession.id != session.id)
        .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now())
        .options(joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts))
        .order_by(CourseSession.starts_at, CourseSession.id)
    ).all()
    held = held_by_session()
    taken = {
        row[0]: int(row[1])
        for row in db.session.execute(
            select(held.c.session_id, held.c.held).where(held.c.session_id.in_([one.id for one in found]))
        )
    }
    waiting = _waiting([one.id for one in found])
    return [
        OtherDate(one, one.places_in_all - taken.get(one.id, 0), waiting.get(one.id, 0))
        for one in found
        if not must_be_open or refusal_of(one) is None
    ]


def _waiting(session_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Booking.session_id, func.count())
        .where(Booking.session_id.in_(session_ids), Booking.state == BookingState.WAITING)
        .group_by(Booking.session_id)
    )
    return {row[0]: row[1] for row in rows}
