"""Forms of the desk's catalogue."""

import re
from decimal import Decimal

from training.catalogue.models import (
    COURSE_KIND_LABELS,
    COURSE_STATUS_LABELS,
    MODE_LABELS,
    Agreement,
    Course,
    CourseKind,
    CourseStatus,
    Mode,
)
from training.catalogue.operations import CourseDetails
from training.catalogue.queries import priority_choices
from training.core.viewer import Viewer
from training.people.queries import workforce_group_choices
from training.web.fields import (
    CheckboxesField,
    CheckboxField,
    Choice,
    DateField,
    NumberField,
    RadioField,
    SelectField,
    ShortAnswerField,
    TextAreaField,
    TextField,
)
from training.web.forms import FilterForm, VersionedForm
from training.web.readings import ReadingError

AS_THEIR_AGENCY = "standard"
"""What stands for a course without a rule of its own."""
AGREEMENTS = (
    Choice(
        AS_THEIR_AGENCY,
        "As the agency or the partnership has it",
        "The agency of whoever books decides; where it has no rule, the partnership’s holds",
    ),
    Choice(Agreement.NONE.value, "None", "Anybody may book by themselves"),
    Choice(
        Agreement.DECLARED.value,
        "Declared",
        "The learner says so with each booking; the manager is told and may object",
    ),
    Choice(
        Agreement.ASKED.value,
        "Asked",
        "The manager says yes or no; a place is held for the learner until they answer",
    ),
)
_HOURS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


class HoursField(ShortAnswerField):
    """Hours of learning, with parts of an hour."""

    data: Decimal | None

    def read(self, text: str) -> Decimal:
        if not _HOURS.fullmatch(text):
            raise ReadingError(f"{self.subject} must be a number, like 6 or 2.5")
        return Decimal(text)

    def as_text(self) -> str:
        return (
            ""
            if self.data is None
            else f"{self.data:f}".rstrip("0").rstrip(".")
            if self.data % 1
            else str(int(self.data))
        )

    def parameters(self) -> dict[str, object]:
        return {"value": self.shown, "inputmode": "decimal", "spellcheck": False}


class CourseForm(VersionedForm):
    """Everything that is said about a course."""

    title = TextField("Title", ask="the title")
    code = TextField(
        "Code", ask="the code", hint="Begins the references of its sessions, for example WT", max_length=8, width=5
    )
    kind = SelectField("Kind", ask="the kind", choices=COURSE_KIND_LABELS, coerce=CourseKind)
    summary = TextAreaField(
        "Summary", ask="the summary", hint="One or two sentences: what it is, in plain words", max_length=600, rows=3
    )
    aims = TextAreaField("What it is about", required=False, max_length=4000, rows=6)
    outcomes = TextAreaField(
        "Outcomes",
        required=False,
        hint="One on each line, such as “I can recognise the signs of neglect”. People rate them before and after",
        rows=6,
    )
    audience = CheckboxesField(
        "Who it is for", ask="who it is for", required=False, hint="Choose none if it is for everybody", coerce=int
    )
    mode = RadioField("Usual way to hold it", ask="how it is usually held", choices=MODE_LABELS, coerce=Mode)
    hours = HoursField("Hours of learning", ask="the hours of learning")
    capacity = NumberField("Usual number of places", ask="the usual number of places", least=1, most=2000)
    minimum = NumberField("Least number of people to run it", ask="the least number of people", most=2000)
    agreement = RadioField("Agreement of the line manager", ask="the agreement of the line manager", choices=AGREEMENTS)
    valid_months = NumberField(
        "Months it counts for", ask="the months it counts for", hint="0 if it does not run out", most=600
    )
    priority = SelectField("Priority it serves", required=False, first="None", coerce=int)
    is_participatory = CheckboxField("People take part, not only listen")
    is_multi_agency = CheckboxField("Several agencies learn together")

    def offer(self, viewer: Viewer, course: Course | None = None) -> None:
        """Fill in what can be chosen; a priority that has ended stays with the courses that have it."""
        choices = priority_choices(viewer)
        if course is not None and course.priority is not None:
            choices.setdefault(str(course.priority.id), course.priority.name)
        self.priority.choices = choices
        self.audience.choices = [
            Choice(str(group.id), f"{group.number}: {group.name}", group.examples)
            for group in workforce_group_choices(viewer)
        ]

    @property
    def details(self) -> CourseDetails:
        """What was said, for the operations; only of a form that is sound."""
        return CourseDetails(
            code=self.code.data,
            title=self.title.data,
            kind=self.kind.data,
            summary=self.summary.data,
            aims=self.aims.data,
            mode=self.mode.data,
            capacity=self.capacity.data or 0,
            minimum=self.minimum.data or 0,
            hours=self.hours.data or Decimal(0),
            is_participatory=self.is_participatory.data,
            is_multi_agency=self.is_multi_agency.data,
            agreement=None if self.agreement.data == AS_THEIR_AGENCY else Agreement(self.agreement.data),
            valid_months=self.valid_months.data or 0,
            priority_id=self.priority.data or None,
            audience=tuple(self.audience.data),
        )

    @property
    def outcome_texts(self) -> list[str]:
        """The outcomes, one a line."""
        return self.outcomes.data.splitlines()


class CourseFilterForm(FilterForm):
    """Which courses the desk wants to see."""

    words = TextField("Words or code", required=False)
    kind = SelectField("Kind", first="Any", required=False, choices=COURSE_KIND_LABELS, coerce=CourseKind)
    status = SelectField("Status", first="Any", required=False, choices=COURSE_STATUS_LABELS, coerce=CourseStatus)


class PriorityForm(VersionedForm):
    """A strategic priority and how long it stands."""

    name = TextField("Name", ask="the name of the priority")
    from_on = DateField("Stands from", ask="the first day")
    to_on = DateField("Until", ask="the last day", required=False, hint="Leave empty while it stands")
