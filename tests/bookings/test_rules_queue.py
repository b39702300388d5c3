"""Which of those who wait get the places: by example, and whatever the queue looks like."""

from hypothesis import given
from hypothesis import strategies as st

from training.bookings.rules_queue import Chosen, Limit, Patience, Room, Waiter, choose

HEALTH, POLICE = 1, 2
WAYS = (None, "in-person", "online")


def ones(*keys: int) -> list[Waiter]:
    return [Waiter(key) for key in keys]


def test_places_go_in_the_order_of_the_queue() -> None:
    assert choose(Room({None: 2}), ones(7, 3, 5)).keys == (7, 3)


def test_whoever_cannot_have_the_place_leaves_it_to_the_next() -> None:
    queue = [Waiter(1, "in-person"), Waiter(2, "online"), Waiter(3, "online")]
    assert choose(Room({"in-person": 0, "online": 1}), queue).keys == (2,)


def test_agencies_with_their_most_are_passed_over() -> None:
    room = Room({None: 2}, (Limit(HEALTH, 0, 1, 0),))
    queue = [Waiter(1, limits=frozenset({HEALTH})), Waiter(2, limits=frozenset({HEALTH})), Waiter(3)]
    assert choose(room, queue).keys == (1, 3)


def test_the_least_places_of_other_agencies_are_kept() -> None:
    room = Room({None: 3}, (Limit(POLICE, 2, None, 0),))
    queue = [Waiter(1), Waiter(2), Waiter(3, limits=frozenset({POLICE}))]
    assert choose(room, queue).keys == (1, 3)


def test_a_group_comes_together_or_leaves_the_places_to_the_next() -> None:
    together = [Waiter(1, party=9), Waiter(2, party=9), Waiter(3, party=9)]
    assert choose(Room({None: 3}), [*together, Waiter(4)]).keys == (1, 2, 3)
    assert choose(Room({None: 2}), [*together, Waiter(4)]) == Chosen((4,), {9: 1})


def test_a_group_is_passed_over_only_so_often() -> None:
    together = [Waiter(1, party=9), Waiter(2, party=9)]
    queue = [*together, Waiter(3), Waiter(4)]
    whole = Room({None: 5})
    assert choose(Room({None: 1}), queue, Patience(2, {9: 1}, whole)) == Chosen((3,), {9: 1})
    assert choose(Room({None: 1}), queue, Patience(2, {9: 2}, whole)) == Chosen()
    assert choose(Room({None: 2}), queue, Patience(2, {9: 2}, whole)).keys == (1, 2)


def test_nothing_is_kept_for_a_group_that_would_not_fit_the_empty_room() -> None:
    together = [Waiter(1, party=9), Waiter(2, party=9)]
    patience = Patience(0, {}, Room({None: 1}))
    assert choose(Room({None: 1}), [*together, Waiter(3)], patience).keys == (3,)


def made_limit(most: int | None, gap: int, held: int) -> tuple[int, int | None, int]:
    """The least, the most and what is held."""
    return (most - gap if most is not None and most > gap else 0, most, held)


LIMITS = st.builds(made_limit, st.none() | st.integers(0, 4), st.integers(0, 2), st.integers(0, 4))


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    is_split = draw(st.booleans())
    free = {way: draw(st.integers(-1, 5)) for way in (WAYS[1:] if is_split else WAYS[:1])}
    limits = tuple(
        Limit(key, least, most, held) for key, (least, most, held) in enumerate(draw(st.lists(LIMITS, max_size=2)), 1)
    )
    return Room(free, limits)


@st.composite
def queues(draw: st.DrawFn, room: Room) -> list[Waiter]:
    ways = st.sampled_from(sorted(room.free, key=str))
    limits = st.sampled_from([frozenset(), *(frozenset({limit.key}) for limit in room.limits)])
    parties = st.sampled_from((None, None, None, 8, 9))
    return [Waiter(key, draw(ways), draw(limits), draw(parties)) for key in range(1, draw(st.integers(0, 9)) + 1)]


@given(st.data(), rooms(), st.integers(0, 3))
def test_whatever_the_queue_nobody_gets_what_is_not_there_and_nobody_is_forgotten(
    data: st.DataObject, room: Room, most: int
) -> None:
    queue = data.draw(queues(room))
    patience = data.draw(st.none() | st.just(Patience(most, {8: 1, 9: 0}, Room(dict.fromkeys(room.free, 9)))))
    chosen = choose(room, queue, patience)
    taken = [waiter for waiter in queue if waiter.key in chosen.keys]
    for way, free in room.free.items():
        assert sum(waiter.way == way for waiter in taken) <= max(0, free)
    after = room
    for waiter in (next(one for one in queue if one.key == key) for key in chosen.keys):
        assert after.may_take(waiter)
        after = after.after(waiter)
    for party in (8, 9):
        members = [waiter.key for waiter in queue if waiter.party == party]
        assert len(set(members) & set(chosen.keys)) in (0, len(members))
    left = [waiter for waiter in queue if waiter.key not in chosen.keys]
    if patience is None:
        assert not any(after.may_take(waiter) for waiter in left if waiter.party is None)
        assert choose(after, left) == Chosen((), {})
    assert choose(room, queue, patience) == chosen
