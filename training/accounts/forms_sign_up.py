"""Forms of asking for an account and choosing its password."""

from typing import Any

from training.accounts.forms import NewPasswordField
from training.people.forms import JobFields, NewcomerFields
from training.web.fields import EmailField
from training.web.forms import Form


class SignUpForm(JobFields, NewcomerFields):
    """Asking for an account; its fields stand in the order of the page, for the summary of errors follows it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency.required = False
        self.agency.label.text = "Your agency"
        self.agency.description = "If you leave this empty, we go by your email address."
        self.job_role.label.text, self.job_role.ask = "Your job role", "your job role"
        self.manager_name.label.text = "Name of your line manager"
        self.manager_address.label.text = "Email address of your line manager"


class AddressForm(Form):
    """An address to write to."""

    address = EmailField("Your email address", ask="your email address")


class ChoosePasswordForm(Form):
    """A new password for an account."""

    password = NewPasswordField()
