"""What all form fields share: WTForms reads and checks, GOV.UK Frontend's macros draw.

Every field says what it asks for (`ask="the start time"`) and its errors are made of that: "Enter the start
time". A field must be answered unless `required=False`, which its label then says. `{{ form.title() }}` draws
a field; it takes `heading=True` (the label is the page's h1) and any parameters of the field's GOV.UK macro.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import current_app
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation

from training.web.readings import ReadingError

# Characters that no keyboard types and PostgreSQL or XML refuse; tab and line feed stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Typed text without control characters and outer space, lines ended by a line feed alone."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def draw(component: str, params: Mapping[str, Any]) -> Markup:
    """One GOV.UK component ("date-input") as HTML, by the macro of the same name."""
    template = current_app.jinja_env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    macro: Callable[[Mapping[str, Any]], str] = getattr(
        template.module, "govuk" + "".join(word.capitalize() for word in component.split("-"))
    )
    return Markup(macro(params))  # noqa: S704 - the macro escapes what it is given


class AskedField(Field):
    """What all fields share: what is asked for, the sentence when it is missing, and the drawing."""

    component: ClassVar[str] = "input"
    verb: ClassVar[str] = "Enter"
    data: Any

    def __init__(
        self,
        label: str,
        validators: Sequence[Callable[[Any, Any], object]] = (),
        *,
        ask: str = "",
        hint: str = "",
        required: bool = True,
        autocomplete: str = "",
        width: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, list(validators), description=hint, **kwargs)
        self.owner: object = kwargs.get("_form")
        self.ask = ask or label[:1].lower() + label[1:]
        self.required = required
        self.autocomplete = autocomplete
        self.width = width
        self.wrong_part = ""

    @property
    def subject(self) -> str:
        """What opens a sentence about the answer: "The start time"."""
        return self.ask[:1].upper() + self.ask[1:]

    @property
    def missing(self) -> str:
        """The error of an empty answer."""
        return f"{self.verb} {self.ask}"

    @property
    def blank(self) -> bool:
        """Whether there is no answer. Nought and False are answers."""
        return self.data is None or self.data in ("", [], ())

    @property
    def error_id(self) -> str:
        """The id of the input that an error is about: where the error summary leads."""
        return f"{self.id}-{self.wrong_part}" if self.wrong_part else self.id

    @property
    def shown(self) -> str:
        """What stands in the input: what was typed, or the value as people write it."""
        return clean_text(str(self.raw_data[0])) if self.raw_data else self.as_text()

    def as_text(self) -> str:
        """The value as people write it."""
        return "" if self.data is None else str(self.data)

    def check(self) -> None:
        """Look at an answer that is not blank; raise ReadingError with what is wrong."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms calls it so
        """Stop at what could not be read, at a missing answer, and at what `check` refuses."""
        if self.process_errors:
            raise StopValidation
        if self.blank:
            if self.required:
                raise StopValidation(self.missing)
            return
        try:
            self.check()
        except ReadingError as error:
            raise StopValidation(str(error)) from error

    def title(self, heading: bool) -> dict[str, Any]:
        """The parameters of the label, or of the legend."""
        optional = not self.required and getattr(self.owner, "marks_optional", True)
        text = f"{self.label.text} (optional)" if optional else self.label.text
        return {"text": text, "isPageHeading": heading}

    def parameters(self) -> dict[str, Any]:
        """What the macro of this kind of field needs besides label, hint and error."""
        return {"value": self.shown}

    def __call__(self, **params: Any) -> Markup:
        """This field as HTML, with its hint and its first error."""
        heading = bool(params.pop("heading", False))
        title = self.title(heading)
        drawn: dict[str, Any] = {"id": self.id, "name": self.name}
        if self.component in ("radios", "checkboxes", "date-input"):
            size = "l" if heading else "s"
            drawn["fieldset"] = {"legend": title | {"classes": f"govuk-fieldset__legend--{size}"}}
        else:
            drawn["label"] = title | {"classes": f"govuk-label--{'l' if heading else 's'}"}
        if self.description:
            drawn["hint"] = {"text": self.description}
        if self.errors:
            drawn["errorMessage"] = {"text": self.errors[0]}
        if self.autocomplete:
            drawn["autocomplete"] = self.autocomplete
        if self.width:
            drawn["classes"] = f"govuk-input--width-{self.width}"
        return draw(self.component, drawn | self.parameters() | params)
