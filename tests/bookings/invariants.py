"""What must hold of every session, whatever was done to it; asked of the rows, not of the code that decides."""

from collections import Counter, defaultdict

from sqlalchemy import select

from training.agencies.models import Agency
from training.agencies.tree import ids_below
from training.bookings.models import HOLDING, LIVE, Booking, BookingState, CalendarEntry, Reservation, Way
from training.bookings.models_agencies import AgencyLimit
from training.bookings.queries_session import is_untold
from training.bookings.terms import GROUP_SKIPS, may_pass_on
from training.core import clock
from training.core.database import db
from training.core.settings import setting_value
from training.schedule.models import CourseSession, SessionStatus


def broken_invariants(session_id: int) -> list[str]:
    """The invariants that do not hold for the session, as sentences; empty when all is well."""
    db.session.expire_all()
    course_session = db.session.get_one(CourseSession, session_id)
    bookings = list(db.session.scalars(select(Booking).where(Booking.session_id == session_id)))
    live = [booking for booking in bookings if booking.state in LIVE]
    free = free_by_way(course_session, bookings)
    broken = [f"{-left} places too many are held ({way})" for way, left in free.items() if left < 0]
    if may_pass_on(course_session):
        broken += [f"{who} wait while a place is free that they may have" for who in who_could_have(free, bookings)]
    twice = [person for person, count in Counter(booking.person_id for booking in live).items() if count > 1]
    if twice:
        broken.append(f"people {twice} have several live bookings")
    if course_session.status is SessionStatus.CALLED_OFF and live:
        broken.append(f"{len(live)} bookings are live on a session that was called off")
    for booking in live:
        former = booking.moves_from
        is_moved = booking.state is BookingState.CONFIRMED and former is not None and former.state in HOLDING
        if is_moved and former is not None and former.course_session.starts_at > clock.now():
            broken.append(f"{booking.ref} has a place and so has {former.ref}, which it stands for")
        if booking.state is BookingState.WAITING and booking.course_wait and booking.course_wait.ended_at:
            broken.append(f"{booking.ref} waits, though another date gave a place")
    return broken


def free_by_way(course_session: CourseSession, bookings: list[Booking]) -> dict[Way | None, int]:
    """The places left, counted row by row; under None where every place serves either way."""
    splits = course_session.online_capacity is not None
    held: Counter[Way | None] = Counter()
    for booking in bookings:
        if booking.state in HOLDING:
            held[(booking.way or Way.IN_PERSON) if splits else None] += 1
    for kept in open_reservations(course_session.id):
        named = sum(booking.reservation_id == kept.id for booking in bookings)
        held[(kept.way or Way.IN_PERSON) if splits else None] += kept.places - named
    if course_session.online_capacity is None:
        return {None: course_session.capacity - held[None]}
    return {
        Way.IN_PERSON: course_session.capacity - held[Way.IN_PERSON],
        Way.ONLINE: course_session.online_capacity - held[Way.ONLINE],
    }


def open_reservations(session_id: int) -> list[Reservation]:
    """Reservations of the session that were not given back."""
    found = select(Reservation).where(Reservation.session_id == session_id, Reservation.released_at.is_(None))
    return list(db.session.scalars(found))


def who_could_have(free: dict[Way | None, int], bookings: list[Booking]) -> list[str]:
    """Whoever waits and could have a place: alone, or as a whole group that comes together."""
    waiting = [booking for booking in bookings if booking.state is BookingState.WAITING]
    parties: dict[object, list[Booking]] = defaultdict(list)
    for booking in waiting:
        together = booking.group is not None and booking.group.together
        parties[booking.group_id if together else f"alone {booking.id}"].append(booking)
    groups = [one[0].group for one in parties.values() if one[0].group is not None and one[0].group.together]
    if any(group.skips >= setting_value(GROUP_SKIPS) for group in groups):
        # Places are kept for it.
        return []
    return [
        ", ".join(booking.ref for booking in members)
        for members in parties.values()
        if _all_could(free, members, bookings)
    ]


def _all_could(free: dict[Way | None, int], members: list[Booking], bookings: list[Booking]) -> bool:
    wanted = Counter((booking.way or Way.IN_PERSON) if None not in free else None for booking in members)
    if any(free[way] < count for way, count in wanted.items()):
        return False
    left, kept = sum(max(0, places) for places in free.values()), 0
    for limit, agencies in _limits(members[0].course_session):
        holds = _held_by(agencies, bookings, members[0].session_id)
        own = sum(booking.agency_id in agencies for booking in members)
        if own and limit.most is not None and holds + own > limit.most:
            return False
        kept += max(0, limit.least - holds - own)
    return left - len(members) >= kept


def _limits(course_session: CourseSession) -> list[tuple[AgencyLimit, set[int]]]:
    if course_session.limits_until is not None and course_session.limits_until <= clock.now():
        return []
    found: list[tuple[AgencyLimit, set[int]]] = []
    for limit in db.session.scalars(select(AgencyLimit).where(AgencyLimit.session_id == course_session.id)):
        of_sector = select(Agency.id).where(Agency.sector_id == limit.sector_id)
        found.append((limit, ids_below(limit.agency_id) if limit.agency_id else set(db.session.scalars(of_sector))))
    return found


def _held_by(agencies: set[int], bookings: list[Booking], session_id: int) -> int:
    held = sum(booking.state in HOLDING and booking.agency_id in agencies for booking in bookings)
    for kept in open_reservations(session_id):
        if kept.agency_id in agencies:
            held += kept.places - sum(booking.reservation_id == kept.id for booking in bookings)
    return held


def calendars_out_of_step(session_id: int) -> list[str]:
    """What calendars hold of the session otherwise than they should: every part for whoever has a place, or nothing."""
    course_session = db.session.get_one(CourseSession, session_id)
    if course_session.starts_at <= clock.now():
        # What a worker slept through until the session began is not told late.
        return []
    if db.session.scalar(select(is_untold(session_id))):
        # Until people are told of a change, what they hold is what they know.
        return []
    bookings = db.session.scalars(select(Booking).where(Booking.session_id == session_id)).all()
    coming = [one.id for one in bookings if one.state is BookingState.CONFIRMED and one.person.address]
    held = select(CalendarEntry.booking_id, CalendarEntry.part_id, CalendarEntry.starts_at).where(
        CalendarEntry.booking_id.in_([one.id for one in bookings]), CalendarEntry.method == "REQUEST"
    )
    should = {(key, part.id, part.starts_at) for key in coming for part in course_session.parts}
    wrong = should ^ {(row[0], row[1], row[2]) for row in db.session.execute(held)}
    return [f"booking {key} and part {part} at {moment}" for key, part, moment in sorted(wrong)]
