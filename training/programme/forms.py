"""Forms of the programme: which term and sessions, copying a session, school holidays."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from training.catalogue.models import MODE_LABELS, Mode
from training.catalogue.queries import courses_by_code
from training.core import clock
from training.core.viewer import Viewer
from training.programme.queries import ProgrammeFilters, terms_known
from training.programme.term_dates import Term
from training.schedule.models import SESSION_STATUS_LABELS, SchoolHoliday, SessionStatus
from training.web.fields import CheckboxField, DateField, SelectField, TextField
from training.web.forms import FilterForm, Form, VersionedForm

AHEAD = timedelta(weeks=6)
"""The coming term is the one that will be running so much later: six weeks before it begins the officer looks there."""


def coming_term() -> Term:
    """The term that the programme opens with."""
    return Term.of(clock.today() + AHEAD)


class ProgrammeFilterForm(FilterForm):
    """Which term, and which of its sessions."""

    term = SelectField("Term", first=None, required=False, coerce=Term.parse)
    course = SelectField("Course", first="Any", required=False)
    status = SelectField("State", first="All but called off", required=False, choices=SESSION_STATUS_LABELS,
                         coerce=SessionStatus)  # fmt: skip
    mode = SelectField("How it is held", first="Any", required=False, choices=MODE_LABELS, coerce=Mode)

    def offer(self, viewer: Viewer) -> None:
        """Fill in the terms that have sessions and the next ones, and the courses."""
        asked = self.wanted_term
        terms = {*terms_known(viewer), asked}
        ordered = sorted(terms, key=lambda term: term.first, reverse=True)
        self.term.choices = {str(term): term.name for term in ordered}
        self.term.data = asked
        self.courses = courses_by_code(viewer)
        self.course.choices = {code: title for code, (_, title) in self.courses.items()}

    @property
    def wanted_term(self) -> Term:
        """The term asked for; the coming one where none is, or it cannot be read."""
        term = self.term.data
        return term if isinstance(term, Term) and not self.term.process_errors else coming_term()

    @property
    def filters(self) -> ProgrammeFilters:
        """What is looked for; a filter that cannot be read is left out."""
        key, _ = self.courses.get(self.course.data or "", (None, ""))
        return ProgrammeFilters(
            course_id=key,
            status=None if self.status.errors else self.status.data,
            mode=None if self.mode.errors else self.mode.data,
        )


class CopyForm(Form):
    """The first day of a copy, and whether the same people are asked to teach."""

    on = DateField("First day of the copy", ask="the first day of the copy")
    ask_trainers = CheckboxField(
        "Ask the same trainers", hint="They are put down as asked, and hear of it once the copy is published"
    )


class HolidayForm(VersionedForm):
    """Days on which the schools of the area are closed."""

    name = TextField("What it is called", ask="what the holiday is called", hint="Like “Spring half term”")
    from_on = DateField("First day", ask="the first day of the holiday")
    to_on = DateField("Last day", ask="the last day of the holiday")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that the days run forward."""
        sound = super().validate(extra_validators)
        first, last = self.from_on.data, self.to_on.data
        if first is not None and last is not None and last < first:
            self.add_error("The last day must be on or after the first day", "to_on")
            return False
        return sound

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day; only of a form that is sound."""
        first, last = self.from_on.data, self.to_on.data
        if first is None or last is None:
            raise ValueError("the form was not validated")
        return first, last


def values_of_holiday(holiday: SchoolHoliday) -> Mapping[str, object]:
    """What the form of a holiday begins with."""
    return {name: getattr(holiday, name) for name in ("name", "from_on", "to_on", "row_version")}
