"""The kinds of files that stages read: their columns, who may bring them, what a row would do and how it is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from training.core.batch_journal import Journal
from training.core.batches import Batch, Verdict
from training.core.spreadsheets import Column, SheetRow
from training.core.viewer import Viewer


@dataclass(frozen=True)
class Plan:
    """What applying would do with a row, in words that name all of it; `deed` is what the planner keeps for itself."""

    verdict: Verdict
    sentences: tuple[str, ...] = ()
    deed: object = None


Planned = tuple[SheetRow, Plan]


class Planner(Protocol):
    """Looks at the whole file and at the world as it is now, and never writes until it is told to carry out."""

    def plan(self) -> list[Plan]:
        """A plan for each row of the file, in its order."""
        ...

    def lacking(self) -> list[Planned]:
        """What the file lacks and applying would therefore change; numbered by the caller."""
        ...

    def carry_out(self, planned: Sequence[Planned], journal: Journal) -> None:
        """Do the plans, telling the journal which row each change belongs to; Refused where that cannot be."""
        ...


def nothing_to_warn_of(_batch: Batch) -> str:
    """The warning of a kind that has none."""
    return ""


def merely_changed(_table: str, _left: Mapping[str, Any], _now: Mapping[str, Any]) -> str:
    """What became of a row of a kind that has no more to say about it."""
    return "was changed since"


@dataclass(frozen=True)
class BatchKind:
    """A kind of file.

    With `whole`, one row that is a problem keeps the file from being applied; else such rows are left out.
    `words` are what the rows of other tables are called that may come to stand on what was added.
    `warning` says of a file that waits for a decision what is so unusual that nobody should apply it without ticking a
    box; empty where nothing is.
    `became` says of a row that can no longer be undone what became of it: its table, how applying left it, how it is.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    may: Callable[[Viewer, Mapping[str, Any]], bool]
    planner: Callable[[Viewer, Mapping[str, Any], Sequence[SheetRow]], Planner]
    most_rows: int = 10_000
    whole: bool = False
    audits_itself: bool = False
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    warning: Callable[[Batch], str] = nothing_to_warn_of
    became: Callable[[str, Mapping[str, Any], Mapping[str, Any]], str] = merely_changed


_kinds: dict[str, BatchKind] = {}


def register_batch_kind(kind: BatchKind) -> BatchKind:
    """Add a kind of file, once, when its stage is imported; raises ValueError if the name is taken."""
    if kind.name in _kinds:
        raise ValueError(f"the kind of file {kind.name} is already known")
    _kinds[kind.name] = kind
    return kind


def kind_called(name: str) -> BatchKind | None:
    """The kind with this name; None for one that is no longer read."""
    return _kinds.get(name)


def label_of(name: str) -> str:
    """What the desk calls files of this kind; the name itself for one that is no longer read."""
    return _kinds[name].label if name in _kinds else name
