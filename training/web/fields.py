"""The fields of forms: those in which people type stand here, those in which they choose in `choices`.

Forms import every field from this module.
"""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, ClassVar

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms.utils import unset_value
from wtforms.widgets import HiddenInput

from training.core.mailboxes import one_line
from training.web.asked import AskedField, clean_text
from training.web.choices import CheckboxesField, CheckboxField, Choice, RadioField, SelectField
from training.web.formats import clock, listing, pounds
from training.web.readings import ReadingError, read_clock, read_day, read_number, read_pence

__all__ = [
    "CheckboxField",
    "CheckboxesField",
    "Choice",
    "DateField",
    "EmailField",
    "FileField",
    "HiddenField",
    "MoneyField",
    "NumberField",
    "PasswordField",
    "RadioField",
    "SelectField",
    "ShortAnswerField",
    "TextAreaField",
    "TextField",
    "TimeField",
]


class TextField(AskedField):
    """One line of text; empty is ""."""

    data: str
    kind: ClassVar[str] = "text"

    def __init__(self, label: str, *args: Any, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.max_length = max_length

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = one_line(clean_text(str(valuelist[0])))

    @property
    def shown(self) -> str:
        return self.data

    def check(self) -> None:
        if len(self.data) > self.max_length:
            raise ReadingError(f"{self.subject} must be {self.max_length:,} characters or fewer")

    def parameters(self) -> dict[str, Any]:
        return {"type": self.kind, "value": self.shown}


class EmailField(TextField):
    """An e-mail address, checked for its form only."""

    kind = "email"

    def __init__(self, label: str = "Email address", *args: Any, **kwargs: Any) -> None:
        words: dict[str, Any] = {"ask": "an email address", "autocomplete": "email", **kwargs}
        super().__init__(label, *args, **words)

    def check(self) -> None:
        super().check()
        try:
            self.data = validate_email(self.data, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ReadingError("Enter an email address in the correct format, like name@example.com") from error

    def parameters(self) -> dict[str, Any]:
        return super().parameters() | {"spellcheck": False}


class PasswordField(AskedField):
    """A password, taken as typed and never shown again; for a new one say `autocomplete="new-password"`."""

    component = "password-input"
    data: str

    def __init__(self, label: str = "Password", *args: Any, **kwargs: Any) -> None:
        super().__init__(label, *args, **{"ask": "your password", "autocomplete": "current-password", **kwargs})

    def check(self) -> None:
        if len(self.data) > 1000:
            raise ReadingError(f"{self.subject} must be 1,000 characters or fewer")

    def parameters(self) -> dict[str, Any]:
        return {}


class TextAreaField(TextField):
    """Several lines of text, with a count of characters when the end is near."""

    component = "character-count"

    def __init__(self, label: str, *args: Any, max_length: int = 4000, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(label, *args, max_length=max_length, **kwargs)
        self.rows = rows

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_text(str(valuelist[0]))

    def parameters(self) -> dict[str, Any]:
        return {"value": self.shown, "rows": self.rows, "maxlength": self.max_length, "threshold": 75}


class ShortAnswerField(AskedField):
    """An answer of a few characters that is read into a value; what was typed is kept as it was."""

    def read(self, text: str) -> object:
        """The value of typed text, or ReadingError; every kind of short answer says how it is read."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            text, self.data = clean_text(str(valuelist[0])), None
            if text:
                self.data = self.read(text)


class NumberField(ShortAnswerField):
    """A whole number from `least` to `most`."""

    data: int | None

    def __init__(self, label: str, *args: Any, least: int | None = 0, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(label, *args, **{"width": 4, **kwargs})
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        return read_number(text, self.subject, self.least, self.most)

    def parameters(self) -> dict[str, Any]:
        return {"value": self.shown, "inputmode": "numeric", "spellcheck": False}


class MoneyField(ShortAnswerField):
    """A sum typed in pounds; its data is in pence, and so is `most`."""

    data: int | None

    def __init__(self, label: str, *args: Any, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(label, *args, **{"width": 5, **kwargs})
        self.most = most

    def check(self) -> None:
        if self.most is not None and self.data is not None and self.data > self.most:
            raise ReadingError(f"{self.subject} must be {pounds(self.most)} or less")

    def read(self, text: str) -> int:
        return read_pence(text, self.subject)

    def as_text(self) -> str:
        if self.data is None:
            return ""
        return pounds(self.data).removeprefix("£").replace(",", "")

    def parameters(self) -> dict[str, Any]:
        return {"value": self.shown, "prefix": {"text": "£"}, "inputmode": "decimal", "spellcheck": False}


class TimeField(ShortAnswerField):
    """A time of day, as people write it."""

    data: time | None

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(label, *args, **{"width": 5, **kwargs})

    def read(self, text: str) -> time:
        return read_clock(text, self.ask)

    def as_text(self) -> str:
        return "" if self.data is None else clock(self.data)

    def parameters(self) -> dict[str, Any]:
        return {"value": self.shown, "spellcheck": False}


class DateField(AskedField):
    """A day in three inputs; an error leads to the part that is wrong."""

    component = "date-input"
    data: date | None
    parts: ClassVar[tuple[str, str, str]] = ("day", "month", "year")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        names = [f"{self.name}-{part}" for part in self.parts]
        if formdata is None or not any(name in formdata for name in names):
            self.typed = (str(self.data.day), str(self.data.month), str(self.data.year)) if self.data else ("",) * 3
            return
        day, month, year = (clean_text(str(formdata.get(name, ""))) for name in names)
        self.typed = (day, month, year)
        try:
            self.data = None
            self.data = read_day(day, month, year, self.ask)
        except ReadingError as error:
            self.wrong_part = error.part
            self.process_errors = [str(error)]

    @property
    def error_id(self) -> str:
        return f"{self.id}-{self.wrong_part or 'day'}"

    def parameters(self) -> dict[str, Any]:
        items = [
            {
                "name": part,
                "value": value,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
                + (" govuk-input--error" if self.errors and self.wrong_part in ("", part) else ""),
            }
            for part, value in zip(self.parts, self.typed, strict=True)
        ]
        return {"namePrefix": self.name, "items": items}


class FileField(AskedField):
    """An uploaded file with one of the endings in `types` (".csv"), at most `most_megabytes` large."""

    component = "file-upload"
    verb = "Select"
    data: FileStorage | None

    def __init__(
        self, label: str, *args: Any, types: Sequence[str] = (), most_megabytes: int = 5, **kwargs: Any
    ) -> None:
        super().__init__(label, *args, **kwargs)
        self.types, self.most_megabytes = types, most_megabytes

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [value for value in valuelist if isinstance(value, FileStorage) and value.filename]
        self.data = files[0] if files else None

    def check(self) -> None:
        if self.data is None:
            return
        if self.types and not str(self.data.filename).lower().endswith(tuple(self.types)):
            raise ReadingError(f"The selected file must be a {listing(self.types, 'or')} file")
        length = self.data.stream.seek(0, 2)
        self.data.stream.seek(0)
        if length == 0:
            raise ReadingError("The selected file is empty")
        if length > self.most_megabytes * 1_000_000:
            raise ReadingError(f"The selected file must be smaller than {self.most_megabytes}MB")

    def parameters(self) -> dict[str, Any]:
        return {"attributes": {"accept": ",".join(self.types)}} if self.types else {}


class HiddenField(TextField):
    """A value that travels with the form unseen."""

    widget = HiddenInput()

    def __init__(self, label: str = "", *args: Any, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, *args, required=required, **kwargs)

    def _value(self) -> str:
        return self.data

    def __call__(self, **kwargs: Any) -> Markup:
        return HiddenInput()(self, **{"id": False, **kwargs})
