"""Forms of limits, and of deciding otherwise than an allotment."""

from collections.abc import Sequence
from datetime import datetime, time

from training.agencies.queries import agency_choices, sector_choices
from training.bookings.models import Booking
from training.core import clock
from training.core.viewer import Viewer
from training.web.fields import Choice, DateField, NumberField, RadioField, SelectField, TextAreaField, TimeField
from training.web.forms import Form, VersionedForm

FREE_PLACE = "free"


class LimitForm(Form):
    """The least and the most places of an agency with those below it, or of a sector."""

    group = SelectField("Agency or sector", ask="an agency or a sector", first="Select an agency or a sector")
    least = NumberField(
        "Least places", ask="the least places", hint="Kept for them until the limits end.", required=False, most=500
    )
    most = NumberField("Most places", ask="the most places", required=False, most=500)

    def offer(self, viewer: Viewer) -> None:
        """Fill the choices: sectors first, then agencies, each of which stands for those below it as well."""
        sectors = [Choice(f"sector:{one.id}", f"Sector: {one.name}") for one in sector_choices(viewer)]
        agencies = [Choice(f"agency:{key}", name) for key, name in agency_choices(viewer)]
        self.group.choices = [*sectors, *agencies]

    @property
    def chosen(self) -> dict[str, int]:
        """The key of the agency or of the sector, by the name of the argument."""
        kind, _, key = str(self.group.data).partition(":")
        return {f"{kind}_id": int(key)}


class ReleaseForm(VersionedForm):
    """Until when the limits hold."""

    until = DateField("Last day on which the limits hold", ask="the last day", required=False)
    until_time = TimeField("Time", ask="the time", required=False)

    @property
    def moment(self) -> datetime | None:
        """The moment from which they no longer hold; None for the start of the session."""
        if self.until.data is None:
            return None
        return clock.instant(self.until.data, self.until_time.data or time(17))


class DecideForm(Form):
    """Whose place somebody gets who waits, and why."""

    take = RadioField("Which place do they get?", ask="which place they get")
    reason = TextAreaField("Why?", ask="why you decide otherwise", hint="Both people read it.", rows=3, max_length=500)

    def offer(self, holders: Sequence[Booking], free: int) -> None:
        """Fill the choices: a free place where there is one, and everybody who has one."""
        choices = [Choice(FREE_PLACE, "A free place", "Nobody loses theirs")] if free > 0 else []
        self.take.choices = choices + [
            Choice(
                one.ref, f"The place of {one.person.name}", one.agency.name if one.agency else "Agency to be confirmed"
            )
            for one in holders
        ]
