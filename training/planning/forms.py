"""Forms of the training plan: opening a year, a line, targets by agency, and the meeting that agreed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from training.planning.models import PlanLine
from training.planning.operations import LineFacts
from training.web.asked import clean_text
from training.web.fields import CheckboxField, DateField, NumberField, SelectField, TextAreaField
from training.web.forms import Form, VersionedForm
from training.web.readings import ReadingError, read_number

MOST = 9_999
"""More sessions, places or attendances than any year of a partnership has seen: a slip of the keyboard."""
QUARTERS = ("April to June", "July to September", "October to December", "January to March")


class OpenPlanForm(Form):
    """Which year to plan, and whether to begin with the lines of the plan before it."""

    year = SelectField("Year", ask="a year", first=None)
    copy_last = CheckboxField("Begin with the lines and targets of the latest plan before it")


def _number(what: str, quarter: int) -> NumberField:
    return NumberField(
        QUARTERS[quarter],
        ask=f"the number of {what} from {QUARTERS[quarter]}",
        least=0,
        most=MOST,
        width=4,
        default=0,
    )


class LineForm(VersionedForm):
    """Why a course runs in the year, and how many sessions and places in each quarter."""

    course = SelectField("Course", ask="a course")
    objective = TextAreaField(
        "Objective",
        required=False,
        max_length=500,
        rows=3,
        hint="What this course is to change this year, such as “Use of the neglect screening tool at first contact”.",
    )
    sessions_q1 = _number("sessions", 0)
    sessions_q2 = _number("sessions", 1)
    sessions_q3 = _number("sessions", 2)
    sessions_q4 = _number("sessions", 3)
    places_q1 = _number("places", 0)
    places_q2 = _number("places", 1)
    places_q3 = _number("places", 2)
    places_q4 = _number("places", 3)

    @property
    def session_fields(self) -> tuple[NumberField, ...]:
        return (self.sessions_q1, self.sessions_q2, self.sessions_q3, self.sessions_q4)

    @property
    def place_fields(self) -> tuple[NumberField, ...]:
        return (self.places_q1, self.places_q2, self.places_q3, self.places_q4)

    def facts(self) -> LineFacts:
        """What was typed, once the form is valid."""
        sessions = [field.data or 0 for field in self.session_fields]
        places = [field.data or 0 for field in self.place_fields]
        return LineFacts(
            self.objective.data,
            (sessions[0], sessions[1], sessions[2], sessions[3]),
            (places[0], places[1], places[2], places[3]),
        )


class RemoveLineForm(VersionedForm):
    """Taking a line off the plan."""


class AgreeForm(VersionedForm):
    """The meeting at which the plan was agreed."""

    agreed_on = DateField(
        "When did the subgroup agree this plan?", ask="the date of the meeting", hint="For example, 27 3 2026"
    )


@dataclass(frozen=True)
class TargetRow:
    """One agency's input: its name on the form, what stands in it, and what is wrong with that."""

    agency_id: int
    agency: str
    sector: str
    field: str
    identity: str
    typed: str
    error: str = ""


class TargetsForm(VersionedForm):
    """Target attendances of one line, an input for each agency; empty is no target.

    The inputs are plain HTML, for there are as many as agencies: `read` takes them from what was sent.
    """

    rows: tuple[TargetRow, ...] = ()

    def show(self, agencies: list[tuple[int, str, str, str]], targets: Mapping[int, int]) -> None:
        """Fill the inputs of `agencies` (key, code, name, sector) with `targets`."""
        self.rows = tuple(
            TargetRow(key, name, sector, f"target-{code}", f"target-{place}", str(targets.get(key) or ""))
            for place, (key, code, name, sector) in enumerate(agencies, 1)
        )

    def read(self, agencies: list[tuple[int, str, str, str]], sent: Mapping[str, str]) -> dict[int, int]:
        """The targets in `sent`; what cannot be read stands in the rows with its error."""
        found: dict[int, int] = {}
        rows: list[TargetRow] = []
        for place, (key, code, name, sector) in enumerate(agencies, 1):
            field = f"target-{code}"
            typed, error = clean_text(sent.get(field, "")), ""
            if typed:
                try:
                    found[key] = read_number(typed, f"The target of {name}", 0, MOST)
                except ReadingError as problem:
                    error = str(problem)
            rows.append(TargetRow(key, name, sector, field, f"target-{place}", typed, error))
        self.rows = tuple(rows)
        return found

    @property
    def failed(self) -> bool:
        return super().failed or any(row.error for row in self.rows)

    def errors_for_summary(self) -> list[tuple[str, str | None]]:
        wrong = [(row.error, f"#{row.identity}") for row in self.rows if row.error]
        return [*super().errors_for_summary(), *wrong]


def line_form(line: PlanLine | None = None) -> LineForm:
    """The form of a line, filled with what it says; of a new one without it."""
    form = LineForm(obj=line)
    if line is not None:
        del form.course
    return form
