"""The deed on how many places a session has, and on whose places fall away where there are fewer than are taken."""

from collections.abc import Collection, Mapping

from training.bookings.models import Booking, BookingState, Way
from training.bookings.operations import require_not_begun
from training.bookings.places import locked_session, promote_waiting, standing_of
from training.bookings.queries_session import live_bookings
from training.bookings.states import put_on_list
from training.changes import notices
from training.core import audit
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count

LEAVES_A_PLACE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT, BookingState.OFFERED)


def change_capacity(
    viewer: Viewer,
    session_id: int,
    capacity: int,
    online_capacity: int | None = None,
    *,
    to_list: Collection[int] = (),
    reason: str = "",
) -> CourseSession:
    """Change how many places there are, and how many of a hybrid session's are online; more go to the list at once.

    Refused below what is held, unless `to_list` names as many bookings as have to give up their place: they go first
    on the waiting list, and are told so with the `reason`.
    """
    session = locked_session(session_id)
    if session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        raise Refused("The places of a session that is over or called off cannot be changed")
    if session.status is SessionStatus.PUBLISHED:
        require_not_begun(session)
    before, after = audit.changes(session, {"capacity": capacity, "online_capacity": online_capacity})
    leaving = _leaving(session, to_list)
    if leaving and not reason.strip():
        raise Refused("Enter why there are fewer places. Whoever moves to the waiting list will read it", "reason")
    for booking in leaving:
        put_on_list(viewer, booking, "lost the place to fewer places", goes_first=True, reason=reason.strip())
    db.session.flush()
    free = standing_of(session_id).free_by_way(session)
    _require_enough(session, free, bool(leaving))
    _require_no_more_than_needed(leaving, free)
    if not after and not leaving:
        return session
    audit.record(viewer, "changed the number of places", session, before=before, after=after)
    for booking in leaving:
        notices.left_over(booking, reason.strip())
    promote_waiting(viewer, session)
    return session


def over(session: CourseSession) -> int:
    """How many more places are held than there are, as the session stands; none where they suffice."""
    return sum(-number for number in standing_of(session.id).free_by_way(session).values() if number < 0)


def _leaving(session: CourseSession, to_list: Collection[int]) -> list[Booking]:
    """The bookings that give up their place, in the order of asking, which is their order on the list."""
    held = {one.id: one for one in live_bookings(session.id) if one.state in LEAVES_A_PLACE}
    if not set(to_list) <= set(held):
        raise Refused("Somebody you chose has no place any more. Choose again", "who")
    return [one for key, one in held.items() if key in set(to_list)]


def _require_enough(session: CourseSession, free: Mapping[Way | None, int], has_chosen: bool) -> None:
    for way, number in free.items():
        if number >= 0:
            continue
        there = (session.online_capacity or 0) if way is Way.ONLINE else session.capacity
        if has_chosen:
            raise Refused(f"Choose {count(-number, 'more person')}: {count(there - number, 'place')} are taken", "who")
        raise Refused(
            f"The number of places must be {there - number} or more: {count(there - number, 'place')} are taken. "
            f"To have fewer, choose below who moves to the waiting list: {count(-number, 'person')}",
            "online_capacity" if way is Way.ONLINE else "capacity",
        )


def _require_no_more_than_needed(leaving: Collection[Booking], free: Mapping[Way | None, int]) -> None:
    """Whoever gives up a place does so because there is none: nobody is sent to the list while one stays free."""
    for way, number in free.items():
        chosen = sum(1 for one in leaving if way is None or (one.way or Way.IN_PERSON) is way)
        if chosen and number > 0:
            raise Refused(f"Choose {count(min(chosen, number), 'person')} fewer: there is a place for them", "who")
