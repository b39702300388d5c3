"""The filters of the public programme, as they stand in the address."""

from training.bookings.queries_programme import ProgrammeFilters
from training.catalogue.models import COURSE_KIND_LABELS, CourseKind, Mode
from training.catalogue.queries import priorities_by_slug
from training.core.viewer import Viewer
from training.people.queries import workforce_group_choices
from training.web.fields import CheckboxField, DateField, SelectField, TextField
from training.web.forms import FilterForm

WAYS = {Mode.FACE_TO_FACE.value: "Face to face", Mode.VIRTUAL.value: "Online"}
KINDS = {kind.value: label for kind, label in COURSE_KIND_LABELS.items() if kind is not CourseKind.MEETING}


class ProgrammeFilterForm(FilterForm):
    """What somebody looks for in the programme."""

    words = TextField("Words", required=False, autocomplete="off")
    places = CheckboxField("Only with places left")
    mode = SelectField("How you come", first="Any way", required=False, choices=WAYS, coerce=Mode)
    kind = SelectField("Kind", first="Any kind", required=False, choices=KINDS, coerce=CourseKind)
    audience = SelectField("Who it is for", first="Anybody", required=False, coerce=int)
    priority = SelectField("Priority", first="Any priority", required=False)
    start = DateField("From", ask="the first date", required=False)
    end = DateField("Until", ask="the last date", required=False)

    def offer(self, viewer: Viewer) -> None:
        """Fill in what can be chosen; a list with nothing to choose from is left out."""
        self.priorities = priorities_by_slug(viewer)
        self.priority.choices = {slug: priority.name for slug, priority in self.priorities.items()}
        self.audience.choices = {
            str(group.number): f"{group.number}: {group.name}" for group in workforce_group_choices(viewer)
        }

    def validate(self, extra_validators: object = None) -> bool:  # noqa: ARG002 - WTForms calls it so
        """Check each field, and that the dates are in order."""
        sound = super().validate()
        if sound and self.start.data and self.end.data and self.end.data < self.start.data:
            self.end.errors = ["The last date must not be before the first"]
            return False
        return sound

    @property
    def more_is_used(self) -> bool:
        """Whether one of the filters that are folded away is in use, so that they must be seen."""
        return any(
            field.errors or not field.blank
            for field in (self.mode, self.kind, self.audience, self.priority, self.start, self.end)
        )

    @property
    def filters(self) -> ProgrammeFilters:
        """What is looked for; a filter that cannot be read is left out."""
        chosen = self.priorities.get(self.priority.data or "")
        return ProgrammeFilters(
            words=self.words.data[:200],
            start=None if self.start.errors else self.start.data,
            end=None if self.end.errors else self.end.data,
            mode=None if self.mode.errors else self.mode.data,
            kind=None if self.kind.errors else self.kind.data,
            priority_id=chosen.id if chosen else None,
            audience=None if self.audience.errors else self.audience.data,
            places=self.places.data,
        )
