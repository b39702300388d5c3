"""The forms of booking without being signed in: who, from where, and the code."""

from collections.abc import Collection, Mapping

from wtforms.validators import ValidationError

from training.agencies.queries import agency_called, agency_choices, suggested_agency
from training.bookings.models import WAY_LABELS, Way
from training.bookings.operations_first import Typed
from training.catalogue.models import Agreement
from training.core.viewer import ANONYMOUS
from training.people.forms import NOT_LISTED, NewcomerFields
from training.people.operations_jobs import Job
from training.web.fields import CheckboxField, Choice, EmailField, HiddenField, RadioField, SelectField, TextField
from training.web.forms import Form

NO_AGENCY = "Select your agency, or say what it is called. Your email address does not show which one it is"
NOBODY_TO_ASK = "Enter the email address of your line manager, or say that you have none"
NOT_DECLARED = "Confirm that you have your line manager’s agreement"


class FirstBookForm(NewcomerFields):
    """What is asked of somebody who books for the first time; the order is that of the page."""

    marks_optional = False

    agency = SelectField(
        "Your agency",
        ask="your agency",
        required=False,
        first="Select an agency",
        hint="If you leave this empty, we go by your email address.",
    )
    agency_named = TextField("What is your agency called?", ask="the name of your agency", required=False)
    job_role = TextField(
        "Your job role", ask="your job role", hint="For example health visitor, teacher or social worker."
    )
    way = RadioField("How are you coming?", ask="how you are coming")
    manager_address = EmailField(
        "Email address of your line manager",
        ask="the email address of your line manager",
        required=False,
        autocomplete="off",
        hint="We ask them whether you may go. A place is kept for you meanwhile.",
    )
    has_no_manager = CheckboxField(
        "I have no line manager", required=False, hint="Then your agency’s training lead is asked instead."
    )
    declared = CheckboxField(
        "I have my line manager’s agreement", ask="that you have your line manager’s agreement", required=True
    )
    again = HiddenField()
    """The key of what this browser began before and puts right now."""

    def offer(self, rules: Collection[Agreement], ways: Mapping[Way, str]) -> None:
        """Ask what the rules of agreement that may hold want, and the way where there is a choice."""
        agencies = [Choice(str(key), name) for key, name in agency_choices(ANONYMOUS)]
        self.agency.choices = [*agencies, Choice(NOT_LISTED, "My agency is not listed")]
        self.address.label.text = "Your work email address"
        self.address.description = "Your own, not a shared mailbox. We send a code there."
        if ways:
            self.way.choices = [Choice(way.value, WAY_LABELS[way], left) for way, left in ways.items()]
        else:
            del self.way
        if Agreement.ASKED not in rules:
            del self.manager_address
            del self.has_no_manager
        if Agreement.DECLARED not in rules:
            del self.declared
        elif len(rules) > 1:
            self.declared.required = False
            self.declared.description = "Where your agency wants it"
        if len(rules) > 1 and "manager_address" in self:
            self.manager_address.description = "Where your agency wants us to ask them."

    def show(self, typed: Mapping[str, str]) -> None:
        """Begin with what was typed before."""
        for name, text in typed.items():
            if name in self and name != "again":
                field = self[name]
                field.data = bool(text) if name in ("has_no_manager", "declared") else text

    def settle_agency(self) -> bool:
        """Take the agency from the address where none was chosen; False, with an error, where that shows none."""
        if self.agency_named.data and self.agency.data in (None, ""):
            self.agency.data = NOT_LISTED
        if self.agency.data:
            return True
        suggested = suggested_agency(self.address.data)
        if suggested is None:
            self.add_error(NO_AGENCY, "agency")
            return False
        self.agency.data = str(suggested.id)
        return True

    def require_what_the_rule_wants(self, rule: Agreement) -> bool:
        """Say, by the field, what the rule of the agency wants and was left empty; True where nothing is."""
        if rule is Agreement.DECLARED and "declared" in self and not self.declared.data:
            self.add_error(NOT_DECLARED, "declared")
        asks = rule is Agreement.ASKED and "manager_address" in self
        if asks and not self.manager_address.data and not self.has_no_manager.data:
            self.add_error(NOBODY_TO_ASK, "manager_address")
        return not self.failed

    def validate_agency_named(self, field: TextField) -> None:
        """An agency that is not listed needs a name."""
        if self.agency.data == NOT_LISTED and not field.data:
            raise ValidationError("Enter the name of your agency")

    def job(self) -> Job:
        """Where they work."""
        listed = self.agency.data not in (None, "", NOT_LISTED)
        called = None if listed else agency_called(ANONYMOUS, self.agency_named.data)
        return Job(
            job_role=self.job_role.data,
            agency_id=int(self.agency.data) if listed else called and called.id,
            agency_named="" if listed or called else self.agency_named.data,
            manager_address=self.manager_address.data.lower() if "manager_address" in self else "",
            has_no_manager="has_no_manager" in self and self.has_no_manager.data,
        )

    def typed(self) -> Typed:
        """All that was typed."""
        return Typed(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            address=self.address.data,
            job=self.job(),
            declared="declared" in self and self.declared.data,
            way=Way(self.way.data) if "way" in self and self.way.data else None,
            form=self.as_texts(),
        )

    def as_texts(self) -> dict[str, str]:
        """What was typed by the name of each field, for the page to show it again."""
        names = (
            "given_name", "family_name", "address", "agency", "agency_named", "job_role", "way", "manager_address",
        )  # fmt: skip
        texts = {name: str(self[name].data or "") for name in names if name in self}
        boxes = {name: "yes" for name in ("has_no_manager", "declared") if name in self and self[name].data}
        return texts | boxes


class FirstCodeForm(Form):
    """The code from the message.

    Without a one-time token: the same code sent twice leads to the same booking, and signs in both times, for the
    browser that pressed twice listens to the second answer alone.
    """

    form_token = None

    code = TextField(
        "Code from the message",
        ask="the code from the message",
        hint="8 digits, for example 4071 9925",
        autocomplete="one-time-code",
        width=10,
    )
