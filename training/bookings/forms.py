"""The forms about bookings and places."""

from collections.abc import Collection, Mapping

from training.bookings.forms_warnings import NoteForm
from training.bookings.models import WAY_LABELS, Way
from training.catalogue.models import Agreement
from training.people.models import Employment
from training.web.fields import (
    CheckboxField,
    Choice,
    HiddenField,
    RadioField,
    TextAreaField,
    TextField,
)
from training.web.forms import FilterForm, Form
from training.web.readings import ReadingError

NOT_TAKEN_OR_LEFT = "Choose whether you take the place"


class AnswerField(HiddenField):
    """Which of two buttons was pressed."""

    def check(self) -> None:
        if self.data not in ("take", "leave"):
            raise ReadingError(NOT_TAKEN_OR_LEFT)

    @property
    def missing(self) -> str:
        return NOT_TAKEN_OR_LEFT


class AnswerForm(Form):
    """Take an offered place, or leave it; nothing is chosen beforehand."""

    answer = AnswerField(required=True)


class BookForm(NoteForm):
    """What is asked of somebody who books: the role they come in where they have several, and the agreement."""

    employment = RadioField("In which role are you coming?", ask="the role in which you are coming", coerce=int)
    manager = RadioField(
        "Is this still your line manager?",
        ask="whether this is still your line manager",
        choices={"yes": "Yes", "no": "No, that has changed"},
    )
    way = RadioField("How are you coming?", ask="how you are coming")
    declared = CheckboxField(
        "I have my line manager’s agreement", ask="that you have your line manager’s agreement", required=True
    )

    def offer(self, employments: list[Employment], *, rules: Collection[Agreement], for_other: bool) -> None:
        """Ask only what is not known: no role where there is one, no agreement where none is declared.

        `rules` are the rules of agreement of their jobs; where they differ, it depends on the role that is chosen.
        """
        if len(employments) > 1:
            self.employment.choices = [
                Choice(str(job.id), job.job_role or "Role not given", agency_named(job)) for job in employments
            ]
        else:
            del self.employment
        if Agreement.DECLARED not in rules:
            del self.declared
        elif len(rules) > 1:
            self.declared.required = False
            self.declared.description = "Not needed in every role"
        self._ask_about_manager([] if for_other else [job for job in employments if job.manager_address])
        if for_other:
            self._speak_of_somebody_else()

    def offer_ways(self, ways: Mapping[Way, str]) -> None:
        """Ask which way they come where the session leaves the choice; `ways` says of each how many places are left."""
        if not ways:
            del self.way
            return
        self.way.choices = [Choice(way.value, WAY_LABELS[way], left) for way, left in ways.items()]

    @property
    def way_chosen(self) -> Way | None:
        """The way chosen; None where there was nothing to choose."""
        return Way(self.way.data) if "way" in self and self.way.data else None

    @property
    def employment_id(self) -> int | None:
        """The job chosen; None where nothing had to be chosen."""
        return int(self.employment.data) if "employment" in self and self.employment.data is not None else None

    @property
    def says_manager_changed(self) -> bool:
        """Whether the person says that the manager we know is theirs no more."""
        return "manager" in self and self.manager.data == "no"

    def jobs_without_their_manager(self, employments: list[Employment]) -> list[Employment]:
        """The jobs whose manager is to be forgotten: the one they come in, or the only one."""
        if not self.says_manager_changed:
            return []
        chosen = self.employment_id
        return [job for job in employments if chosen is None or job.id == chosen]

    def _ask_about_manager(self, jobs: list[Employment]) -> None:
        if not jobs:
            del self.manager
            return
        names = [job.manager_name or job.manager_address for job in jobs]
        if len(jobs) == 1:
            self.manager.label.text = f"Is {names[0]} still your line manager?"
            self.manager.ask = f"whether {names[0]} is still your line manager"
            return
        self.manager.label.text = "In this role, is your line manager still the same?"
        self.manager.ask = "whether your line manager is still the same"
        self.manager.description = "We know: " + "; ".join(
            f"{name} at {agency_named(job)}" for name, job in zip(names, jobs, strict=True)
        )

    @property
    def is_declared(self) -> bool:
        """Whether the agreement was declared."""
        return "declared" in self and self.declared.data

    def _speak_of_somebody_else(self) -> None:
        if "employment" in self:
            self.employment.label.text = "In which role are they coming?"
            self.employment.ask = "the role in which they are coming"
        if "way" in self:
            self.way.label.text, self.way.ask = "How are they coming?", "how they are coming"
        if "declared" in self:
            self.declared.label.text = "Their line manager agrees"
            self.declared.ask = "that their line manager agrees"


def agency_named(job: Employment) -> str:
    """The agency of a job, or that it is to be confirmed and what the person called it."""
    return job.agency.name if job.agency else f"Agency to be confirmed: {job.agency_named}"


class CancelForm(Form):
    """Cancel one's own booking."""

    reason = TextAreaField(
        "Why are you cancelling?",
        hint="It helps us to plan. Please write nothing about health.",
        required=False,
        max_length=500,
        rows=3,
    )


class DeskCancelForm(Form):
    """Cancel somebody's booking from the desk."""

    reason = TextAreaField("Reason", ask="the reason", hint="The person will read it.", max_length=500, rows=3)


class PersonSearchForm(FilterForm):
    """Find somebody to book."""

    q = TextField("Name, email address or reference", ask="a name", required=False)
