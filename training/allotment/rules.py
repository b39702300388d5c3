"""The allotment of places at the close of an application window, as a pure decision that can be repeated.

First the least places of each agency group, then one place at a time to the group furthest below its fair share.
Within a group, and between groups equally far below: whose role requires the course, then who never attended it, then
who was refused before, then the time of asking. Where two are exactly alike a draw decides, whose seed is kept.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from training.bookings.rules_queue import Room, Waiter


class Because(StrEnum):
    """Why somebody has a place, or has none."""

    LEAST = "least"
    """It is one of the least places of their agencies."""
    SHARE = "share"
    """Their group was furthest below its fair share."""
    FULL = "full"
    """No place was left that serves them."""
    MOST = "most"
    """Their agencies have their most."""
    KEPT = "kept"
    """What is left is kept for other agencies."""


@dataclass(frozen=True)
class Applicant:
    """One application."""

    key: int
    group: str
    """The agency group whose share they count towards."""
    rank: int
    """0 to 7, the lower goes first: role requires it, never attended, refused before."""
    asked: str
    """The moment of asking in UTC, as ISO 8601 writes it."""
    way: str | None = None
    limits: frozenset[int] = frozenset()
    goes_first: bool = False
    """Their session was called off."""

    @property
    def waiter(self) -> Waiter:
        """Them as one of a queue."""
        return Waiter(self.key, self.way, self.limits)

    @property
    def claim(self) -> tuple[bool, int, str]:
        """What decides between two: the smaller goes first."""
        return (not self.goes_first, self.rank, self.asked)


@dataclass(frozen=True)
class Share:
    """What it came to for one application."""

    key: int
    has_place: bool
    because: Because
    drawn: bool = False
    """Whether a draw decided between this one and somebody exactly alike."""


def allot(
    applicants: Sequence[Applicant],
    room: Room,
    *,
    seed: str,
    weights: Mapping[str, int] | None = None,
    held: Mapping[str, int] | None = None,
) -> list[Share]:
    """Who has a place, in the order in which places went, and then who waits, in the order in which they would go on.

    `room` is what is free, with the limits that hold; `held` is how many places each group has already. `weights` says
    how large each group's fair share is beside the others', all alike where it says nothing.
    """
    run = _Run(applicants, room, seed, weights or {}, held or {})
    run.give_least()
    run.give(Because.SHARE, lambda one: run.room.may_take(one.waiter))
    placed = len(run.shares)
    run.give(Because.FULL, lambda _: True)
    return run.shares[:placed] + [run.without_place(share) for share in run.shares[placed:]]


class _Run:
    """One allotment while it goes on."""

    def __init__(
        self,
        applicants: Sequence[Applicant],
        room: Room,
        seed: str,
        weights: Mapping[str, int],
        held: Mapping[str, int],
    ) -> None:
        self.room = room
        self.shares: list[Share] = []
        self._seed = seed
        self._weights = weights
        self._held = dict(held)
        self._by_key = {one.key: one for one in applicants}
        self._left = sorted(applicants, key=lambda one: (one.claim, self._draw(one)))
        self._room_at_end = room

    def give_least(self) -> None:
        """Fill the least places, the group that lacks most first, so that scarce places are spread."""
        while True:
            lacking = sorted(
                (limit for limit in self.room.limits if limit.kept), key=lambda limit: (-limit.kept, limit.key)
            )
            claims = (
                [one for one in self._left if limit.key in one.limits and self.room.may_take(one.waiter)]
                for limit in lacking
            )
            candidates = next((found for found in claims if found), None)
            if candidates is None:
                return
            self._take(candidates[0], Because.LEAST, candidates)

    def give(self, because: Because, may: Callable[[Applicant], bool]) -> None:
        """One place at a time to the group furthest below its share, to the first of it who may."""
        self._room_at_end = self.room
        while True:
            firsts: dict[str, Applicant] = {}
            for one in self._left:
                if one.group not in firsts and may(one):
                    firsts[one.group] = one
            if not firsts:
                return
            chosen = min(firsts.values(), key=lambda one: (self._share(one.group), one.claim, self._draw(one)))
            alike = [one for one in self._left if may(one) and self._share(one.group) == self._share(chosen.group)]
            self._take(chosen, because, alike)

    def without_place(self, share: Share) -> Share:
        """The same without a place, and why."""
        one, room = self._by_key[share.key], self._room_at_end
        if any(limit.is_full for limit in room.limits if limit.key in one.limits):
            because = Because.MOST
        elif room.free.get(one.way, 0) > 0:
            because = Because.KEPT
        else:
            because = Because.FULL
        return Share(share.key, has_place=False, because=because, drawn=share.drawn)

    def _take(self, one: Applicant, because: Because, rivals: Sequence[Applicant]) -> None:
        drawn = any(other.claim == one.claim for other in rivals if other is not one)
        self.shares.append(Share(one.key, has_place=True, because=because, drawn=drawn))
        self.room = self.room.after(one.waiter)
        self._held[one.group] = self._held.get(one.group, 0) + 1
        self._left.remove(one)

    def _share(self, group: str) -> Fraction:
        """How much of its fair share a group has, beside the others."""
        return Fraction(self._held.get(group, 0), max(1, self._weights.get(group, 1)))

    def _draw(self, one: Applicant) -> str:
        return hashlib.sha256(f"{self._seed}:{one.key}".encode()).hexdigest()
