"""Bar charts as SVG: no script and no inline style; every length is a share of the width, so text keeps its size.

A chart stands beside the table of the same numbers. It has a title that says what it shows and a description that
says what it means; a screen reader reads those two and finds the numbers in the table.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

BAR_AREA = 80
"""Per cent of the width for the longest bar; the rest is for the number after it."""
LABEL_LETTERS = 34
"""Letters of a label on one line: what a telephone of 320 px has room for."""
LINE, BAR, GAP = 20, 14, 15
"""Heights in px: a line of a label, a bar, and the space around it."""
TEXTURES = 3
"""How many series can be told apart without colour: plain, striped, dotted."""


@dataclass(frozen=True)
class Bar:
    """One row: what it is, its parts in the order of the series, and the mark it is measured against.

    `shown` is written after the bar; left out, it is the sum of the parts.
    """

    label: str
    parts: tuple[float, ...]
    marker: float | None = None
    shown: str = ""

    @property
    def length(self) -> float:
        return sum(self.parts)


@dataclass(frozen=True)
class Chart:
    """A chart ready to stand on a page: the drawing, and the legend in words that goes with it."""

    title: str
    description: str
    drawing: Markup
    series: tuple[tuple[str, Markup], ...]
    """The name of each series, and a small square as its bars are filled."""
    marker: str


def bar_chart(
    identity: str,
    title: str,
    description: str,
    bars: Sequence[Bar],
    *,
    series: Sequence[str] = (),
    marker: str = "",
) -> Chart:
    """Horizontal bars, one below the other, the longest across the drawing.

    `identity` begins every id in the drawing and is used once on a page. `series` names the parts of the bars
    where there are several, at most three; `marker` names the upright mark. Raises ValueError for more series than
    can be told apart and for a part below nought.
    """
    if len(series) > TEXTURES or any(len(bar.parts) > TEXTURES for bar in bars):
        raise ValueError(f"a bar has at most {TEXTURES} parts")
    if any(part < 0 for bar in bars for part in bar.parts):
        raise ValueError("a bar cannot be shorter than nothing")
    longest = max((max(bar.length, bar.marker or 0) for bar in bars), default=0) or 1
    rows: list[Markup] = []
    top = 0
    for bar in bars:
        row, height = _row(identity, bar, top, BAR_AREA / longest)
        rows.append(row)
        top += height
    drawing = Markup(
        '<svg class="muster-chart__drawing" width="100%" height="{height}" role="img" focusable="false" '
        'aria-labelledby="{identity}-title {identity}-description">'
        '<title id="{identity}-title">{title}</title><desc id="{identity}-description">{description}</desc>'
        "{textures}{rows}</svg>"
    ).format(
        identity=identity,
        height=max(top, 1),
        title=title,
        description=description,
        textures=_textures(identity),
        rows=Markup("").join(rows),
    )
    legend = tuple((name, _swatch(identity, number)) for number, name in enumerate(series))
    return Chart(title, description, drawing, legend, marker)


def _row(identity: str, bar: Bar, top: int, scale: float) -> tuple[Markup, int]:
    """One bar with its label above it, and how high the two are."""
    pieces: list[Markup] = []
    lines = textwrap.wrap(bar.label, LABEL_LETTERS) or [""]
    for line in lines:
        top_of_line = top + LINE - 5
        pieces.append(Markup('<text class="muster-chart__label" x="0" y="{}">{}</text>').format(top_of_line, line))
        top += LINE
    top += 3
    start = 0.0
    for number, part in enumerate(bar.parts):
        if part:
            pieces.append(
                Markup(
                    '<rect class="muster-chart__bar muster-chart__bar--{}" x="{}%" y="{}" width="{}%" height="{}"{}/>'
                ).format(number, _share(start), top, _share(part * scale), BAR, _fill(identity, number))
            )
        start += part * scale
    end = start
    if bar.marker is not None:
        at = bar.marker * scale
        upright = Markup('<line class="muster-chart__{0}" x1="{1}%" x2="{1}%" y1="{2}" y2="{3}"/>')
        pieces += [upright.format(name, _share(at), top - 3, top + BAR + 3) for name in ("halo", "marker")]
        end = at if start <= at < start + 16 else start
    shown = bar.shown or f"{bar.length:,.0f}"
    pieces.append(
        Markup('<text class="muster-chart__value" x="{}%" y="{}" dx="7">{}</text>').format(
            _share(end), top + BAR - 2, shown
        )
    )
    return Markup("").join(pieces), len(lines) * LINE + BAR + GAP


def _fill(identity: str, number: int) -> Markup:
    """How the bars of a series are filled: the first plainly, by the style sheet, the others with a texture."""
    return Markup(' fill="url(#{}-texture-{})"').format(identity, number) if number else Markup("")


def _swatch(identity: str, number: int) -> Markup:
    return Markup(
        '<svg width="18" height="14" aria-hidden="true" focusable="false">'
        '<rect class="muster-chart__bar muster-chart__bar--{}" x="1" y="1" width="16" height="12"{}/></svg>'
    ).format(number, _fill(identity, number))


def _share(per_cent: float) -> str:
    """A length in per cent of the width, without needless digits."""
    return f"{per_cent:.2f}".rstrip("0").rstrip(".")


def _textures(identity: str) -> Markup:
    """Stripes and dots for the second and third series, under ids of this chart's own."""
    return Markup(
        '<defs><pattern id="{0}-texture-1" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="muster-chart__ground" width="6" height="6"/>'
        '<rect class="muster-chart__ink" width="3" height="6"/></pattern>'
        '<pattern id="{0}-texture-2" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect class="muster-chart__ground" width="6" height="6"/>'
        '<circle class="muster-chart__ink" cx="3" cy="3" r="1.6"/></pattern></defs>'
    ).format(escape(identity))
