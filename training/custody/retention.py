"""How long what is kept: classes of records, each with its setting, what is past its time, and what removing does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from training.core import clock
from training.core.policies import register_figure
from training.core.settings import Setting, register_setting, setting_value

AUTOMATIC = register_setting(
    "retention.automatic",
    "Remove every night what is past its time",
    False,
    hint="Look at what would be removed first. Until this is on, nothing is removed unless an officer says so.",
)
"""Off until somebody has looked."""


@dataclass(frozen=True)
class RecordClass:
    """One kind of records with one time after which they are removed or stripped."""

    name: str
    label: str
    does: str
    """What happens to what is past its time, in a sentence."""
    why: str
    setting: Setting[int]
    due: Callable[[date], Select[int]]
    """The keys of what is past its time where nothing younger than the day is touched, oldest first."""
    remove: Callable[[Sequence[int]], int]
    """Remove or strip the rows with these keys, and return how many there were."""
    oldest: Callable[[], Select[Any]]
    """The moment of the oldest row that is still held."""
    names_people: bool = False

    @property
    def older_than(self) -> date:
        """The day before which records of this class are past their time."""
        return clock.months_later(clock.today(), -setting_value(self.setting))


_classes: dict[str, RecordClass] = {}


def record_classes() -> tuple[RecordClass, ...]:
    """All classes, in the order of the page."""
    return tuple(_classes.values())


def class_named(name: str) -> RecordClass | None:
    """The class called `name`."""
    return _classes.get(name)


def register_class(
    name: str,
    label: str,
    months: int,
    *,
    does: str,
    why: str,
    due: Callable[[date], Select[int]],
    remove: Callable[[Sequence[int]], int],
    oldest: Callable[[], Select[Any]],
    least: int = 1,
    names_people: bool = False,
) -> None:
    """Add a class, once; its setting is a number of months."""
    setting = register_setting(
        f"retention.{name}-months",
        f"Months for which to keep: {label.lower()}",
        months,
        hint=why,
        least=least,
        most=240,
    )
    register_figure(f"keep {name}", lambda: _in_words(setting_value(setting)))
    _classes[name] = RecordClass(name, label, does, why, setting, due, remove, oldest, names_people)


def _in_words(months: int) -> str:
    """A time in the words of a privacy notice: whole years where it is some."""
    number, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
