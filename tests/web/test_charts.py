"""Charts as drawings: what they say, how long their bars are, and that nothing breaks out of them."""

import re

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from training.web.charts import BAR_AREA, Bar, Chart, bar_chart


def soup(chart: Chart) -> BeautifulSoup:
    return BeautifulSoup(chart.drawing, "html.parser")


def widths(chart: Chart) -> list[float]:
    """The lengths of the bars in per cent of the drawing."""
    return [float(str(bar["width"]).rstrip("%")) for bar in soup(chart).select("rect.muster-chart__bar")]


def test_a_chart_is_named_and_described_by_its_own_ids() -> None:
    drawing = soup(bar_chart("places", "Places", "Half are filled.", [Bar("One", (3,))])).svg
    assert isinstance(drawing, Tag)
    assert drawing["aria-labelledby"] == "places-title places-description"
    assert [drawing.title and drawing.title["id"], drawing.desc and drawing.desc["id"]] == [
        "places-title",
        "places-description",
    ]
    assert drawing["role"] == "img"


def test_the_longest_bar_or_mark_spans_the_drawing() -> None:
    assert widths(bar_chart("a", "A", "B", [Bar("One", (20,)), Bar("Two", (5,))])) == [BAR_AREA, BAR_AREA / 4]
    assert widths(bar_chart("a", "A", "B", [Bar("One", (20,), marker=40)])) == [BAR_AREA / 2]


def test_parts_stand_one_after_the_other_and_can_be_told_apart_without_colour() -> None:
    chart = bar_chart("modes", "A", "B", [Bar("One", (2, 0, 6))], series=("Here", "There", "Both"))
    bars = soup(chart).select("rect.muster-chart__bar")
    assert [(bar["x"], bar["width"], bar.get("fill")) for bar in bars] == [
        ("0%", "20%", None),
        ("20%", "60%", "url(#modes-texture-2)"),
    ]
    assert [name for name, _ in chart.series] == ["Here", "There", "Both"]
    assert soup(chart).select(".muster-chart__value")[0].get_text() == "8"


def test_long_labels_are_broken_into_lines() -> None:
    label = "Independent fostering agencies and foster carers of the whole region"
    lines = [
        line.get_text() for line in soup(bar_chart("a", "A", "B", [Bar(label, (1,))])).select(".muster-chart__label")
    ]
    assert " ".join(lines) == label
    assert max(map(len, lines)) <= 34


def test_two_charts_on_a_page_share_no_id() -> None:
    both = [soup(bar_chart(name, "A", "B", [Bar("One", (1, 2))])) for name in ("one", "two")]
    ids = [str(tag["id"]) for drawing in both for tag in drawing.select("[id]")]
    assert len(ids) == len(set(ids)) == 8


@given(st.lists(st.tuples(st.text(max_size=60), st.integers(0, 5000), st.none() | st.integers(0, 5000)), max_size=12))
def test_anything_can_be_drawn_within_the_drawing(rows: list[tuple[str, int, int | None]]) -> None:
    chart = bar_chart("any", "A <title>", 'B "quoted"', [Bar(label, (value,), marker) for label, value, marker in rows])
    assert all(0 <= width <= BAR_AREA for width in widths(chart))
    assert len(soup(chart).select("svg")) == 1
    assert soup(chart).title is not None
    assert not re.search(r"<[^>]*\sstyle=", chart.drawing)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 3"):
        bar_chart("a", "A", "B", [Bar("One", (1, 2, 3, 4))])
    with pytest.raises(ValueError, match="shorter than nothing"):
        bar_chart("a", "A", "B", [Bar("One", (-1,))])
