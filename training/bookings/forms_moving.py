"""The form by which a place is moved to another date."""

from collections.abc import Sequence

from training.bookings.models import Way
from training.bookings.queries_dates import WAY_IN_WORDS, CourseDate
from training.web.fields import Choice, RadioField
from training.web.forms import Form


class MoveBookingForm(Form):
    """Which other date, and how they come where the date leaves a choice; nothing is chosen beforehand."""

    date = RadioField("Which date would you like instead?", ask="the date to move to")

    def offer(self, dates: Sequence[CourseDate], *, is_own: bool) -> None:
        """Fill in the dates; one on which the person has a booking already is not among them."""
        self.date.choices = [_choice(one, way, is_own) for one in dates if one.booking is None for way in one.ways]
        if not is_own:
            self.date.label.text = "To which date?"

    @property
    def chosen(self) -> tuple[str, Way | None]:
        """The reference of the date, and how they come; of a form that is sound."""
        ref, _, way = str(self.date.data).partition(":")
        return ref, Way(way) if way else None


def _choice(one: CourseDate, way: Way | None, is_own: bool) -> Choice:
    whose = "your" if is_own else "their"
    who = "You" if is_own else "They"
    sentences = [f"{one.where}: {one.places_in_words(way)}."]
    if one.free(way) <= 0:
        sentences.append(f"{who} keep {whose} present place until one is free.")
    sentences += [f"Clash: {clash.sentence}" for clash in one.clashes]
    label = f"{one.when}, {WAY_IN_WORDS[way]}" if way is not None else one.when
    return Choice(f"{one.session.ref}{f':{way}' if way is not None else ''}", label, " ".join(sentences))
