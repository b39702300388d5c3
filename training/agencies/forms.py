"""Forms of agencies and sectors at the desk."""

from typing import Any

from wtforms.validators import ValidationError

from training.agencies.models import DUTY_LABELS, Agency, Duty
from training.agencies.queries import agency_choices, sector_choices
from training.agencies.queries_desk import Wanted
from training.core import clock
from training.core.viewer import Viewer
from training.web.fields import (
    CheckboxField,
    Choice,
    DateField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.web.forms import FilterForm, Form, VersionedForm


class AgencyForm(VersionedForm):
    """Everything the desk says about an agency."""

    name = TextField("Name", ask="the name of the agency")
    code = TextField(
        "Code",
        ask="a code",
        width=20,
        max_length=40,
        hint="The URN of a school, the ODS code of an NHS body, or your own.",
    )
    sector = SelectField("Sector", ask="a sector", coerce=int)
    sub_sector = TextField("Kind within the sector", ask="the kind", required=False, hint="For example primary school.")
    parent = SelectField(
        "Stands below", ask="the agency above", required=False, coerce=int, first="None: it stands at the top"
    )
    parent_from = DateField(
        "Since when", ask="the day from which it stands there", required=False,
        hint="Only if it moved. Reports can show the agency as it was then. Leave it empty for today.",
    )  # fmt: skip
    domains = TextAreaField(
        "Email domains", ask="the domains", required=False, rows=3, max_length=2000,
        hint="One on each line, like council.example. An address there suggests this agency.",
    )  # fmt: skip
    on_forum = CheckboxField("Sits on the forum")
    is_group = CheckboxField("Stands for many that are not listed one by one", hint="For example “Primary schools”.")
    note = TextAreaField("Note for the desk", ask="a note", required=False)

    def offer(self, viewer: Viewer, agency: Agency | None = None, present: int | None = None) -> None:
        """Fill the choices; an agency cannot stand below itself, and goes on below `present` even if that ended."""
        self.sector.choices = [Choice(str(sector.id), sector.name) for sector in sector_choices(viewer)]
        self.parent.choices = [
            Choice(str(key), name)
            for key, name in agency_choices(viewer, present)
            if agency is None or key != agency.id
        ]

    def columns(self) -> dict[str, Any]:
        """What was answered, by column; parent and domains apart."""
        plain = ("name", "code", "sub_sector", "on_forum", "is_group", "note")
        return {name: self[name].data for name in plain}

    def listed_domains(self) -> list[str]:
        """The typed domains."""
        return self.domains.data.replace(",", " ").replace(";", " ").split()

    def validate_parent_from(self, field: DateField) -> None:
        """The tree says what is, not what will be."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("The day must be today or earlier")


class SectorForm(Form):
    """A sector and where it counts."""

    name = TextField("Name", ask="the name of the sector")
    reporting_group = TextField(
        "Reporting group", ask="the reporting group", hint="Reports add sectors of the same group up."
    )


class AgencyFilters(FilterForm):
    """Filters of the list of agencies."""

    words = TextField("Name, code or domain", ask="a name, a code or a domain", required=False)
    sector = SelectField("Sector", ask="a sector", required=False, coerce=int, first="All sectors")
    duty = SelectField(
        "Duty", ask="a duty", required=False, coerce=Duty, first="All",
        choices={duty.value: label for duty, label in DUTY_LABELS.items()},
    )  # fmt: skip
    member = SelectField(
        "Membership", ask="a membership", required=False, first="All",
        choices={"yes": "Members", "no": "Not members"},
    )  # fmt: skip
    ended = SelectField(
        "Show", ask="what to show", required=False, first="Present agencies", choices={"yes": "Ended agencies"}
    )

    def offer(self, viewer: Viewer) -> None:
        """Fill the choices."""
        self.sector.choices = [Choice(str(sector.id), sector.name) for sector in sector_choices(viewer)]

    def wanted(self) -> Wanted:
        """What was asked for, once the form is valid."""
        return Wanted(
            words=self.words.data,
            sector_id=self.sector.data,
            duty=self.duty.data,
            is_member={"yes": True, "no": False}.get(self.member.data or ""),
            has_ended=self.ended.data == "yes",
        )

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return any(field.data for field in (self.words, self.sector, self.duty, self.member, self.ended))
