"""What would happen if a group were booked now: how many places are free for it, and who would wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.bookings.models import Way
from training.bookings.places import Counted, counted, waiting_in_order
from training.bookings.rules_queue import Waiter, choose
from training.bookings.terms import is_in_window, may_pass_on
from training.catalogue.models import Mode
from training.schedule.models import CourseSession

PARTY = -1
"""The group that does not exist yet."""


@dataclass(frozen=True)
class Outlook:
    """For one way of attending: who of the group would have a place now, and whether all of them could ever."""

    places: frozenset[int]
    """The keys of those who would have one, booked as many as possible."""
    all_at_once: bool
    """Whether all of them would have one now, booked together."""
    ever: bool
    """Whether all of them would fit if nobody else came."""


@dataclass(frozen=True)
class Foreseen:
    """What stands before a group."""

    by_way: Mapping[Way | None, Outlook]
    """By way of attending; under None where there is nothing to choose."""
    free: Mapping[int | None, int]
    """How many places each agency of the group could have now, whichever way, by its key."""
    people: int
    is_window: bool
    """Whether all of them would apply, and places are given out later."""


def foresee(course_session: CourseSession, agencies: Mapping[int, int | None], most: int) -> Foreseen:
    """What would become of people with these keys, each of the agency given; `most` is how far free places are counted.

    Certain only under the lock: whoever books meanwhile is before them.
    """
    now = counted(course_session)
    ways: Sequence[Way | None] = list(Way) if course_session.mode is Mode.HYBRID else [None]
    free = {agency: _free_for(now, agency, most) for agency in dict.fromkeys(agencies.values())}
    if is_in_window(course_session):
        nobody = Outlook(frozenset(), all_at_once=False, ever=True)
        return Foreseen(dict.fromkeys(ways, nobody), free, len(agencies), is_window=True)
    before = [now.waiter(one) for one in waiting_in_order(course_session)] if may_pass_on(course_session) else []
    by_way = {way: _outlook(now, before, agencies, way) for way in ways}
    return Foreseen(by_way, free, len(agencies), is_window=False)


def _outlook(now: Counted, before: Sequence[Waiter], agencies: Mapping[int, int | None], way: Way | None) -> Outlook:
    apart = [_waiter(now, key, agency, way) for key, agency in agencies.items()]
    together = [_waiter(now, key, agency, way, PARTY) for key, agency in agencies.items()]
    places = choose(now.room, [*before, *apart]).keys
    at_once = choose(now.room, [*before, *together]).keys
    return Outlook(
        frozenset(-key for key in places if key < 0),
        all_at_once=all(one.key in at_once for one in together),
        ever=len(choose(now.whole, together).keys) == len(together),
    )


def _waiter(now: Counted, key: int, agency_id: int | None, way: Way | None, party: int | None = None) -> Waiter:
    """Somebody of the group as one of a queue, under a key that no booking has."""
    limits = frozenset(limit for limit, counts in now.agencies.items() if agency_id in counts)
    counts = (way or Way.IN_PERSON) if now.course_session.online_capacity is not None else None
    return Waiter(-key, counts, limits, party)


def _free_for(now: Counted, agency_id: int | None, most: int) -> int:
    limits = frozenset(limit for limit, counts in now.agencies.items() if agency_id in counts)
    ways = list(now.room.free)
    queue = [Waiter(number, way, limits) for way in ways for number in range(most)]
    return len(choose(now.room, queue).keys)
