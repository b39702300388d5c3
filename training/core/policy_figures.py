"""The figures that the terms of booking carry: what they are called, in what they are counted, how they read.

A stage says which there are. Each version of the terms keeps its own, so that nothing anybody agreed to changes with a
setting.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain


class FigureUnit(StrEnum):
    """In what a figure is counted."""

    WORKING_DAYS = "working-days"
    PENCE = "pence"


@dataclass(frozen=True)
class Figure:
    """One figure; where it is a cell of the table of charges, the row and the column say which."""

    name: str
    label: str
    unit: FigureUnit
    default: int = 0
    most: int = 1_000_000
    hint: str = ""
    row: str = ""
    column: str = ""


Figures = Mapping[str, int]
PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")
_providers: list[Callable[[], Sequence[Figure]]] = []
_words: dict[str, Callable[[Figures], str]] = {}


def register_terms_figures(figures: Callable[[], Sequence[Figure]]) -> None:
    """Let the terms carry what `figures` returns, once, when its stage is imported; it is asked anew each time."""
    _providers.append(figures)


def register_terms_words(name: str, in_words: Callable[[Figures], str]) -> None:
    """Let ((name)) stand in the terms for what their own figures say."""
    if name in _words:
        raise ValueError(f"the words {name} are already known")
    _words[name] = in_words


def terms_words() -> tuple[str, ...]:
    """What may stand in double brackets in the terms, and is written into them when they are published."""
    return tuple(_words)


def terms_figures() -> list[Figure]:
    """All figures that a new version of the terms carries, in the order of the page."""
    return list(chain.from_iterable(provider() for provider in _providers))


def delivered_figures() -> dict[str, int]:
    """The figures of the terms that come with Muster."""
    return tidy({figure.name: figure.default for figure in terms_figures()})


def tidy(figures: Figures) -> dict[str, int]:
    """`figures` without the cells of the table in which nothing is charged."""
    cells = {figure.name for figure in terms_figures() if figure.row}
    return {name: value for name, value in figures.items() if value or name not in cells}


def with_terms_words(text: str, figures: Figures) -> str:
    """`text` with what `figures` say in the place of its words."""
    return PLACEHOLDER.sub(lambda found: _words[found[1]](figures) if found[1] in _words else found[0], text)


def wrong_figure(figures: Figures) -> str:
    """What is wrong with `figures`, in a sentence without a full stop; empty where they can be published."""
    known = {figure.name: figure for figure in terms_figures()}
    for name, value in figures.items():
        if name not in known:
            return f"The terms have no figure called {name}"
        if not 0 <= value <= known[name].most:
            return f"{known[name].label} must be between 0 and {known[name].most}"
    return ""


@dataclass(frozen=True)
class FiguresTable:
    """The figures of one version as a table: its columns, and for each row a heading and what stands in its cells."""

    columns: list[str]
    rows: list[tuple[str, list[int]]]


def charges_in(figures: Figures) -> FiguresTable:
    """The table of what is charged, in pence; a row of noughts is left out."""
    cells = [figure for figure in terms_figures() if figure.row]
    columns = list(dict.fromkeys(figure.column for figure in cells))
    rows: dict[str, list[int]] = {}
    for figure in cells:
        rows.setdefault(figure.row, []).append(figures.get(figure.name, 0))
    return FiguresTable(columns, [(heading, pence) for heading, pence in rows.items() if any(pence)])


def other_figures(figures: Figures) -> list[tuple[str, FigureUnit, int]]:
    """The figures that stand in no table and that this version has: what each is called, its unit, the figure."""
    return [
        (figure.label, figure.unit, figures[figure.name])
        for figure in terms_figures()
        if not figure.row and figure.name in figures
    ]
