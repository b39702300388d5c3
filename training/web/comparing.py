"""A form that was opened before somebody else’s change: what stands now, beside what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.web.asked import AskedField
from training.web.choices import CheckboxField, ChoiceField
from training.web.fields import DateField, HiddenField, PasswordField
from training.web.formats import listing
from training.web.forms import VersionedForm

NOTHING = "nothing"


@dataclass(frozen=True)
class Difference:
    """One field in which the form and the row differ."""

    label: str
    now: str
    typed: str


def refuse_stale(form: VersionedForm, present: VersionedForm, thing: str) -> list[Difference]:
    """Give `form` an error about `thing` (“this course”) and the version of `present`, the same form unsent.

    Sent once more, it is taken: by then both were seen. Returns where they differ, for
    `components/changed_meanwhile.html`.
    """
    form.row_version.data = present.row_version.data
    form.add_error(f"Somebody else changed {thing} after you opened it. Compare both below, then save again")
    return differences(form, present)


def differences(form: VersionedForm, present: VersionedForm) -> list[Difference]:
    """The fields of `form` that say something else than those of `present`."""
    asked = [field for field in form if isinstance(field, AskedField) and not isinstance(field, HiddenField)]
    pairs = [(field, present[field.name]) for field in asked if not isinstance(field, PasswordField)]
    return [
        Difference(field.label.text, said(standing), said(field))
        for field, standing in pairs
        if isinstance(standing, AskedField) and said(field) != said(standing)
    ]


def said(field: AskedField) -> str:
    """What a field says, as people read it; “nothing” where it is empty."""
    if isinstance(field, CheckboxField):
        return "Yes" if field.data else "No"
    if isinstance(field, ChoiceField):
        return _labels(field.sent(), field) or NOTHING
    if isinstance(field, DateField):
        return " ".join(field.typed).strip() or NOTHING
    return field.shown or NOTHING


def _labels(values: Sequence[str], field: ChoiceField) -> str:
    return listing(choice.label for choice in field.offered() if choice.value in values)
