"""Form fields in which people choose: radios, checkboxes, a select, and one box to tick."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from markupsafe import Markup

from training.web.asked import AskedField, clean_text
from training.web.readings import ReadingError


@dataclass(frozen=True)
class Choice:
    """One thing to choose: the value that is sent, what people read, and a hint below it."""

    value: str
    label: str
    hint: str = ""


Choices = Mapping[Any, str] | Sequence[Choice]


def sent_value(value: object) -> str:
    """How a value travels in a form: an enum by its value, anything else as text."""
    return str(value.value if isinstance(value, Enum) else value)


class ChoiceField(AskedField):
    """One of `choices`: a mapping of value to label, or Choice objects. They may be set on the field later.

    `coerce` makes the value of what was sent (an enum, int); a value that is not on offer is an error.
    """

    verb = "Select"

    def __init__(
        self,
        label: str,
        *args: Any,
        choices: Choices = (),
        coerce: Callable[[str], object] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, *args, **kwargs)
        self.choices = choices
        self.coerce = coerce

    def offered(self) -> list[Choice]:
        """The choices in their order."""
        choices = self.choices
        if isinstance(choices, Mapping):
            return [Choice(value, label) for value, label in choices.items()]
        return list(choices)

    def sent(self) -> list[str]:
        """The chosen values as they travel in the form."""
        return [] if self.blank else [sent_value(self.data)]

    def read(self, text: str) -> object:
        """The value of what was sent, or ReadingError."""
        try:
            return self.coerce(text)
        except ValueError as error:
            raise ReadingError(self.missing) from error

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            text, self.data = clean_text(str(valuelist[0])), None
            if text:
                self.data = self.read(text)

    def check(self) -> None:
        offered = {choice.value for choice in self.offered()}
        if not offered.issuperset(self.sent()):
            raise ReadingError(self.missing)

    def parameters(self) -> dict[str, Any]:
        chosen = self.sent()
        items: list[dict[str, Any]] = []
        for choice in self.offered():
            item: dict[str, Any] = {"value": choice.value, "text": choice.label}
            item["selected" if self.component == "select" else "checked"] = choice.value in chosen
            if choice.hint:
                item["hint"] = {"text": choice.hint}
            items.append(item)
        drawn: dict[str, Any] = {"idPrefix": self.id, "items": items}
        if getattr(self.owner, "is_compact", False):
            drawn["classes"] = f"govuk-{self.component}--small"
        return drawn


class SelectField(ChoiceField):
    """One of many, in a drop-down list. `first` is the empty entry at its head; None leaves it out."""

    component = "select"

    def __init__(self, label: str, *args: Any, first: str | None = "Select", **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.first = first

    def parameters(self) -> dict[str, Any]:
        items = super().parameters()["items"]
        head = [] if self.first is None else [{"value": "", "text": self.first, "selected": self.blank}]
        return {"items": head + items}


class RadioField(ChoiceField):
    """One of a few, all of them seen. Drawing takes `reveals`: HTML below a choice, by its value."""

    component = "radios"

    def __call__(self, **params: Any) -> Markup:
        reveals: Mapping[str, Markup] = params.pop("reveals", {})
        items: list[dict[str, Any]] = self.parameters()["items"]
        for item in items:
            if item["value"] in reveals:
                item["conditional"] = {"html": reveals[item["value"]]}
        return super().__call__(**{"items": items, **params})


class CheckboxesField(ChoiceField):
    """Any number of a few; the data is a list in the order of sending."""

    component = "checkboxes"
    data: list[Any]

    def process_data(self, value: Sequence[Any] | None) -> None:
        self.data = list(value or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [self.read(clean_text(str(text))) for text in dict.fromkeys(valuelist)]

    def sent(self) -> list[str]:
        return [sent_value(value) for value in self.data]


class CheckboxField(AskedField):
    """One box to tick. With `required=True` it must be: `ask="that you have read the terms"`."""

    component = "checkboxes"
    verb = "Confirm"
    data: bool

    def __init__(self, label: str, *args: Any, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, *args, required=required, **kwargs)

    @property
    def blank(self) -> bool:
        return not self.data

    def process_data(self, value: Any) -> None:
        self.data = bool(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = bool(valuelist) and valuelist[0] not in ("", "false")

    def parameters(self) -> dict[str, Any]:
        item: dict[str, Any] = {"value": "yes", "text": self.label.text, "checked": self.data}
        if self.description:
            item["hint"] = {"text": self.description}
        drawn = {"idPrefix": self.id, "items": [item], "fieldset": None, "hint": None}
        if getattr(self.owner, "is_compact", False):
            drawn["classes"] = "govuk-checkboxes--small"
        return drawn
