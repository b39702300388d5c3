"""Forms of rolling forward: from which days to which start, and then which sessions on which days."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from training.core import clock
from training.core.batch_kinds import Plan
from training.core.batches import Verdict
from training.core.spreadsheets import read_day
from training.core.viewer import Viewer
from training.programme.queries import terms_known
from training.programme.rolling import Suggestion
from training.programme.term_dates import Term
from training.programme.writing import day_text
from training.web.asked import AskedField
from training.web.fields import CheckboxField, DateField, SelectField, ShortAnswerField
from training.web.forms import FilterForm, Form
from training.web.readings import ReadingError


class RollSourceForm(FilterForm):
    """Which sessions are rolled forward, a term or days of one’s own, and the first day of the new term."""

    term = SelectField("From the term", ask="a term", first="Days of my own, below", required=False, coerce=Term.parse)
    first = DateField("From the day", ask="the first day", required=False)
    last = DateField("To the day", ask="the last day", required=False)
    start = DateField("The new term begins on", ask="the first day of the new term", required=False)
    trainers = CheckboxField("Ask the same trainers", hint="They hear of it once a session is published")

    def offer(self, viewer: Viewer) -> None:
        """Fill in the terms that have sessions."""
        self.term.choices = {str(term): term.name for term in terms_known(viewer)}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field; a term or two days in order, and a start after them."""
        sound = super().validate(extra_validators)
        if not sound:
            return False
        if self.term.data is None:
            for field in (self.first, self.last):
                if field.data is None:
                    self._say(field, field.missing)
        if self.start.data is None:
            self._say(self.start, self.start.missing)
        if not any(field.errors for field in (self.first, self.last, self.start)):
            self._check_order()
        return not self.failed

    def _check_order(self) -> None:
        first, last = self.source
        start = self.start.data
        if last < first:
            self._say(self.last, "The last day must be on or after the first day")
        elif (last - first).days > 366:
            self._say(self.last, "Roll forward a year at most at once")
        elif start is not None and start <= first:
            self._say(self.start, "The new term must begin after the one it is taken from")
        elif start is not None and start < clock.today():
            self._say(self.start, "The new term must begin today or later")

    @property
    def source(self) -> tuple[date, date]:
        """The first and the last day of what is rolled forward; only of a form that is sound."""
        term = self.term.data
        if isinstance(term, Term):
            return term.first, term.last
        first, last = self.first.data, self.last.data
        if first is None or last is None:
            raise ValueError("the form was not validated")
        return first, last

    @property
    def source_name(self) -> str:
        """What is rolled forward, as the batch is called."""
        term = self.term.data
        if isinstance(term, Term):
            return term.name
        first, last = self.source
        return f"{day_text(first)} to {day_text(last)}"

    @staticmethod
    def _say(field: AskedField, sentence: str) -> None:
        field.errors = [*field.errors, sentence]


class DayTextField(ShortAnswerField):
    """A day in one line, as a spreadsheet has it: "12 January 2027"."""

    data: date | None

    def read(self, text: str) -> date:
        day = read_day(text)
        if day is None:
            raise ReadingError(f"Enter {self.ask} like 12 January 2027")
        return day

    def as_text(self) -> str:
        return "" if self.data is None else day_text(self.data)

    def parameters(self) -> dict[str, Any]:
        return {"value": self.shown, "spellcheck": False}


class RollForm(Form):
    """Which of the suggested sessions are taken, and on which day each begins: fields `take_1`, `on_1` and so on."""

    marks_optional = False
    is_compact = True
    suggested: Sequence[Suggestion] = ()

    def taken(self) -> list[tuple[int, Suggestion, date]]:
        """The number, the session and the day of each that is ticked; only of a form that is sound."""
        found: list[tuple[int, Suggestion, date]] = []
        for number, suggestion in enumerate(self.suggested, 1):
            on = self[f"on_{number}"].data
            if self[f"take_{number}"].data and on is not None:
                found.append((number, suggestion, on))
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the days of those that are ticked, and that there is one."""
        super().validate(extra_validators)
        for number, _suggestion in enumerate(self.suggested, 1):
            on = self[f"on_{number}"]
            if not self[f"take_{number}"].data:
                on.errors = []
            elif on.data is None and not on.errors:
                self.add_error(f"Enter {on.ask}" if isinstance(on, AskedField) else "Enter the day", on.name)
        if not any(self[f"take_{number}"].data for number, _ in enumerate(self.suggested, 1)):
            self.add_error("Tick at least one session")
        return not self.failed

    def refuse(self, plans: Mapping[int, Plan]) -> bool:
        """Say by each field why its session cannot be loaded; whether there was any. `plans` by number of the form."""
        problems = {number: plan for number, plan in plans.items() if plan.verdict is not Verdict.ADD}
        for number, plan in problems.items():
            self.add_error(" ".join(plan.sentences), f"on_{number}")
        return bool(problems)


def roll_form_for(suggested: Sequence[Suggestion], ticked: Collection[int]) -> RollForm:
    """The form for these sessions on the days suggested; `ticked` are taken until somebody says otherwise."""
    fields: dict[str, object] = {"suggested": suggested}
    values: dict[str, object] = {}
    for number, suggestion in enumerate(suggested, 1):
        title = suggestion.session.course.title
        fields[f"take_{number}"] = CheckboxField(f"Take {suggestion.session.ref}")
        fields[f"on_{number}"] = DayTextField("Begins on", ask=f"the day of {title}", required=False)
        values[f"take_{number}"], values[f"on_{number}"] = number in ticked, suggestion.on
    made: type[RollForm] = type("RollFormOfThese", (RollForm,), fields)
    return made(data=values)
