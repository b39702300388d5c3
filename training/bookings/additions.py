"""What later rooms add to pages of bookings: registered when they are imported, so that nothing is imported forward."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.bookings.models import Booking
from training.core.viewer import Viewer

Values = Mapping[str, object]


@dataclass(frozen=True)
class Addition:
    """Something to show a person on the page of their booking: a template, and what it says; None to show nothing."""

    template: str
    context: Callable[[Booking], Values | None]


@dataclass(frozen=True)
class SessionPart:
    """Something to show the desk on the pages of a session: a template, and what it says; None to show nothing."""

    template: str
    context: Callable[[Viewer, int], Values | None]


_additions: list[Addition] = []
_session_parts: list[SessionPart] = []
_remarks: list[Callable[[Sequence[int]], Mapping[int, str]]] = []


def register_addition(template: str, context: Callable[[Booking], Values | None]) -> None:
    """Show people more on the page of their booking; the template is included, with `added` as `context` returns it."""
    if any(addition.template == template for addition in _additions):
        raise ValueError(f"the addition {template} is already known")
    _additions.append(Addition(template, context))


def additions_to(booking: Booking) -> list[tuple[str, Values]]:
    """What is shown about the booking now: each template with what it says."""
    found = ((addition.template, addition.context(booking)) for addition in _additions)
    return [(template, values) for template, values in found if values is not None]


def register_session_part(template: str, context: Callable[[Viewer, int], Values | None]) -> None:
    """Show the desk more on the pages of a session, by its key; the template is included, with `added` as above."""
    if any(part.template == template for part in _session_parts):
        raise ValueError(f"the part {template} is already known")
    _session_parts.append(SessionPart(template, context))


def parts_of_session(viewer: Viewer, session_id: int) -> list[tuple[str, Values]]:
    """What is shown about the session now: each template with what it says."""
    found = ((part.template, part.context(viewer, session_id)) for part in _session_parts)
    return [(template, values) for template, values in found if values is not None]


def register_remarks(remarks: Callable[[Sequence[int]], Mapping[int, str]]) -> None:
    """Add words to the bookings of the desk's list of people: by the keys of bookings, in one query."""
    _remarks.append(remarks)


def remarks_about(booking_ids: Sequence[int]) -> dict[int, list[str]]:
    """The words about each booking that has some."""
    found: dict[int, list[str]] = {}
    for remarks in _remarks:
        for key, words in remarks(booking_ids).items():
            found.setdefault(key, []).append(words)
    return found
