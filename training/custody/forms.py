"""Forms of custody: merging, anonymising, and giving out what is held about a person."""

from typing import Any

from wtforms.validators import ValidationError

from training.web.fields import RadioField, TextAreaField, TextField
from training.web.forms import FilterForm, Form


class OtherRecordFilters(FilterForm):
    """Who to look for as the other record of a person."""

    words = TextField("Name, email address or reference of the other record", required=False, name="q")


class MergeForm(Form):
    """Which of two records is kept, and why they are about one person."""

    keep = RadioField("Which record is kept?", ask="the record that is kept")
    reason = TextAreaField(
        "How do you know that this is one person?", ask="how you know that this is one person", rows=3, max_length=500
    )


class UndoForm(Form):
    """Nothing but the button."""


class ReasonForm(Form):
    """Why somebody's data are given out."""

    reason = TextAreaField(
        "Why do you need this?",
        ask="why you need this",
        hint="For example: asked for by the person on 3 November, identity checked by telephone. The log keeps it.",
        rows=3,
        max_length=500,
    )


class AnonymiseForm(Form):
    """Why somebody is anonymised, and their reference typed to show that it is meant."""

    reason = TextAreaField(
        "Why is this person anonymised?",
        ask="why this person is anonymised",
        hint="For example: asked for by the person in writing. Do not repeat the name: the reason stays in the log.",
        rows=3,
        max_length=500,
    )
    typed = TextField("Type the reference to confirm", ask="the reference", autocomplete="off", width=10)

    def __init__(self, *args: Any, reference: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reference = reference
        self.typed.description = f"The reference is {reference}. This cannot be undone."

    def validate_typed(self, field: TextField) -> None:
        """It must be the reference of this very person."""
        if (field.data or "").strip().upper() != self.reference:
            raise ValidationError(f"Enter {self.reference} to confirm")
