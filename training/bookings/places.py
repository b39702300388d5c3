"""Who holds the places of a session: the lock, the counts, and passing on what is free.

Places are never a counter. They are counted from the states of the bookings and from what is reserved, under the lock
of the course row, in the transaction of the change. `rules_queue` decides who may have which place.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select

from training.agencies.models import Agency
from training.agencies.tree import ids_below_each
from training.bookings import asking, notices
from training.bookings.counting import taken
from training.bookings.models import LIVE, Booking, BookingState, Way
from training.bookings.models_agencies import AgencyLimit, GroupBooking
from training.bookings.models_answers import CancelledBy
from training.bookings.notices_moving import moved_away
from training.bookings.rules import Promotion, is_late_cancellation, offer_limit
from training.bookings.rules_queue import Chosen, Limit, Patience, Room, Waiter, choose
from training.bookings.states import await_agreement, confirm, end_booking, offer
from training.bookings.terms import GROUP_SKIPS, booking_terms, cut_off_for, may_pass_on, promotion_now
from training.catalogue.models import Agreement, Course
from training.core import clock
from training.core.database import db
from training.core.settings import setting_value
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, ListOrder


def locked_session(session_id: int) -> CourseSession:
    """The session, read afresh with its course locked first and then itself; LookupError if there is none.

    Every deed on places begins here: nobody else decides about places of the course until the transaction ends.
    """
    course_id = db.session.scalar(select(CourseSession.course_id).where(CourseSession.id == session_id))
    if course_id is None:
        raise LookupError(f"no session with the key {session_id}")
    lock_row(Course, course_id)
    return lock_row(CourseSession, session_id)


def locked_booking(booking_id: int) -> Booking:
    """The booking, read afresh under the lock of its session; LookupError if there is none."""
    session_id = db.session.scalar(select(Booking.session_id).where(Booking.id == booking_id))
    if session_id is None:
        raise LookupError(f"no booking with the key {booking_id}")
    locked_session(session_id)
    return db.session.scalars(
        select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True)
class Standing:
    """How a session stands: places taken up or reserved, and people waiting; certain only under the lock."""

    held: int
    waiting: int
    by_way: Mapping[Way | None, int] = field(default_factory=dict[Way | None, int])
    """The places taken up, by way of attending."""

    def free(self, course_session: CourseSession) -> int:
        """How many places are free in all; below nought where a fault gave away too many."""
        return course_session.places_in_all - self.held

    def free_by_way(self, course_session: CourseSession) -> dict[Way | None, int]:
        """How many places are free in the room and online, or under None where every place serves either way."""
        if course_session.online_capacity is None:
            return {None: self.free(course_session)}
        online = self.by_way.get(Way.ONLINE, 0)
        return {
            Way.IN_PERSON: course_session.capacity - (self.held - online),
            Way.ONLINE: course_session.online_capacity - online,
        }


def standing_of(session_id: int) -> Standing:
    """How many places of the session are taken up and how many people wait."""
    rows = taken()
    by_way = {
        way: int(places)
        for way, places in db.session.execute(
            select(rows.c.way, func.sum(rows.c.places)).where(rows.c.session_id == session_id).group_by(rows.c.way)
        )
    }
    waiting = db.session.scalar(
        select(func.count()).where(Booking.session_id == session_id, Booking.state == BookingState.WAITING)
    )
    return Standing(sum(by_way.values()), waiting or 0, by_way)


@dataclass(frozen=True)
class Counted:
    """A session as the queue sees it: what is free, and which agencies each of its limits counts."""

    course_session: CourseSession
    room: Room
    whole: Room
    """With nobody in it."""
    agencies: Mapping[int, Collection[int]]

    def waiter(self, booking: Booking) -> Waiter:
        """The booking as one of a queue; it need not be waiting."""
        way = (booking.way or Way.IN_PERSON) if self.course_session.online_capacity is not None else None
        limits = frozenset(key for key, counted in self.agencies.items() if booking.agency_id in counted)
        party = booking.group_id if booking.group is not None and booking.group.together else None
        return Waiter(booking.id, way, limits, party)

    def has_place_for(self, agency_id: int | None, way: Way | None = None) -> bool:
        """Whether somebody of this agency who comes this way, or either way for None, could have a place."""
        limits = frozenset(key for key, counted in self.agencies.items() if agency_id in counted)
        ways = [one for one in self.room.free if way is None or one is None or one is way]
        return any(self.room.may_take(Waiter(0, one, limits)) for one in ways)


def counted(course_session: CourseSession) -> Counted:
    """The session as it stands now; call it under the lock, with everything flushed."""
    standing = standing_of(course_session.id)
    limits, agencies = _limits(course_session)
    emptied = tuple(Limit(limit.key, limit.least, limit.most, 0) for limit in limits)
    whole = Standing(0, 0).free_by_way(course_session)
    return Counted(course_session, Room(standing.free_by_way(course_session), limits), Room(whole, emptied), agencies)


def _limits(course_session: CourseSession) -> tuple[tuple[Limit, ...], dict[int, frozenset[int]]]:
    """The limits that hold today with what their agencies hold, and which agencies each counts."""
    released = course_session.limits_until is not None and course_session.limits_until <= clock.now()
    found = db.session.scalars(
        select(AgencyLimit).where(AgencyLimit.session_id == course_session.id).order_by(AgencyLimit.id)
    ).all()
    if released or not found:
        return (), {}
    rows = taken()
    held = {
        agency_id: int(places)
        for agency_id, places in db.session.execute(
            select(rows.c.agency_id, func.sum(rows.c.places))
            .where(rows.c.session_id == course_session.id)
            .group_by(rows.c.agency_id)
        )
    }
    agencies = counted_by_each(found)
    limits = tuple(
        Limit(limit.id, limit.least, limit.most, sum(held.get(key, 0) for key in agencies[limit.id])) for limit in found
    )
    return limits, agencies


def counted_by(limit: AgencyLimit) -> frozenset[int]:
    """The agencies that a limit counts: one with all below it today, or those of a sector."""
    return counted_by_each([limit])[limit.id]


def counted_by_each(limits: Sequence[AgencyLimit]) -> dict[int, frozenset[int]]:
    """The agencies that each of the limits counts, by its key; as many queries for one as for many."""
    below = ids_below_each([limit.agency_id for limit in limits if limit.agency_id is not None])
    of_sector: defaultdict[int | None, set[int]] = defaultdict(set)
    sectors = [limit.sector_id for limit in limits if limit.sector_id is not None]
    for sector_id, agency_id in db.session.execute(
        select(Agency.sector_id, Agency.id).where(Agency.sector_id.in_(sectors))
    ):
        of_sector[sector_id].add(agency_id)
    return {
        limit.id: frozenset(below[limit.agency_id] if limit.agency_id is not None else of_sector[limit.sector_id])
        for limit in limits
    }


def waiting_in_order(course_session: CourseSession) -> list[Booking]:
    """The waiting list in the order in which places go to it, read afresh.

    Before everybody those whose session was called off; then fairness where the session asks for it; then the time of
    asking.
    """
    by_fairness = course_session.list_order is ListOrder.FAIRNESS
    fair = [Booking.fair_rank.is_(None), Booking.fair_rank] if by_fairness else []
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.session_id == course_session.id, Booking.state == BookingState.WAITING)
            .order_by(case((Booking.goes_first, 0), else_=1), *fair, Booking.waiting_since, Booking.id)
            .execution_options(populate_existing=True)
        )
    )


def certain_position(booking: Booking) -> int | None:
    """Which place in order a waiting booking has, 1 is next; None where that does not say when its turn comes.

    With fairness first, limits of agencies, ways of attending or groups that come together, somebody behind may go
    before.
    """
    return certain_positions(booking.course_session).get(booking.id)


def certain_positions(course_session: CourseSession) -> dict[int, int]:
    """The place in order of everybody waiting of whom it is certain, by the key of the booking."""
    db.session.flush()
    by_fairness = course_session.list_order is ListOrder.FAIRNESS
    if by_fairness or course_session.online_capacity is not None or _limits(course_session)[0]:
        return {}
    found: dict[int, int] = {}
    for place, one in enumerate(waiting_in_order(course_session), 1):
        if one.group is not None and one.group.together:
            break
        found[one.id] = place
    return found


def next_in_line(course_session: CourseSession, queue: Sequence[Booking]) -> Chosen:
    """Who of `queue` may have a free place now; nobody where places are not passed on any more, or not yet.

    The one answer to “does anybody wait while a place is free that they may have?”.
    """
    if not queue or not may_pass_on(course_session):
        return Chosen()
    now = counted(course_session)
    patience = None
    if promotion_now(course_session) is Promotion.CONFIRM:
        so_far = {one.group_id: one.group.skips for one in queue if one.group is not None and one.group_id is not None}
        patience = Patience(setting_value(GROUP_SKIPS), so_far, now.whole)
    return choose(now.room, [now.waiter(one) for one in queue], patience)


def promote_waiting(viewer: Viewer, course_session: CourseSession) -> list[Booking]:
    """Pass every free place on to whoever is next, booked at once or as an offer; returns who got one.

    Call it under the lock, in the transaction of whatever freed the place. What a place ends elsewhere, such as the
    other dates that somebody waited for, frees places on sessions of the same course, which are passed on as well.
    """
    promoted: list[Booking] = []
    while True:
        db.session.flush()
        queue = waiting_in_order(course_session)
        chosen = next_in_line(course_session, queue)
        if not chosen.keys:
            return promoted
        note_skips(chosen)
        by_key = {one.id: one for one in queue}
        for booking in (by_key[key] for key in chosen.keys):
            # What an earlier one of them ended may have ended this one's wait, or given it a place already.
            if booking.state is BookingState.WAITING:
                _pass_on_to(viewer, booking)
                promoted.append(booking)


def note_skips(chosen: Chosen) -> None:
    """Keep how often groups that come together were passed over."""
    for key, skips in chosen.skips.items():
        db.session.get_one(GroupBooking, key).skips += skips


def take_place(viewer: Viewer, booking: Booking, deed: str) -> None:
    """Give a booking its place, or keep it until whoever was asked agrees, and end what it stands instead of."""
    if booking.agreement is Agreement.ASKED and booking.agreed_at is None:
        is_first = booking.agreement_until is None
        if is_first:
            asking.set_time(booking)
        await_agreement(viewer, booking, deed)
        if is_first:
            asking.tell(booking)
    else:
        confirm(viewer, booking, deed)
    end_what_it_replaces(viewer, booking)


def end_what_it_replaces(viewer: Viewer, booking: Booking) -> None:
    """End the other dates somebody waited for, and the place they give up for this one; pass on what that frees."""
    db.session.flush()
    ended: list[Booking] = []
    if booking.course_wait is not None and booking.course_wait.ended_at is None:
        booking.course_wait.ended_at = clock.now()
        others = select(Booking).where(
            Booking.course_wait_id == booking.course_wait_id, Booking.id != booking.id, Booking.state.in_(LIVE)
        )
        for other in db.session.scalars(others.order_by(Booking.id).execution_options(populate_existing=True)).all():
            end_booking(viewer, other, CancelledBy.OTHER_DATE, "")
            ended.append(other)
    former = booking.moves_from
    if former is not None and former.is_live and former.course_session.starts_at > clock.now():
        moved_on = clock.local(booking.asked_at).date()
        late = former.holds_place and not former.leaves_freely and is_late_cancellation(moved_on, cut_off_for(former))
        end_booking(viewer, former, CancelledBy.MOVED, "", late=late)
        moved_away(former)
        ended.append(former)
    for other in ended:
        promote_waiting(viewer, other.course_session)


def give_free_place(viewer: Viewer, booking: Booking) -> None:
    """Give a place that became free to somebody who waits, and tell them."""
    booking.promoted_at = clock.now()
    take_place(viewer, booking, "gave a free place")
    if booking.state is BookingState.CONFIRMED:
        notices.promoted(booking)
    else:
        notices.kept_until_agreed(booking)


def _pass_on_to(viewer: Viewer, booking: Booking) -> None:
    if promotion_now(booking.course_session) is Promotion.OFFER:
        booking.promoted_at = clock.now()
        offer(viewer, booking, offer_limit(clock.now(), booking.course_session.starts_at, booking_terms()))
        notices.offered(booking)
    else:
        give_free_place(viewer, booking)
