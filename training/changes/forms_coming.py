"""The form by which somebody says whether they come on another day."""

from collections.abc import Sequence
from datetime import UTC, datetime

from training.bookings.models import WAY_LABELS, Way
from training.changes.queries_dates import OtherDate
from training.web.fields import Choice, HiddenField, RadioField
from training.web.forms import Form

COMES, GIVES_BACK, MOVES_TO = "comes", "gives-back", "to:"


class ComingForm(Form):
    """They come, they want one of the other dates, or they give their place back; nothing is chosen beforehand."""

    answer = RadioField("Can you come on the new date?", ask="whether you can come")
    seen_from = HiddenField()

    def offer(self, others: Sequence[OtherDate], *, has_place: bool) -> None:
        """Fill in what can be answered; whoever waits leaves the list instead of giving a place back."""
        moves = [self._choice(other, way) for other in others for way in other.ways] if has_place else []
        last = "Give my place back" if has_place else "Leave the waiting list"
        self.answer.choices = [
            Choice(COMES, "I can come"),
            *moves,
            Choice(GIVES_BACK, last, "This never counts as late."),
        ]

    def _choice(self, other: OtherDate, way: Way | None) -> Choice:
        how = f", {WAY_LABELS[way].lower()}" if way is not None else ""
        value = f"{MOVES_TO}{other.session.ref}{f':{way}' if way is not None else ''}"
        full = "" if other.free > 0 else ". You keep your present place until one is free there"
        return Choice(value, f"Move me to {other.when}{how}", f"{other.in_words}{full}")

    @property
    def moves_to(self) -> tuple[str, Way | None]:
        """The reference of the date they want, and how they come; empty where they want none."""
        if not (self.answer.data or "").startswith(MOVES_TO):
            return "", None
        ref, _, way = str(self.answer.data).removeprefix(MOVES_TO).partition(":")
        return ref, Way(way) if way else None

    @property
    def seen(self) -> datetime:
        """The start of the session that the page showed; a moment long ago where it cannot be read."""
        try:
            return datetime.fromisoformat(self.seen_from.data)
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)
