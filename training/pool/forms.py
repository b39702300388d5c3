"""Forms of the training pool: its filters, what somebody may teach, who cannot come, and whom to ask instead."""

from collections.abc import Sequence

from training.agencies.queries import agency_choices
from training.catalogue.queries import courses_by_code
from training.core.viewer import Viewer
from training.pool.queries_candidates import Candidate
from training.pool.queries_people import TAUGHT_LABELS, PoolFilters, Taught
from training.schedule.forms import TrainerForm
from training.schedule.models import TrainerCourse
from training.web.fields import CheckboxesField, Choice, DateField, SelectField, TextAreaField, TextField
from training.web.formats import short_day
from training.web.forms import FilterForm, Form, VersionedForm

OBSERVED = "When somebody of the training team last watched them teach it"
NOTE = "The trainer reads it too. For example “with a second trainer only”"


class PoolFilterForm(FilterForm):
    """Which trainers the desk wants to see."""

    words = TextField("Name", ask="a name", required=False)
    course = SelectField("May teach", ask="a course", first="Any course", required=False)
    agency = SelectField("Agency", ask="an agency", first="All agencies", required=False, coerce=int)
    taught = SelectField(
        "Last taught", ask="when", first="Any time", required=False, choices=TAUGHT_LABELS, coerce=Taught
    )

    def offer(self, viewer: Viewer) -> None:
        """Fill in the courses and the agencies."""
        self.courses = courses_by_code(viewer)
        self.course.choices = {code: title for code, (_, title) in self.courses.items()}
        self.agency.choices = [Choice(str(key), name) for key, name in agency_choices(viewer, with_ended=True)]

    @property
    def filters(self) -> PoolFilters:
        """What is looked for; a filter that cannot be read is left out."""
        key, _ = self.courses.get(self.course.data or "", (None, ""))
        return PoolFilters(
            words=self.words.data[:200],
            course_id=key,
            agency_id=None if self.agency.errors else self.agency.data,
            taught=None if self.taught.errors else self.taught.data,
        )


class MayTeachForm(VersionedForm):
    """Since when somebody may teach a course, and when somebody last watched them teach it."""

    since_on = DateField("May teach it since", ask="since when they may teach it")
    observed_on = DateField(
        "Last observed on",
        ask="the day they were last observed",
        required=False,
        hint=OBSERVED,
    )
    note = TextField("Note", ask="the note", required=False, hint=NOTE)


class NewCourseForm(Form):
    """A course that somebody may teach from now on."""

    course = SelectField("Course", ask="a course")
    since_on = DateField("May teach it since", ask="since when they may teach it")
    observed_on = DateField("Last observed on", ask="the day they were last observed", required=False, hint=OBSERVED)
    note = TextField("Note", ask="the note", required=False, hint=NOTE)

    def offer(self, choices: dict[str, str]) -> None:
        """Fill in the courses that are not noted yet, by code."""
        self.course.choices = choices


def values_of_course(row: TrainerCourse) -> dict[str, object]:
    """What the form about a course begins with."""
    return {
        "since_on": row.since_on,
        "observed_on": row.observed_on,
        "note": row.note,
        "row_version": row.row_version,
    }


class CannotComeForm(Form):
    """That a trainer cannot come, and why, in a few words."""

    reason = TextAreaField(
        "Why",
        ask="a few words on why",
        hint="The training team reads it. Please write nothing about anybody’s health.",
        max_length=500,
        rows=3,
    )


class AskForm(Form):
    """Whom to ask at once."""

    people = CheckboxesField("Whom to ask", ask="whom to ask")
    note = TextAreaField(
        "Anything they should know",
        ask="what they should know",
        required=False,
        hint="It stands in the message to everybody you ask",
        max_length=500,
        rows=3,
    )

    def offer(self, people: Sequence[Candidate]) -> None:
        """These people, with what helps to choose."""
        self.people.choices = [Choice(one.ref, one.name, _in_short(one)) for one in people]


def _in_short(one: Candidate) -> str:
    last = f"taught it {short_day(one.last_at)}" if one.last_at else "has not taught it yet"
    facts = [one.agency or "agency not known", last, one.telephone or "no telephone number"]
    own = [f"Has a booking ({clash.booking_ref}) on {clash.title} in these hours." for clash in one.busy]
    asked = [] if one.has_address else ["No email address: whoever receives their messages is asked."]
    unsure = [] if one.is_noted else ["Not noted for this course."]
    return " ".join([*unsure, f"{', '.join(facts)}.", *own, *asked])


class AddTrainerForm(TrainerForm):
    """Somebody to teach a session, with who may teach its course named first."""

    def offer_pool(self, names: dict[str, str], allowed: Sequence[str]) -> None:
        """Fill in the people of the pool: those of `allowed` (references) first, the others marked."""
        first = {ref: name for ref, name in names.items() if ref in allowed}
        rest = {ref: f"{name} (not noted for this course)" for ref, name in names.items() if ref not in allowed}
        self.person.choices = first | (rest if first else {ref: names[ref] for ref in rest})
