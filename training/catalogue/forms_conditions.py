"""The forms about the conditions of courses: what comes before one, what it counts as, and who must do it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from training.catalogue.operations_conditions import RequirementDetails
from training.catalogue.rules import MOST_MONTHS
from training.core.viewer import Viewer
from training.people.queries import workforce_group_choices
from training.web.fields import DateField, NumberField, RadioField, SelectField, TextField
from training.web.forms import Form, VersionedForm

ONCE, EVERY = "once", "every"
OFTEN = {ONCE: "Once", EVERY: "Every so many months"}


class OtherCourseForm(Form):
    """Another course, by its code."""

    course = SelectField("Course", ask="a course")


class RequirementForm(VersionedForm):
    """Who must do a course."""

    workforce_group = SelectField("Workforce group", required=False, first="Any", coerce=int)
    job_role = TextField(
        "Job role",
        required=False,
        max_length=200,
        hint="As people give it, such as “Social worker”. Leave it empty for everybody in the workforce group",
    )
    often = RadioField("How often?", ask="how often", choices=OFTEN)
    every_months = NumberField("Months between", ask="the months between", least=1, most=MOST_MONTHS)
    source = TextField(
        "Where it is written",
        ask="where it is written",
        max_length=200,
        hint="With its edition, such as “Working Together to Safeguard Children 2026, chapter 4”",
    )
    from_on = DateField("Holds from", ask="the first day")
    to_on = DateField("Until", ask="the last day", required=False, hint="Leave empty while it holds")

    def offer(self, viewer: Viewer) -> None:
        """Fill in the workforce groups."""
        groups = workforce_group_choices(viewer)
        self.workforce_group.choices = {str(group.id): f"{group.number}: {group.name}" for group in groups}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check everything that was sent; the months are asked only where it comes round."""
        self.every_months.required = self.often.data == EVERY
        return super().validate(extra_validators)

    @property
    def details(self) -> RequirementDetails:
        """What was said, for the operations; only of a form that is sound."""
        return RequirementDetails(
            workforce_group_id=self.workforce_group.data or None,
            job_role=self.job_role.data,
            every_months=self.every_months.data if self.often.data == EVERY else None,
            source=self.source.data,
            from_on=self.from_on.data or date.max,
            to_on=self.to_on.data,
        )
