"""The dates of a session as a form asks for them, one after another."""

from collections.abc import Sequence
from typing import Any

from training.schedule.rules import MOST_PARTS, PartTimes, parts_problems
from training.web.asked import AskedField
from training.web.comparing import NOTHING, said
from training.web.fields import DateField, HiddenField, TimeField
from training.web.forms import VersionedForm


class PartsForm(VersionedForm):
    """The dates of a session: fields `on_1`, `starts_1`, `ends_1` to `MOST_PARTS`, of which `shown` are drawn.

    A part left empty is left out. The button `add_part` draws one more and keeps what was typed.
    """

    shown = HiddenField()

    @property
    def numbers(self) -> range:
        """The parts to draw."""
        typed = [number for number in range(1, MOST_PARTS + 1) if not self.is_empty(number)]
        asked = int(self.shown.data) if self.shown.data.isdecimal() and len(self.shown.data) < 3 else 1
        return range(1, min(MOST_PARTS, max(asked, *typed, 1)) + 1)

    def is_empty(self, number: int) -> bool:
        """Whether nothing at all was typed for a part."""
        return not any(said(field) != NOTHING for field in self.fields_of(number))

    def fields_of(self, number: int) -> list[AskedField]:
        """The day, the start and the end of a part."""
        fields = [self[f"{name}_{number}"] for name in ("on", "starts", "ends")]
        return [field for field in fields if isinstance(field, AskedField)]

    @property
    def parts(self) -> list[PartTimes]:
        """The dates that are complete, in the order of the page."""
        return [part for _, part in self._complete()]

    def show_parts(self, parts: Sequence[PartTimes], *, anew: bool = False) -> None:
        """Fill in the dates of a session where the form was not sent, or `anew` in any case."""
        if self.is_submitted() and not anew:
            return
        self.shown.data = str(len(parts) or 1)
        for number, part in enumerate(parts, 1):
            for name, value in (("on", part.on), ("starts", part.starts), ("ends", part.ends)):
                self[f"{name}_{number}"].process(None, value)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, that dates are complete and in order, and that there is one."""
        sound = super().validate(extra_validators)
        numbers = [number for number in range(1, MOST_PARTS + 1) if number == 1 or not self.is_empty(number)]
        for number in numbers:
            if number == 1 and len(numbers) > 1 and self.is_empty(1):
                continue
            for field in self.fields_of(number):
                if field.data is None and not field.errors:
                    self.add_error(field.missing, field.name)
                    sound = False
        complete = self._complete()
        for problem in parts_problems([part for _, part in complete]):
            self.add_error(problem.sentence, f"{problem.field}_{complete[problem.index][0]}")
            sound = False
        return sound

    def _complete(self) -> list[tuple[int, PartTimes]]:
        found: list[tuple[int, PartTimes]] = []
        for number in range(1, MOST_PARTS + 1):
            on, starts, ends = (field.data for field in self.fields_of(number))
            if on is not None and starts is not None and ends is not None:
                found.append((number, PartTimes(on, starts, ends)))
        return found


for _number in range(1, MOST_PARTS + 1):
    _which = f" of day {_number}" if _number > 1 else ""
    _before = f"Day {_number}: " if _number > 1 else ""
    _fields = {
        f"on_{_number}": DateField(f"{_before}date" if _before else "Date", ask=f"the date{_which}", required=False),
        f"starts_{_number}": TimeField(
            f"{_before}starts" if _before else "Starts", ask=f"the start time{_which}", required=False
        ),
        f"ends_{_number}": TimeField(
            f"{_before}ends" if _before else "Ends", ask=f"the end time{_which}", required=False
        ),
    }
    for _name, _field in _fields.items():
        setattr(PartsForm, _name, _field)
