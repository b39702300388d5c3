"""What stages show of the files of their kind besides the list of rows, such as a calendar of what would be added."""

from collections.abc import Callable
from dataclasses import dataclass

from training.core.batch_kinds import BatchKind
from training.core.batches import Batch
from training.core.viewer import Viewer


@dataclass(frozen=True)
class Preview:
    """What stands above the rows of a file: a template, and what the template needs, as `shown`."""

    template: str
    context: Callable[[Viewer, Batch], dict[str, object]]


_previews: dict[str, Preview] = {}


def register_preview(kind: BatchKind, template: str, context: Callable[[Viewer, Batch], dict[str, object]]) -> None:
    """Show files of `kind` in a way of its own as well, once, when its stage is imported."""
    if kind.name in _previews:
        raise ValueError(f"the preview of {kind.name} is already known")
    _previews[kind.name] = Preview(template, context)


def preview_of(kind: str) -> Preview | None:
    """What is shown of files of the kind with this name; None where the list of rows is all."""
    return _previews.get(kind)
