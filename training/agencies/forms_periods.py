"""Forms of what is so over a time: where an agency stands, its membership, and the fee bands."""

from training.agencies.models import AgencyMembership, AgencyParent, FeeBand
from training.agencies.queries import agency_choices
from training.core.viewer import Viewer
from training.web.fields import Choice, DateField, SelectField, TextAreaField, TextField
from training.web.forms import Form, VersionedForm

NO_BAND = "No fee band"


class MoveForm(VersionedForm):
    """Where an agency stands from a day on."""

    parent = SelectField(
        "Stands below", ask="the agency above", required=False, coerce=int, first="None: it stands at the top"
    )
    parent_from = DateField(
        "From which day", ask="the day from which it stands there",
        hint="Today or earlier. What was before stays, and reports can show it as it was then.",
    )  # fmt: skip
    reason = TextField("Reason", ask="the reason", required=False, hint="For example: joined the trust.")

    def offer(self, viewer: Viewer, agency_id: int, present: int | None) -> None:
        """Fill the choices; an agency cannot stand below itself."""
        self.parent.choices = [
            Choice(str(key), name) for key, name in agency_choices(viewer, present) if key != agency_id
        ]


class CorrectParentForm(Form):
    """A period in the tree that was written down wrongly."""

    parent = SelectField("Stood below", ask="the agency above", coerce=int)
    from_on = DateField("First day", ask="the first day")
    to_on = DateField("Last day", ask="the last day", required=False, hint="Leave it empty if it is still there.")
    reason = TextField("What was wrong", ask="what was wrong", hint="It is kept in the audit log.")

    def offer(self, viewer: Viewer, period: AgencyParent) -> None:
        """Fill the choices, ended agencies too, for this may be long ago."""
        self.parent.choices = [
            Choice(str(key), name) for key, name in agency_choices(viewer, with_ended=True) if key != period.agency_id
        ]


class RemoveForm(Form):
    """A period that never was."""

    reason = TextField("What was wrong", ask="what was wrong", hint="It is kept in the audit log.")


class MembershipForm(VersionedForm):
    """A membership that begins, or another fee band, from a day on."""

    band = SelectField("Fee band", ask="the fee band", required=False, coerce=int, first=NO_BAND)
    from_on = DateField("From which day", ask="the day", hint="Today or earlier.")

    def offer(self, bands: list[FeeBand]) -> None:
        """Fill the choices."""
        self.band.choices = [Choice(str(band.id), band.name) for band in bands]


class CorrectMembershipForm(MembershipForm):
    """A membership that was written down wrongly."""

    to_on = DateField("Last day", ask="the last day", required=False, hint="Leave it empty if it is still a member.")
    reason = TextField("What was wrong", ask="what was wrong", hint="It is kept in the audit log.")

    def show(self, membership: AgencyMembership) -> None:
        """Start from what is written down."""
        self.band.data = membership.fee_band_id


class EndMembershipForm(VersionedForm):
    """The last day of a membership."""

    last_on = DateField("Last day as a member", ask="the last day", hint="Today or earlier.")


class FeeBandForm(Form):
    """A fee band of the partnership."""

    name = TextField("Name", ask="the name of the fee band", hint="For example: maintained schools.")
    note = TextAreaField("What it means", ask="what it means", required=False, rows=3, max_length=500)
