"""The forms for reserved places: how many, until when, and who comes on one of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from training.bookings.forms_warnings import NoteForm
from training.bookings.models import WAY_LABELS, Way
from training.core import clock
from training.groups.forms import job_in_words
from training.groups.queries_people import Candidate
from training.schedule.models import CourseSession
from training.web.fields import CheckboxField, Choice, DateField, NumberField, RadioField, SelectField, TextAreaField
from training.web.forms import Form

MOST_PLACES = 500


class PlacesForm(Form):
    """How many places, and the last day for names."""

    places = NumberField("How many places?", ask="how many places", least=1, most=MOST_PLACES)
    name_by = DateField(
        "Last day to name who comes",
        ask="the last day to name who comes",
        hint="Until the end of this day. Places without a name then go to whoever waits. Suggested is the last day on "
        "which a place on this session can be cancelled in time.",
    )

    def until(self, course_session: CourseSession) -> datetime:
        """The end of the day, or the start of the session where that comes first."""
        assert self.name_by.data is not None
        return end_of(self.name_by.data, course_session)


class ReserveForm(PlacesForm):
    """Reserve places for an agency; `offer` says for which."""

    agency = SelectField("For which agency?", ask="the agency", coerce=int, first="Select an agency")
    way = RadioField("How are they coming?", ask="how they are coming")

    def offer(self, agencies: Sequence[tuple[int, str]], ways: Mapping[Way, str]) -> None:
        """Fill in the agencies, and the ways of attending where places are kept apart for them."""
        self.agency.choices = {str(key): name for key, name in agencies}
        if ways:
            self.way.choices = [Choice(way.value, WAY_LABELS[way], left) for way, left in ways.items()]
        else:
            del self.way

    @property
    def way_chosen(self) -> Way | None:
        return Way(self.way.data) if "way" in self and self.way.data else None


class GiveBackForm(Form):
    """Give places back that have no name."""

    reason = TextAreaField("Why are you giving them back?", required=False, max_length=500, rows=2)


class NameForm(NoteForm):
    """Somebody who comes on a reserved place: the role they come in, and why although something stands against it."""

    job = RadioField("In which role are they coming?", ask="the role in which they are coming", coerce=int)
    declared = CheckboxField("Their line manager agrees", ask="that their line manager agrees", required=True)

    def offer(self, candidate: Candidate, *, declares: bool) -> None:
        """Ask only what is not known."""
        if len(candidate.jobs) > 1:
            self.job.choices = [Choice(str(job.id), job_in_words(job)) for job in candidate.jobs]
        else:
            del self.job
        if not declares:
            del self.declared

    def job_of(self, candidate: Candidate) -> int | None:
        """The key of the job in which they come."""
        if "job" in self:
            return int(self.job.data)
        return candidate.only_job.id if candidate.only_job is not None else None

    @property
    def is_declared(self) -> bool:
        return "declared" in self and self.declared.data


def end_of(on: date, course_session: CourseSession) -> datetime:
    """The end of a day as the moment at which reserved places go back."""
    return min(clock.start_of_day(on + timedelta(days=1)), course_session.starts_at)


def day_of(name_by: datetime) -> date:
    """The last day on which somebody can be named, for a form."""
    return clock.local(name_by - timedelta(seconds=1)).date()
