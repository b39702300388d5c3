"""Forms of what agencies are also called, and of what the law asks of them."""

from training.agencies.models import DUTY_LABELS, Duty
from training.web.fields import CheckboxesField, TextField
from training.web.forms import Form, VersionedForm


class AliasForm(Form):
    """Another name of an agency."""

    name = TextField(
        "Another name", ask="the other name",
        hint="A former name, a short form, or what people call it. People find the agency by it too.",
    )  # fmt: skip


class DutiesForm(VersionedForm):
    """What the law asks of an agency."""

    duties = CheckboxesField(
        "Statutory duties", ask="the duties", required=False, coerce=Duty,
        choices={duty.value: label for duty, label in DUTY_LABELS.items()},
    )  # fmt: skip
