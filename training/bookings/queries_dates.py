"""The dates of a course that somebody can ask for: to move to, or to wait for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.checking import clashes_with
from training.bookings.counting import taken
from training.bookings.models import LIVE, Booking, BookingState, Way
from training.bookings.models_agencies import AgencyLimit
from training.bookings.opening import refusal_of
from training.bookings.places import Standing
from training.bookings.rules_checking import Warned
from training.bookings.terms import is_in_window
from training.bookings.wording import dates, place
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count, moment

WAY_IN_WORDS = {Way.IN_PERSON: "in the room", Way.ONLINE: "online"}


@dataclass(frozen=True, kw_only=True)
class CourseDate:
    """A session that can be booked, as one of several to choose from."""

    session: CourseSession
    standing: Standing
    is_limited: bool
    """Whether its places are limited by agency, so that a free one need not be for everybody."""
    booking: Booking | None = None
    """The live booking that the person has on it."""
    clashes: Sequence[Warned] = field(default_factory=list[Warned])

    @property
    def when(self) -> str:
        """When it is, in one line."""
        return dates(self.session.parts).replace("\n", "; ").replace("* ", "")

    @property
    def where(self) -> str:
        """Where it is held."""
        return place(self.session)

    @property
    def ways(self) -> tuple[Way | None, ...]:
        """The ways of attending between which somebody has to choose; None alone where they need not."""
        return (None,) if self.session.online_capacity is None else (Way.IN_PERSON, Way.ONLINE)

    def free(self, way: Way | None = None) -> int:
        """How many places are free in this way of attending."""
        by_way = self.standing.free_by_way(self.session)
        return by_way[way] if way in by_way else max(by_way.values())

    @property
    def gives_place(self) -> bool:
        """Whether somebody who asks now may well get a place at once."""
        return self.free() > 0 and not is_in_window(self.session)

    def places_in_words(self, way: Way | None = None) -> str:
        """How many places are left and how many people wait: “3 places left”, “full, 2 people waiting”."""
        if is_in_window(self.session) and self.session.applications_close_at is not None:
            return f"places are given out after {moment(self.session.applications_close_at)}"
        free = self.free(way)
        if free <= 0:
            waiting = self.standing.waiting
            return f"full, {count(waiting, 'person')} waiting" if waiting else "full, nobody waiting yet"
        limited = ", shared out between agencies" if self.is_limited else ""
        return f"{count(free, 'place')} left{limited}"


def course_dates(
    viewer: Viewer,
    course_id: int,
    person_id: int,
    *,
    but: CourseSession | None = None,
    also: Collection[int] = (),
) -> list[CourseDate]:
    """The coming sessions of the course that can be booked now, soonest first; a constant number of queries.

    Without `but`, and what clashes is looked up without it: its place would be given up. Sessions whose keys are in
    `also` are among them even where they cannot be booked any more.
    """
    found = [one for one in _coming(course_id) if one.id in also or refusal_of(one) is None]
    found = [one for one in found if but is None or one.id != but.id]
    if not found:
        return []
    keys = [one.id for one in found]
    standings = _standings(keys)
    limited = set(db.session.scalars(select(AgencyLimit.session_id).where(AgencyLimit.session_id.in_(keys))))
    own = select(Booking).where(Booking.session_id.in_(keys), Booking.person_id == person_id, Booking.state.in_(LIVE))
    own = own.where(Booking.state != BookingState.HELD)
    bookings = {booking.session_id: booking for booking in db.session.scalars(own)}
    clashes = clashes_with(viewer, person_id, found, without=but.id if but is not None else None)
    return [
        CourseDate(
            session=one,
            standing=standings[one.id],
            is_limited=one.id in limited and (one.limits_until is None or one.limits_until > clock.now()),
            booking=bookings.get(one.id),
            clashes=clashes[one.id],
        )
        for one in found
    ]


def _coming(course_id: int) -> Sequence[CourseSession]:
    return db.session.scalars(
        select(CourseSession)
        .where(CourseSession.course_id == course_id, CourseSession.status == SessionStatus.PUBLISHED)
        .where(CourseSession.starts_at > clock.now())
        .options(joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts))
        .order_by(CourseSession.starts_at, CourseSession.id)
    ).all()


def _standings(keys: Sequence[int]) -> Mapping[int, Standing]:
    """How each of the sessions stands, in two queries."""
    rows = taken()
    held: dict[int, dict[Way | None, int]] = {key: {} for key in keys}
    for key, way, places in db.session.execute(
        select(rows.c.session_id, rows.c.way, func.sum(rows.c.places))
        .where(rows.c.session_id.in_(keys))
        .group_by(rows.c.session_id, rows.c.way)
    ):
        held[key][way] = int(places)
    waits = (
        select(Booking.session_id, func.count())
        .where(Booking.session_id.in_(keys), Booking.state == BookingState.WAITING)
        .group_by(Booking.session_id)
    )
    waiting = {row[0]: row[1] for row in db.session.execute(waits)}
    return {key: Standing(sum(by_way.values()), waiting.get(key, 0), by_way) for key, by_way in held.items()}
