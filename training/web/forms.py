"""What every form is made from: the one-time token, the errors for the summary, the status to answer with."""

import re
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.csrf.core import CSRFTokenField
from wtforms.widgets import HiddenInput

from training.web.asked import AskedField
from training.web.fields import HiddenField
from training.web.readings import ReadingError
from training.web.templating import new_form_token

OPEN_TOO_LONG = "This page was open for too long. Check your answers and send the form again"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


class TokenField(HiddenField):
    """The one-time token: sent back unchanged while the form has errors, replaced when it is none of ours."""

    @property
    def blank(self) -> bool:
        return False

    def check(self) -> None:
        if not _TOKEN.fullmatch(self.data):
            self.data = new_form_token()
            raise ReadingError(OPEN_TOO_LONG)


def summary_of(form: wtforms.Form) -> list[tuple[str, str | None]]:
    """The form's own errors, then the first of each field, as text and link; hidden fields have no link."""
    found: list[tuple[str, str | None]] = [(str(text), None) for text in form.form_errors]
    for field in form:
        if not field.errors:
            continue
        if isinstance(field, CSRFTokenField):
            found.append((OPEN_TOO_LONG, None))
        elif isinstance(field, HiddenField):
            found.append((field.errors[0], None))
        else:
            place = field.error_id if isinstance(field, AskedField) else field.id
            found.append((field.errors[0], f"#{place}"))
    return list(dict.fromkeys(found))


def has_errors(form: wtforms.Form) -> bool:
    """Whether something in the form must be put right."""
    return bool(form.form_errors) or any(field.errors for field in form)


class Form(FlaskForm):
    """A form that changes something. A template starts it with `{{ form.hidden_tag() }}`.

    A view: `if form.validate_on_submit(): ...`, then `return render_template(..., form=form), form.status`.
    """

    marks_optional = True

    form_token = TokenField(default=new_form_token)

    def hidden_tag(self, *fields: Any) -> Markup:
        """The form's hidden inputs, without ids, so that several forms can stand on one page."""
        wanted = fields or tuple(field for field in self if isinstance(field.widget, HiddenInput))
        return Markup("\n").join(field(id=False) for field in wanted)

    def add_error(self, text: str, field: str = "") -> None:
        """Say what a rule refused, by the named field or, without one, for the form as a whole."""
        if not field:
            self.form_errors.append(text)
            return
        wrong = self[field]
        wrong.errors = [*wrong.errors, text]

    def errors_for_summary(self) -> list[tuple[str, str | None]]:
        """The first error of each field in the order of the page, as text and link."""
        return summary_of(self)

    @property
    def failed(self) -> bool:
        """Whether the form was sent and something in it must be put right."""
        return has_errors(self)

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 400 when it failed."""
        return 400 if self.failed else 200


class VersionedForm(Form):
    """A form on a row that others may change meanwhile. Give it the row, or `row_version=` its version."""

    row_version = HiddenField()

    def is_stale(self, present_version: int) -> bool:
        """Whether the row was changed after the form was opened; a version nobody can read counts as old."""
        return self.row_version.data != str(present_version)


class FilterForm(wtforms.Form):
    """Filters of a list, in the address: `SessionFilters(request.args)`, then `validate()`.

    It changes nothing, so it has no tokens; its fields are `required=False` and are not marked as optional.
    """

    marks_optional = False
    is_compact = True

    def __init__(self, formdata: MultiDict[str, str], **kwargs: Any) -> None:
        given: Any = formdata
        super().__init__(given, **kwargs)

    def errors_for_summary(self) -> list[tuple[str, str | None]]:
        """The first error of each field in the order of the page, as text and link."""
        return summary_of(self)

    @property
    def failed(self) -> bool:
        """Whether a filter in the address cannot be used."""
        return has_errors(self)
