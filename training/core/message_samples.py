"""What previews of messages are filled with: a recent real subject where a stage gives one, else plain examples."""

from collections.abc import Callable, Mapping

from training.config import installation
from training.core.message_examples import EXAMPLES
from training.core.messages import MessageKind, leads_on
from training.core.outbox import Recipient
from training.core.viewer import Viewer

Sample = Callable[[Viewer], Mapping[str, str]]
Own = Callable[[Viewer], Recipient | None]
CODE_EXAMPLE = "XXXX-XXXX-XXXX"
_samples: dict[str, Sample] = {}
_own: list[Own] = []


def register_sample(kind: str, sample: Sample) -> None:
    """Fill previews of `kind`, or of all whose names begin with `kind` (“bookings.”), with what `sample` gives.

    `sample` reads a recent subject and changes nothing. It holds no secret and nobody's name but its reader's; where
    there is no subject yet it gives examples. Values that a text does not ask for are passed over.
    """
    if kind in _samples:
        raise ValueError(f"there is a sample for {kind} already")
    _samples[kind] = sample


def register_own_recipient(own: Own) -> None:
    """Say how a viewer is written to: tests of texts go to nobody else."""
    _own.append(own)


def own_recipient(viewer: Viewer) -> Recipient | None:
    """The viewer themselves, as mail reaches them; None where they have no address."""
    return next((found for own in _own if (found := own(viewer)) is not None), None)


def sample_values(viewer: Viewer, kind: MessageKind) -> dict[str, str]:
    """Something for every placeholder of `kind`: real where a stage gives a sample, else an example."""
    values = {name: example(name) for name in kind.placeholders}
    for beginning in sorted(_samples, key=len):
        if kind.name.startswith(beginning):
            given = _samples[beginning](viewer)
            values |= {name: given[name] for name in kind.placeholders & given.keys()}
    return values


def made_up(viewer: Viewer, kind: MessageKind) -> set[str]:
    """The placeholders for which nobody gives a value or an example: their names stand in their place."""
    given: set[str] = set()
    for beginning, sample in _samples.items():
        if kind.name.startswith(beginning):
            given |= sample(viewer).keys()
    return {name for name in kind.placeholders - given if name not in EXAMPLES and not leads_on(name)}


def example(name: str) -> str:
    """What stands in a preview in the place of ((name)): a link or code that opens nothing, or plain words."""
    base = installation().base_url
    if name in EXAMPLES:
        return EXAMPLES[name]
    if name.endswith("page"):
        return f"{base}/link" if name.startswith("code") else base
    if name in ("code_line", "code line"):
        return f"If the link does not open, type the code {CODE_EXAMPLE} at {base}/link"
    if name.startswith("code"):
        return CODE_EXAMPLE
    if leads_on(name):
        return f"{base}/link/example"
    return name.replace("_", " ")
