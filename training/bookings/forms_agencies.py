"""Forms for ending agencies, and for settling what people called them."""

from wtforms.validators import ValidationError

from training.core import clock
from training.web.fields import (
    CheckboxField,
    Choice,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.web.forms import FilterForm, Form

LAST_DAY = "the last day"


def _last_day() -> DateField:
    return DateField("Last day as an agency of its own", ask=LAST_DAY, hint="Today or earlier.")


class EndingForm(FilterForm):
    """When an agency ends, in the address; asking shows what would happen and changes nothing."""

    is_compact = False

    last_on = _last_day()

    def validate_last_on(self, field: DateField) -> None:
        """What will be is not written down before it is."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("The last day must be today or earlier")


class MergingForm(EndingForm):
    """Which agency takes its place, and from when."""

    successor = SelectField("Merged into", ask="the agency that takes its place", coerce=int)
    # Once more, so that it stands after the successor here and in the summary of errors.
    last_on = _last_day()
    leads = RadioField(
        "Its training leads", ask="what its training leads do", choices=[
            Choice("go-on", "Lead at the successor from the next day", "They see the successor and what is below it."),
            Choice("end", "End with the agency"),
        ],
    )  # fmt: skip

    def offer(self, agencies: list[tuple[int, str]]) -> None:
        """Fill the choices."""
        self.successor.choices = [Choice(str(key), name) for key, name in agencies]


class ApplyForm(Form):
    """Doing what was shown."""

    seen = HiddenField()
    reason = TextField("Reason", ask="the reason", hint="It is kept in the audit log. For example: schools merged.")


class BringBackForm(Form):
    """Taking the ending of an agency back."""

    reason = TextField("What was wrong", ask="what was wrong", hint="It is kept in the audit log.")


class SettleForm(Form):
    """Which agency people mean by a name."""

    agency = SelectField("Agency", ask="the agency they mean", coerce=int)
    keep_name = CheckboxField(
        "Keep the name as another name of the agency",
        hint="Whoever types it from now on is found at once. Leave it unticked if it was a slip of the pen.",
    )

    def offer(self, agencies: list[tuple[int, str]]) -> None:
        """Fill the choices."""
        self.agency.choices = [Choice(str(key), name) for key, name in agencies]


class NotOursForm(Form):
    """What people who work somewhere else are told."""

    answer = TextAreaField(
        "What they should know", ask="what they should know", rows=5, max_length=1000,
        hint="It is part of the message. For example, who offers training to them.",
    )  # fmt: skip
