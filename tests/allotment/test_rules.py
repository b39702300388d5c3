"""The allotment: by example, and whatever applies."""

from hypothesis import given
from hypothesis import strategies as st

from training.allotment.rules import Applicant, Because, Share, allot
from training.bookings.rules_queue import Limit, Room

HEALTH, SCHOOLS = 1, 2


def applicants(*groups: str, rank: int = 7) -> list[Applicant]:
    """One applicant for each group named, in the order of asking; keys count from 1."""
    return [Applicant(key, group, rank, f"2026-11-02T10:{key:02}:00") for key, group in enumerate(groups, 1)]


def placed(shares: list[Share]) -> list[int]:
    return [share.key for share in shares if share.has_place]


def test_every_group_gets_one_before_any_gets_a_second() -> None:
    asked = applicants("health", "health", "health", "police", "schools")
    assert placed(allot(asked, Room({None: 3}), seed="a")) == [1, 4, 5]


def test_a_larger_group_has_a_larger_share() -> None:
    asked = applicants("health", "health", "health", "police", "police", "police")
    shares = allot(asked, Room({None: 3}), seed="a", weights={"health": 200, "police": 100})
    assert placed(shares) == [1, 4, 2]


def test_places_a_group_has_already_count() -> None:
    asked = applicants("health", "police")
    assert placed(allot(asked, Room({None: 1}), seed="a", held={"health": 1})) == [2]


def test_whose_role_requires_it_goes_first_within_a_group() -> None:
    asked = [
        Applicant(1, "health", 7, "2026-11-02T10:00:00"),
        Applicant(2, "health", 3, "2026-11-02T11:00:00"),
        Applicant(3, "health", 7, "2026-11-02T09:00:00"),
        Applicant(4, "health", 7, "2026-11-02T12:00:00", goes_first=True),
    ]
    assert [share.key for share in allot(asked, Room({None: 2}), seed="a")] == [4, 2, 3, 1]


def test_the_least_places_come_before_the_shares() -> None:
    asked = [
        Applicant(1, "health", 0, "2026-11-02T10:00:00"),
        Applicant(2, "schools", 7, "2026-11-02T11:00:00", limits=frozenset({SCHOOLS})),
        Applicant(3, "schools", 7, "2026-11-02T12:00:00", limits=frozenset({SCHOOLS})),
    ]
    shares = allot(asked, Room({None: 2}, (Limit(SCHOOLS, 2, None, 0),)), seed="a")
    assert [(share.key, share.because) for share in shares] == [
        (2, Because.LEAST),
        (3, Because.LEAST),
        (1, Because.FULL),
    ]


def test_nobody_gets_more_than_their_most_and_each_is_told_why() -> None:
    asked = [Applicant(key, "health", 7, f"2026-11-02T10:0{key}:00", limits=frozenset({HEALTH})) for key in (1, 2)]
    shares = allot(asked, Room({None: 5}, (Limit(HEALTH, 0, 1, 0), Limit(SCHOOLS, 2, None, 0))), seed="a")
    assert [(share.key, share.because) for share in shares] == [(1, Because.SHARE), (2, Because.MOST)]
    others = allot(applicants("police", "fire"), Room({None: 2}, (Limit(SCHOOLS, 2, None, 0),)), seed="a")
    assert [share.because for share in others] == [Because.KEPT, Because.KEPT]


def test_a_draw_decides_only_between_those_exactly_alike_and_by_its_seed() -> None:
    asked = [Applicant(key, "health", 7, "2026-11-02T10:00:00") for key in (1, 2)]
    winners = {allot(asked, Room({None: 1}), seed=f"{seed}")[0].key for seed in range(20)}
    assert winners == {1, 2}
    first, second = allot(asked, Room({None: 1}), seed="kept")
    assert (first.drawn, second.has_place) == (True, False)
    assert allot(applicants("health", "health"), Room({None: 1}), seed="a")[0].drawn is False


APPLICANTS = st.lists(
    st.tuples(
        st.sampled_from(["health", "police", "schools"]),
        st.integers(0, 7),
        st.integers(0, 3),
        st.sampled_from([frozenset[int](), frozenset({HEALTH}), frozenset({SCHOOLS})]),
        st.booleans(),
    ),
    max_size=12,
).map(
    lambda rows: [
        Applicant(key, group, rank, f"2026-11-02T10:0{asked}:00", None, limits, first)
        for key, (group, rank, asked, limits, first) in enumerate(rows, 1)
    ]
)


@given(
    APPLICANTS,
    st.integers(0, 8),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.none() | st.integers(3, 6), st.none() | st.integers(3, 6)),
)
def test_whoever_applies_the_limits_hold_and_the_run_repeats(
    asked: list[Applicant], free: int, least: tuple[int, int], most: tuple[int | None, int | None]
) -> None:
    limits = tuple(Limit(key, least[key - 1], most[key - 1], 0) for key in (HEALTH, SCHOOLS))
    shares = allot(asked, Room({None: free}, limits), seed="seed")
    assert sorted(share.key for share in shares) == sorted(one.key for one in asked)
    by_key = {one.key: one for one in asked}
    winners = [by_key[key] for key in placed(shares)]
    assert len(winners) <= free
    for limit in limits:
        own = sum(limit.key in one.limits for one in winners)
        applied = sum(limit.key in one.limits for one in asked)
        assert limit.most is None or own <= limit.most
        if sum(one.least for one in limits) <= free:
            assert own >= min(limit.least, applied)
    assert [share.has_place for share in shares] == sorted((share.has_place for share in shares), reverse=True)
    assert allot(list(reversed(asked)), Room({None: free}, limits), seed="seed") == shares


@given(APPLICANTS, st.integers(0, 8))
def test_one_more_place_takes_nobody_s_away(asked: list[Applicant], free: int) -> None:
    fewer = set(placed(allot(asked, Room({None: free}), seed="seed")))
    assert fewer <= set(placed(allot(asked, Room({None: free + 1}), seed="seed")))
