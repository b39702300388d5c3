"""What a person sees of their own bookings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.models import LIVE, Booking, BookingState, CalendarEntry
from training.bookings.models_agencies import AgencyLimit, GroupBooking
from training.core import clock
from training.core.database import db
from training.core.message_abouts import tells_of
from training.core.outbox import OutboxMessage
from training.core.viewer import Role, Viewer
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession, ListOrder


@dataclass(frozen=True)
class MyBookings:
    """A person's bookings: places to come to, lists they wait on, and all that is over."""

    coming: list[Booking] = field(default_factory=list[Booking])
    waiting: list[Booking] = field(default_factory=list[Booking])
    past: list[Booking] = field(default_factory=list[Booking])
    positions: dict[int, int] = field(default_factory=dict[int, int])
    """The place in order of asking of each waiting booking, by its key."""
    moving_to: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """Of each place that is kept until another date has one: when that is."""
    moving_from: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """Of each booking that waits to be moved to: when the place kept meanwhile is."""


def within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Which rows of Booking `viewer` may see: all at the desk, else their own."""
    return true() if viewer.works_at_desk else Booking.person_id == viewer.person_id


def booking_by_ref(viewer: Viewer, ref: str) -> Booking | None:
    """The booking a reference names, with person, agency and session, if `viewer` may see it."""
    return _named(ref, within_reach(viewer))


def booking_led(viewer: Viewer, ref: str) -> Booking | None:
    """The booking of somebody else that was made from an agency `viewer` leads, with the same; for a lead's pages."""
    agencies = lead_agencies(viewer) if viewer.has(Role.AGENCY_LEAD) else set[int]()
    return _named(ref, Booking.agency_id.in_(agencies), Booking.person_id != viewer.person_id)


def _named(ref: str, *reach: ColumnElement[bool]) -> Booking | None:
    return db.session.scalar(
        select(Booking)
        .where(Booking.ref == ref.strip().upper(), *reach)
        .options(
            joinedload(Booking.person),
            joinedload(Booking.agency),
            joinedload(Booking.course_session).options(
                joinedload(CourseSession.course),
                joinedload(CourseSession.venue),
                selectinload(CourseSession.parts),
            ),
        )
    )


def pending_move_of(viewer: Viewer, booking: Booking) -> Booking | None:  # noqa: ARG001 - it is in reach as the place is
    """The booking by which its person waits to move from this one to another date, if they do."""
    return db.session.scalar(
        select(Booking)
        .where(Booking.moves_from_id == booking.id, Booking.state.in_(LIVE))
        .options(joinedload(Booking.course_session).selectinload(CourseSession.parts))
    )


def own_booking_by_ref(viewer: Viewer, ref: str) -> Booking | None:
    """The asker's own booking with this reference; the desk looks at other people's on pages of its own."""
    booking = booking_by_ref(viewer, ref)
    return booking if booking is not None and booking.person_id == viewer.person_id else None


def live_booking(viewer: Viewer, session_id: int, person_id: int) -> Booking | None:
    """The live booking of a person on a session, if there is one within reach."""
    return db.session.scalar(
        select(Booking).where(
            Booking.session_id == session_id,
            Booking.person_id == person_id,
            Booking.state.in_(LIVE),
            # Anybody can have a place held under somebody's address for a while: that is no booking yet.
            Booking.state != BookingState.HELD,
            within_reach(viewer),
        )
    )


def my_bookings(viewer: Viewer) -> MyBookings:
    """The asker's own bookings, the nearest session first, what is over with the latest first."""
    found = db.session.scalars(
        select(Booking)
        .join(Booking.course_session)
        .where(Booking.person_id == viewer.person_id, Booking.state != BookingState.HELD)
        .options(
            joinedload(Booking.course_session).options(
                joinedload(CourseSession.course),
                joinedload(CourseSession.venue),
                selectinload(CourseSession.parts),
            )
        )
        .order_by(CourseSession.starts_at, Booking.id)
    )
    mine = MyBookings()
    now = clock.now()
    for booking in found:
        if not booking.is_live or booking.course_session.ends_at <= now:
            mine.past.insert(0, booking)
        elif booking.holds_place:
            mine.coming.append(booking)
        else:
            mine.waiting.append(booking)
    _pair_moves(mine)
    mine.positions.update(positions_on([booking.session_id for booking in mine.waiting]))
    return mine


def _pair_moves(mine: MyBookings) -> None:
    """Say of the two bookings of a move that waits for a place what becomes of the other."""
    kept = {booking.id: booking for booking in mine.coming}
    for booking in (*mine.waiting, *mine.coming):
        former = kept.get(booking.moves_from_id) if booking.moves_from_id is not None else None
        if former is not None:
            mine.moving_from[booking.id] = former.course_session.starts_at
            mine.moving_to[former.id] = booking.course_session.starts_at


def positions_on(session_ids: Sequence[int]) -> dict[int, int]:
    """The place of each waiting booking, of sessions where nobody behind can go before."""
    limited = select(AgencyLimit.session_id)
    together = select(GroupBooking.session_id).where(GroupBooking.together)
    plain = select(CourseSession.id).where(
        CourseSession.id.in_(session_ids),
        CourseSession.list_order == ListOrder.ASKING,
        CourseSession.online_capacity.is_(None),
        CourseSession.id.not_in(limited),
        CourseSession.id.not_in(together),
    )
    order = func.row_number().over(
        partition_by=Booking.session_id, order_by=(Booking.goes_first.desc(), Booking.waiting_since, Booking.id)
    )
    rows = db.session.execute(
        select(Booking.id, order).where(Booking.session_id.in_(plain), Booking.state == BookingState.WAITING)
    )
    return {row[0]: row[1] for row in rows}


def entries_by_part(booking: Booking) -> dict[int, CalendarEntry]:
    """What the person's calendar was last told, by the key of the part."""
    found = db.session.scalars(select(CalendarEntry).where(CalendarEntry.booking_id == booking.id))
    return {entry.part_id: entry for entry in found if entry.part_id is not None}


def messages_about(booking: Booking) -> list[OutboxMessage]:
    """What was written about the booking, to the person and to their line manager, the latest first."""
    return list(
        db.session.scalars(
            select(OutboxMessage).where(tells_of([f"booking:{booking.id}"])).order_by(OutboxMessage.id.desc())
        )
    )
