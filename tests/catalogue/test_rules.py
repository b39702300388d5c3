"""What a course must be, decided on plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.catalogue.rules import (
    LONGEST_OUTCOME,
    MOST_OUTCOMES,
    is_code,
    missing_to_go_live,
    outcomes_problem,
    slug_of,
)
from training.core.columns import folded


@pytest.mark.parametrize("code", ["WT", "DSL", "A2", "NEGLECT1"])
def test_a_code_can_begin_a_reference(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize("code", ["", "W", "wt", "2A", "WT-1", "ABCDEFGHI", "WÄ", "WT "])
def test_other_texts_cannot(code: str) -> None:
    assert not is_code(code)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Working Together to Safeguard Children", "working-together-to-safeguard-children"),
        ("Children & Young People’s Mental Health", "children-young-peoples-mental-health"),
        ("Café  culture", "cafe-culture"),
        ("???", "unnamed"),
        ("New", "new-1"),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slug_of(folded(title)) == slug


@given(st.text(max_size=200))
def test_every_title_becomes_an_address_that_needs_no_quoting(title: str) -> None:
    slug = slug_of(folded(title))
    assert 1 <= len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_outcomes_are_few_short_and_different() -> None:
    assert outcomes_problem(["I can tell neglect", "I know whom to ring"]) == ""
    assert "or fewer" in outcomes_problem([f"I can do {n}" for n in range(MOST_OUTCOMES + 1)])
    assert outcomes_problem(["fine", "x" * (LONGEST_OUTCOME + 1)]).startswith("Outcome 2 ")
    assert outcomes_problem(["I can", "i CAN"]) == "Enter each outcome once"


def test_a_course_needs_a_summary_and_outcomes_to_go_live() -> None:
    assert missing_to_go_live("What it is.", 1, kind_has_outcomes=True) == []
    assert missing_to_go_live(" ", 0, kind_has_outcomes=True) == ["a summary", "at least one outcome"]
    assert missing_to_go_live("What it is.", 0, kind_has_outcomes=False) == []
