"""The form for a change of e-mail domain: what is asked stands in the address, what is done is a button."""

from typing import Any

from wtforms.validators import ValidationError

from training.agencies.rules import clean_domain
from training.core.refusal import Refused
from training.web.fields import Choice, HiddenField, RadioField, SelectField, TextField
from training.web.forms import FilterForm, Form

KEEP = "keep"


class DomainForm(FilterForm):
    """From which domain to which, and whether the old one goes on suggesting the agency."""

    is_compact = False

    old = SelectField("Old domain", ask="the old domain")
    new = TextField("New domain", ask="the new domain", hint="What stands after the @, like council.example.")
    again = TextField(
        "New domain once more", ask="the new domain once more",
        hint="Whoever owns a domain reads all mail to it. A slip of the keyboard would send it to strangers.",
    )  # fmt: skip
    keep = RadioField(
        "The old domain", ask="what happens to the old domain", choices=[
            Choice(KEEP, "Keep it", "It still suggests the agency, for example while both work."),
            Choice("drop", "Drop it", "An address there no longer suggests the agency."),
        ],
    )  # fmt: skip

    def offer(self, domains: list[str]) -> None:
        """Fill the choices."""
        self.old.choices = {domain: domain for domain in domains}

    def validate_new(self, field: TextField) -> None:
        """It must be a domain, and another one."""
        try:
            field.data = clean_domain(field.data)
        except Refused as refusal:
            raise ValidationError(refusal.sentence) from refusal
        if field.data == self.old.data:
            raise ValidationError("The new domain is the same as the old one")

    def validate_again(self, field: TextField) -> None:
        """Typed twice alike."""
        if field.data.strip().lower().removeprefix("@") != self.new.data:
            raise ValidationError("The two new domains are not the same")

    @property
    def asked(self) -> dict[str, Any]:
        """The same as the arguments of an address."""
        return {name: self[name].data for name in ("old", "new", "again", "keep")}


class ApplyDomainForm(Form):
    """Doing what was shown."""

    seen = HiddenField()
