"""The form for a pasted list: the list itself, and what to do about each line that names nobody for certain."""

from collections.abc import Sequence
from typing import Any

from training.groups.looking_up import ReadList, key_of
from training.groups.queries_people import Candidate
from training.groups.reading import LONGEST_LINE, MOST_LINES, Line
from training.people.operations import NewPerson
from training.web.fields import CheckboxField, Choice, RadioField, SelectField, TextAreaField, TextField
from training.web.forms import Form

LEAVE, ADD = "leave", "add"


class PastedForm(Form):
    """A list of people; fields for single lines are named by `pasted_form_for`."""

    people = TextAreaField(
        "People, one a line",
        ask="the people, one a line",
        hint="An email address, a name, or both: for example Priya Nair <priya.nair@agency.example>, or two columns "
        "copied from a spreadsheet.",
        max_length=MOST_LINES * LONGEST_LINE,
        rows=10,
    )
    left_out = CheckboxField(
        "Leave out the lines that nobody can be booked by",
        ask="that these lines are left out, or put them right in the list",
        required=True,
    )

    def chosen_for(self, line: Line) -> str:
        """What is to be done about a line: the reference of a person, “add”, or “leave”."""
        return str(self[f"line_{key_of(line)}"].data)

    def wants_added(self, line: Line) -> bool:
        return self.chosen_for(line) == ADD

    def new_person(self, line: Line) -> NewPerson:
        """Whom a line adds, as it was filled in."""
        key = key_of(line)
        agency = self[f"agency_{key}"].data if f"agency_{key}" in self else self.only_agency
        return NewPerson(
            given_name=self[f"given_{key}"].data,
            family_name=self[f"family_{key}"].data,
            address=line.address or None,
            job_role=self[f"role_{key}"].data,
            agency_id=int(agency) if agency else None,
        )

    def refuse(self, line: Line, sentence: str, field: str) -> None:
        """Say by the line what stands against adding somebody."""
        names = {"given_name": "given", "family_name": "family", "job_role": "role", "agency": "agency"}
        wanted = f"{names.get(field, 'line')}_{key_of(line)}"
        where = wanted if wanted in self else f"line_{key_of(line)}"
        self.add_error(f"Line {line.number}: {sentence}", where)

    only_agency: int | None = None
    unknown: Sequence[Line] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check as usual, and that whoever is added has a name, a role and an agency."""
        super().validate(extra_validators)
        for line in self.unknown:
            if not self[f"line_{key_of(line)}"].errors and self.wants_added(line):
                self._require(line)
        return not self.failed

    def _require(self, line: Line) -> None:
        key = key_of(line)
        asked = {"given": "the first name", "family": "the last name", "role": "the job role", "agency": "the agency"}
        for name, what in asked.items():
            field = f"{name}_{key}"
            if field in self and not self[field].data and not self[field].errors:
                verb = "Select" if name == "agency" else "Enter"
                self.add_error(f"{verb} {what} of {line.name or line.address}", field)


def pasted_form_for(read: ReadList | None, agencies: Sequence[tuple[int, str]]) -> PastedForm:
    """The form for a list as it was read, None where nothing was yet; `agencies` are those people can be added to."""
    fields: dict[str, object] = {}
    for line, people in read.several if read else ():
        fields[f"line_{key_of(line)}"] = RadioField(
            f"Line {line.number}: which {line.name}?",
            ask=f"which {line.name} you mean (line {line.number})",
            choices=[*(_choice(one) for one in people), Choice(LEAVE, "Leave this line out")],
        )
    for line in read.unknown if read else ():
        fields |= _fields_for(line, agencies)
    if read is not None:
        fields["unknown"] = tuple(read.unknown)
    if len(agencies) == 1:
        fields["only_agency"] = agencies[0][0]
    made: type[PastedForm] = type("PastedFormOfThese", (PastedForm,), fields)
    form = made()
    if read is None or not read.refused:
        del form.left_out
    return form


def _choice(one: Candidate) -> Choice:
    works = [f"{job.job_role or 'Role not given'}, {job.agency.name if job.agency else ''}" for job in one.jobs]
    return Choice(one.ref, one.name, "; ".join([*([one.address] if one.address else ["no email address"]), *works]))


def _fields_for(line: Line, agencies: Sequence[tuple[int, str]]) -> dict[str, object]:
    key, who = key_of(line), line.address or line.name
    fields: dict[str, object] = {
        f"line_{key}": RadioField(
            f"Line {line.number}: {who}",
            ask=f"what to do about {who} (line {line.number})",
            choices=[Choice(ADD, "Add them as somebody new, and book them"), Choice(LEAVE, "Leave this line out")],
        ),
        f"given_{key}": _text(f"First name, line {line.number}", line.given_name),
        f"family_{key}": _text(f"Last name, line {line.number}", line.family_name),
        f"role_{key}": _text(f"Job role, line {line.number}", ""),
    }
    if len(agencies) != 1:
        fields[f"agency_{key}"] = SelectField(
            f"Agency, line {line.number}",
            first="Select an agency",
            required=False,
            choices={str(number): name for number, name in agencies},
        )
    return fields


def _text(label: str, value: str) -> TextField:
    return TextField(label, required=False, max_length=100, default=value)
