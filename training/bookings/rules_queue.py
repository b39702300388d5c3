"""Pure decisions about a queue: which of those who wait get the places that are free now.

They are asked in their order. Nobody is passed over who may have a place: whoever cannot have one (the other way of
attending is full, their agencies have their most, what is left is kept for other agencies, their group does not fit)
leaves it to the next. A group that comes together is passed over only so often; then places are kept until it fits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Waiter:
    """Somebody who waits for a place."""

    key: int
    way: str | None = None
    """Which places serve them; None where all serve everybody."""
    limits: frozenset[int] = frozenset()
    """The limits that count them."""
    party: int | None = None
    """The group without which they do not come."""


@dataclass(frozen=True)
class Limit:
    """The least and the most places for some agencies, and how many they hold."""

    key: int
    least: int
    most: int | None
    held: int

    @property
    def is_full(self) -> bool:
        return self.most is not None and self.held >= self.most

    @property
    def kept(self) -> int:
        """How many places are kept for them."""
        return max(0, self.least - self.held)


@dataclass(frozen=True)
class Room:
    """What is free, and under which limits."""

    free: Mapping[Any, int]
    """By way of attending."""
    limits: tuple[Limit, ...] = ()

    def may_take(self, waiter: Waiter) -> bool:
        """Whether there is a place that they may have: the one definition, for whoever asks and whoever waits."""
        if self.free.get(waiter.way, 0) <= 0:
            return False
        if any(limit.is_full for limit in self.limits if limit.key in waiter.limits):
            return False
        kept_for_others = sum(limit.kept for limit in self.limits if limit.key not in waiter.limits)
        return sum(max(0, free) for free in self.free.values()) > kept_for_others

    def after(self, waiter: Waiter) -> "Room":
        """The room once they have taken a place."""
        limits = tuple(
            replace(limit, held=limit.held + 1) if limit.key in waiter.limits else limit for limit in self.limits
        )
        return Room({**self.free, waiter.way: self.free.get(waiter.way, 0) - 1}, limits)


@dataclass(frozen=True)
class Chosen:
    """Who gets a place, in order, and how often each group was passed over for it."""

    keys: tuple[int, ...] = ()
    skips: Mapping[int, int] = field(default_factory=dict[int, int])
    """By group, only those that were passed over."""


@dataclass(frozen=True)
class Patience:
    """How often a group that comes together is passed over before places are kept for it."""

    most: int
    so_far: Mapping[int, int] = field(default_factory=dict[int, int])
    """By group."""
    whole: Room = field(default_factory=lambda: Room({}))
    """The room with nobody in it: nothing is kept for a group that would not even fit there."""

    def is_over(self, party: int, more: int, members: Sequence[Waiter]) -> bool:
        """Whether places are kept for `party` once it is passed over `more` times from now on."""
        return self.so_far.get(party, 0) + more >= self.most and _room_after(self.whole, members) is not None


def choose(room: Room, queue: Sequence[Waiter], patience: Patience | None = None) -> Chosen:
    """Who of `queue`, in its order, gets a place in `room`; without `patience` no places are kept for groups."""
    keys: list[int] = []
    passed: dict[int, int] = {}
    parties: dict[int, list[Waiter]] = {}
    for waiter in queue:
        if waiter.party is not None:
            parties.setdefault(waiter.party, []).append(waiter)
    asked: set[int] = set()
    for waiter in queue:
        if waiter.party in asked:
            continue
        members = [waiter] if waiter.party is None else parties[waiter.party]
        if waiter.party is not None:
            asked.add(waiter.party)
        after = _room_after(room, members)
        if after is not None:
            room = after
            keys += [one.key for one in members]
            passed = {party: times + len(members) for party, times in passed.items()}
        elif waiter.party is not None:
            passed[waiter.party] = 0
        if patience and any(patience.is_over(party, times, parties[party]) for party, times in passed.items()):
            break
    return Chosen(tuple(keys), {party: times for party, times in passed.items() if times})


def _room_after(room: Room, members: Sequence[Waiter]) -> Room | None:
    """The room once all of them have places; None where not all may have one."""
    for member in members:
        if not room.may_take(member):
            return None
        room = room.after(member)
    return room
