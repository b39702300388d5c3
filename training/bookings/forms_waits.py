"""The form by which somebody waits for a course: its dates in order of preference, and new ones."""

from collections.abc import Collection, Sequence
from typing import Any

from wtforms import Field

from training.bookings.forms import agency_named
from training.bookings.forms_warnings import NoteForm
from training.bookings.models import WAY_LABELS, Way
from training.bookings.operations_course_waits import MOST_DATES
from training.bookings.queries_dates import CourseDate
from training.catalogue.models import Agreement
from training.people.models import Employment
from training.web.fields import CheckboxField, Choice, RadioField, SelectField
from training.web.formats import ordinal

FIELD = "date_"
TWICE = "Give each date a different place in your order"


class OrderField(SelectField):
    """Which choice one date is; that a date can be left out is said above all of them."""

    def title(self, heading: bool) -> dict[str, Any]:
        return {"text": self.label.text, "isPageHeading": heading}


class WaitForm(NoteForm):
    """Which dates, the dearest first, and whether to be told of new ones; nothing is chosen beforehand."""

    tell_new_dates = CheckboxField(
        "Tell me about new dates", hint="We write to you once for each new date as soon as it can be booked."
    )
    way = RadioField(
        "How are you coming?",
        ask="how you are coming",
        hint="For the dates on which you can come to the room or join online.",
        choices=WAY_LABELS,
        coerce=Way,
    )
    employment = RadioField("In which role are you coming?", ask="the role in which you are coming", coerce=int)
    declared = CheckboxField("I have my line manager’s agreement", ask="that you have your line manager’s agreement")

    refs: tuple[str, ...] = ()
    """The references of the dates on offer."""

    def offer(self, dates: Sequence[CourseDate], jobs: Sequence[Employment], rules: Collection[Agreement]) -> None:
        """Ask only what counts for these dates and jobs."""
        if len(jobs) > 1:
            self.employment.choices = [
                Choice(str(job.id), job.job_role or "Role not given", agency_named(job)) for job in jobs
            ]
        else:
            del self.employment
        if all(len(one.ways) == 1 for one in dates):
            del self.way
        else:
            self.way.required = False
        if not dates or Agreement.DECLARED not in rules:
            del self.declared
        else:
            # Checked by the deed: whoever only asks for new dates has nothing to be agreed to yet.
            self.declared.required = False
        if not dates:
            self.tell_new_dates.required = True

    @property
    def dates(self) -> list[Field]:
        """The fields of the dates, soonest first."""
        return [self[FIELD + ref] for ref in self.refs]

    @property
    def chosen(self) -> list[str]:
        """The references of the dates chosen, the dearest first; of a form that is sound."""
        ranked = [(self[FIELD + ref].data, ref) for ref in self.refs if self[FIELD + ref].data]
        return [ref for _, ref in sorted(ranked)]

    @property
    def way_chosen(self) -> Way | None:
        return self.way.data if "way" in self else None

    @property
    def employment_id(self) -> int | None:
        return self.employment.data if "employment" in self else None

    @property
    def is_declared(self) -> bool:
        return "declared" in self and self.declared.data

    def has_order(self) -> bool:
        """Whether no two dates have the same place in the order; says so by the second where they have."""
        seen: set[int] = set()
        for ref in self.refs:
            rank = self[FIELD + ref].data
            if rank in seen:
                self.add_error(TWICE, FIELD + ref)
            elif rank:
                seen.add(rank)
        return not self.failed


def wait_form(dates: Sequence[CourseDate], **options: Any) -> WaitForm:
    """The form for these dates, each with a field of its own, by its reference."""
    fields = {FIELD + one.session.ref: _field(one, min(len(dates), MOST_DATES)) for one in dates}
    refs = tuple(one.session.ref for one in dates)
    kind: type[WaitForm] = type("WaitFormOfDates", (WaitForm,), {**fields, "refs": refs})
    return kind(**options)


def _field(one: CourseDate, ranks: int) -> OrderField:
    sentences = [f"{one.where}: {one.places_in_words()}."]
    if one.gives_place:
        sentences.append("If you choose it and nobody goes before you, you are booked at once.")
    sentences += [f"Clash: {clash.sentence}" for clash in one.clashes]
    return OrderField(
        one.when,
        ask=f"your order for {one.when}",
        hint=" ".join(sentences),
        required=False,
        first="Not this date",
        choices={str(rank): f"{ordinal(rank).capitalize()} choice" for rank in range(1, ranks + 1)},
        coerce=int,
    )
