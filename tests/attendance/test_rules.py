"""How marks end, what a minute counts, and whose mark stands, over every sequence Hypothesis finds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from training.attendance.models import Presence
from training.attendance.rules import (
    NOT_MARKED,
    MarkState,
    Outcome,
    PartAttendance,
    completed,
    merged,
    minutes_counted,
    minutes_problem,
    outcome_of,
    register_opens_at,
)

presences = st.sampled_from([None, *Presence])
states = st.one_of(
    st.just(NOT_MARKED),
    st.sampled_from([MarkState(Presence.ABSENT), MarkState(Presence.EXCUSED)]),
    st.builds(MarkState, st.just(Presence.ATTENDED), st.integers(0, 60), st.integers(0, 60)),
)


@given(st.lists(presences, max_size=6))
def test_every_combination_of_marks_has_the_outcome_that_was_written_down(said: list[Presence | None]) -> None:
    parts = list(range(len(said)))
    marks = {part: presence for part, presence in zip(parts, said, strict=True) if presence is not None}
    outcome = outcome_of(marks, parts)
    if Presence.ATTENDED in said:
        assert outcome is Outcome.ATTENDED
    elif not said or None in said:
        assert outcome is Outcome.NOT_MARKED
    elif Presence.ABSENT in said:
        assert outcome is Outcome.ABSENT
    else:
        assert set(said) == {Presence.EXCUSED}
        assert outcome is Outcome.EXCUSED


@given(st.lists(presences, min_size=1, max_size=5))
def test_the_order_of_the_parts_does_not_matter(said: list[Presence | None]) -> None:
    marks = {part: presence for part, presence in enumerate(said) if presence is not None}
    assert outcome_of(marks, range(len(said))) is outcome_of(marks, list(reversed(range(len(said)))))


def test_marks_of_another_session_do_not_count() -> None:
    assert outcome_of({99: Presence.ATTENDED}, [1]) is Outcome.NOT_MARKED


@given(st.integers(1, 600), st.integers(0, 700), st.integers(0, 700))
def test_minutes_counted_lie_between_none_and_the_part(part: int, late: int, early: int) -> None:
    counted = minutes_counted(part, late, early)
    assert 0 <= counted <= part
    assert counted == 0 or counted + late + early == part


def test_a_part_attended_for_exactly_the_threshold_counts_and_a_minute_less_does_not() -> None:
    assert completed([PartAttendance(100, Presence.ATTENDED, 80)], 80)
    assert not completed([PartAttendance(100, Presence.ATTENDED, 79)], 80)


@given(
    st.lists(st.builds(PartAttendance, st.integers(1, 400), presences, st.integers(0, 400)), max_size=5),
    st.integers(1, 100),
)
def test_one_part_that_does_not_do_spoils_the_whole(parts: list[PartAttendance], percent: int) -> None:
    assert completed(parts, percent) == (bool(parts) and all(completed([part], percent) for part in parts))
    assert not completed([*parts, PartAttendance(60, Presence.ABSENT)], percent)
    assert not completed([*parts, PartAttendance(60, None)], percent)


@given(states, st.integers(60, 400))
def test_minutes_are_a_problem_only_where_they_cannot_be(state: MarkState, part: int) -> None:
    problem = minutes_problem(state, part)
    assert (problem is None) == (state.late + state.early <= part)


def test_minutes_of_somebody_who_was_not_there_are_a_problem() -> None:
    assert minutes_problem(MarkState(Presence.ABSENT, late=5), 60) == "has minutes but is not marked as attended"
    assert minutes_problem(MarkState(None, early=5), 60) == "has minutes but is not marked as attended"
    assert minutes_problem(MarkState(Presence.ATTENDED, late=-1), 60) == "cannot have fewer than no minutes"


@given(states, states, states)
def test_no_mark_is_lost_without_a_word(before: MarkState, wanted: MarkState, present: MarkState) -> None:
    merge = merged(before, wanted, present)
    if wanted == before:
        assert merge.result == present
        assert not merge.conflict
    elif merge.conflict:
        assert merge.result == present
        assert present not in (before, wanted)
    else:
        assert merge.result == wanted


@given(st.lists(st.tuples(states, states), min_size=1, max_size=8))
def test_two_forms_on_one_list_end_the_same_whoever_is_first_where_they_do_not_meet(
    rows: list[tuple[MarkState, MarkState]],
) -> None:
    for before, wanted in rows:
        first_then_nothing = merged(before, before, merged(before, wanted, before).result).result
        nothing_then_first = merged(before, wanted, merged(before, before, before).result).result
        assert first_then_nothing == nothing_then_first == wanted


def test_a_register_opens_some_hours_before_its_part() -> None:
    starts = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    assert register_opens_at(starts, 2) == datetime(2026, 12, 3, 7, 30, tzinfo=UTC)
