"""The form by which somebody names a colleague to take a place."""

from collections.abc import Sequence
from hashlib import sha256

from training.bookings.forms_warnings import LONGEST
from training.people.operations_named import NamedColleague
from training.web.fields import CheckboxField, EmailField, HiddenField, TextAreaField, TextField
from training.web.forms import Form


class ColleagueForm(Form):
    """Who comes instead. It is shown what will happen before it happens, just as it is typed then."""

    address = EmailField(
        "Work email address",
        ask="their work email address",
        hint="Of this one person. Everything about the booking goes there.",
        autocomplete="off",
    )
    given_name = TextField("Given name", ask="their given name", autocomplete="off")
    family_name = TextField("Family name", ask="their family name", autocomplete="off")
    job_role = TextField("Job role", ask="their job role", hint="For example social worker", autocomplete="off")
    note = TextAreaField(
        "What they have done before",
        ask="what they have done before",
        required=False,
        max_length=LONGEST,
        rows=3,
    )
    declared = CheckboxField("Their line manager agrees", ask="that their line manager agrees", required=True)
    seen = HiddenField()

    def offer(self, *, before: Sequence[str], is_declared: bool, at_desk: bool) -> None:
        """Ask only what counts: what comes `before` the course, and the manager’s agreement where it is declared."""
        if before:
            titles = " and ".join(f"“{title}”" for title in before)
            self.note.description = (
                f"This course asks for {titles} first. Say in a few words whether they have done it; the training "
                "team and they can read it. Please write nothing about health."
            )
        else:
            del self.note
        if at_desk:
            self.declared.required = False
            self.declared.description = "Needed where the rule of their agency asks for it"
        elif not is_declared:
            del self.declared

    @property
    def named(self) -> NamedColleague:
        """Whoever was typed; of a form that is sound."""
        return NamedColleague(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            address=self.address.data,
            job_role=self.job_role.data,
        )

    @property
    def noted(self) -> str:
        """The note; empty where none was asked for or written."""
        return self.note.data if "note" in self else ""

    @property
    def is_declared(self) -> bool:
        return "declared" in self and self.declared.data

    def was_shown(self) -> bool:
        """Whether the page that sent this form showed what it comes to; the next one does."""
        typed = (self.named, self.noted, self.is_declared)
        shown = sha256(repr(typed).encode()).hexdigest()[:20]
        before, self.seen.data = self.seen.data, shown
        return before == shown
