"""Forms about addresses, standing, leads and dormant accounts: what is asked beside who somebody is."""

from wtforms.validators import ValidationError

from training.people.forms import JobFields
from training.web.fields import (
    Choice,
    DateField,
    EmailField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.web.forms import FilterForm, Form


class ManagerAnswerForm(Form):
    """Whether one manages the person; the name shows that one knows them."""

    answer = RadioField(
        "Are you a line manager there?",
        ask="whether you are their line manager",
        choices={"yes": "Yes, I manage somebody who books training", "no": "No, this is a mistake"},
    )
    family_name = TextField(
        "Last name of the person you manage",
        ask="the last name of the person you manage",
        required=False,
        autocomplete="off",
        hint="Only if you answer yes. It shows us that you know them: we do not give their name to an address that "
        "nobody has confirmed.",
    )

    def validate_family_name(self, field: TextField) -> None:
        """Yes needs the name."""
        if self.answer.data == "yes" and not field.data:
            raise ValidationError("Enter the last name of the person you manage")


class NewAddressForm(Form):
    """One more address of one’s own."""

    address = EmailField(
        "Another email address of yours",
        ask="the email address",
        hint="Your own, not a shared mailbox. We send a link there; the address is yours once you have used it.",
    )


class DeskAddressForm(Form):
    """What the desk does about an address of somebody, and why."""

    deed = RadioField(
        "What do you want to do?",
        ask="what you want to do",
        choices={"add": "Add another address", "main": "Make it the main address", "remove": "Remove it"},
    )
    address = EmailField(
        "Email address",
        ask="the email address",
        autocomplete="off",
        hint="A new address is sent a link, and is theirs once they have used it.",
    )
    reason = TextField("Reason", ask="the reason", hint="For example: they rang and gave the address of their new job.")


class ReasonForm(Form):
    """Why something is done."""

    reason = TextAreaField("Reason", ask="the reason", max_length=500, rows=3)


class SayNoForm(Form):
    """Why a person is not one of an agency’s; they read it."""

    reason = TextAreaField(
        "Why not",
        ask="the reason",
        hint="The person reads it. For example: they left in August, or they work for another school.",
        max_length=500,
        rows=3,
    )


class AgencyPeopleFilters(FilterForm):
    """Filters of the list of an agency’s people."""

    words = TextField("Name or address", ask="a name or an address", required=False)


class AgencyPersonForm(JobFields):
    """Somebody a lead adds, with their job at one of the lead’s agencies."""

    given_name = TextField("First name", ask="the first name", max_length=100)
    family_name = TextField("Last name", ask="the last name", max_length=100)
    address = EmailField(
        "Email address",
        ask="the email address",
        required=False,
        autocomplete="off",
        hint="Their own, not a shared mailbox. Leave it empty if they have none: then their messages come to you, "
        "and you answer for them.",
    )
    staff_number = TextField("Staff number", ask="the staff number", required=False, width=20)

    def offer_agencies(self, agencies: list[tuple[int, str]]) -> None:
        """Only these agencies."""
        self.agency.choices = [Choice(str(key), name) for key, name in agencies]
        del self.agency_named


class LeadRequestForm(Form):
    """Asking to become lead of an agency."""

    agency = SelectField("Agency", ask="the agency", coerce=int, first="Select an agency")
    part = RadioField(
        "What do you want to be?",
        ask="what you want to be",
        choices={"lead": "Training lead", "deputy": "Deputy, who stands in for the lead"},
    )
    reason = TextAreaField(
        "Why you",
        ask="the reason",
        hint="For example: I am the designated safeguarding lead of the school.",
        max_length=500,
        rows=3,
    )


class DecisionForm(Form):
    """Yes or no to somebody who asks to become lead."""

    decision = RadioField("Your answer", ask="yes or no", choices={"yes": "Yes", "no": "No"})
    from_on = DateField("If yes: first day", ask="the first day", required=False)
    to_on = DateField("If yes: last day", ask="the last day", required=False, hint="Leave it empty if no end is set.")
    answer = TextAreaField(
        "If no: why not", ask="the reason", required=False, hint="They read it.", max_length=500, rows=3
    )

    def validate_from_on(self, field: DateField) -> None:
        """Yes begins on a day."""
        if self.decision.data == "yes" and field.data is None:
            raise ValidationError("Enter the first day")

    def validate_answer(self, field: TextAreaField) -> None:
        """No needs a reason."""
        if self.decision.data == "no" and not field.data:
            raise ValidationError("Enter why not")


class DeputyForm(Form):
    """Somebody who stands in for the lead."""

    agency = SelectField("Agency", ask="the agency", coerce=int, first="Select an agency")
    person = TextField(
        "Email address or reference of the person",
        ask="the email address or reference of the person",
        hint="One of your own people. The reference is beside their name, such as P-7K3M.",
        autocomplete="off",
    )
    from_on = DateField("First day", ask="the first day")
    to_on = DateField("Last day", ask="the last day")


class PeriodForm(Form):
    """The first and last day of a job, put right."""

    from_on = DateField("First day", ask="the first day")
    to_on = DateField("Last day", ask="the last day", required=False, hint="Leave it empty if the job goes on.")
    reason = TextField("Reason", ask="the reason", hint="For example: the person gave us the wrong month.")
