"""The forms for several people at once: whom to book, and how."""

from collections.abc import Collection, Mapping, Sequence

from training.bookings.forms import agency_named
from training.bookings.forms_warnings import LONGEST, NoteField
from training.bookings.models import WAY_LABELS, Way
from training.bookings.rules_checking import Warned, needs_note, questions_in
from training.groups.queries_people import Candidate
from training.people.models import Employment
from training.web.fields import CheckboxField, Choice, RadioField, SelectField, TextField
from training.web.forms import FilterForm, Form

MANY, TOGETHER = "many", "together"


class PeopleFilter(FilterForm):
    """Find those to book among one’s people."""

    words = TextField("Name or address", ask="a name or an address", required=False)


class SessionFilter(FilterForm):
    """Find the session to book people on."""

    words = TextField("Course or reference", ask="the name of a course", required=False)


class GroupForm(Form):
    """How a group is booked; the job and the note of each person are fields of their own, named by `group_form_for`."""

    together = RadioField("How should they be booked?", ask="how they should be booked")
    way = RadioField("How are they coming?", ask="how they are coming")
    declared = CheckboxField("Their line managers agree", ask="that their line managers agree", required=True)

    def job_of(self, candidate: Candidate) -> int | None:
        """The key of the job in which somebody comes; None where none is known."""
        name = f"job_{candidate.ref}"
        if name in self:
            return int(self[name].data)
        return candidate.only_job.id if candidate.only_job is not None else None

    def note_of(self, candidate: Candidate) -> str:
        """Why the course is right for somebody although something stands against it; empty where nothing does."""
        name = f"note_{candidate.ref}"
        return self[name].data if name in self else ""

    @property
    def come_together(self) -> bool:
        return "together" in self and self.together.data == TOGETHER

    @property
    def way_chosen(self) -> Way | None:
        """The way chosen; None where there was nothing to choose."""
        return Way(self.way.data) if "way" in self and self.way.data else None

    @property
    def is_declared(self) -> bool:
        return "declared" in self and self.declared.data


def group_form_for(
    people: Sequence[Candidate],
    warned: Mapping[int, Sequence[Warned]],
    *,
    ways: Mapping[Way, str],
    hints: Mapping[str, str],
    declares: Collection[str],
    at_desk: bool,
) -> GroupForm:
    """The form for these people; `hints` say what each way of booking them comes to now.

    `declares` names those whose agreement is declared by whoever books; the desk need not say why a course is right.
    """
    fields: dict[str, object] = {}
    for one in people:
        if len(one.jobs) > 1:
            fields[f"job_{one.ref}"] = SelectField(
                f"Role in which {one.name} comes",
                ask=f"the role in which {one.name} comes",
                choices=[Choice(str(job.id), job_in_words(job)) for job in one.jobs],
            )
        several = warned.get(one.person_id, ())
        if questions_in(several) and not one.present:
            fields[f"note_{one.ref}"] = NoteField(
                f"Why it is right for {one.name}",
                required=needs_note(several) and not at_desk,
                max_length=LONGEST,
                rows=2,
            )
    made: type[GroupForm] = type("GroupFormOfThese", (GroupForm,), fields)
    form = made()
    if len(people) > 1:
        form.together.choices = [
            Choice(MANY, "As many as possible", hints[MANY]),
            Choice(TOGETHER, "Together or not at all", hints[TOGETHER]),
        ]
    else:
        del form.together
    if ways:
        form.way.choices = [Choice(way.value, WAY_LABELS[way], left) for way, left in ways.items()]
    else:
        del form.way
    if not declares:
        del form.declared
    return form


def job_in_words(job: Employment) -> str:
    """A job as it is chosen: the role, and where."""
    return f"{job.job_role or 'Role not given'}, {agency_named(job)}"
