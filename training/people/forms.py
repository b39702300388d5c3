"""Forms of people: signing up, details, jobs, roles."""

from wtforms.validators import ValidationError

from training.agencies.queries import agency_called, agency_choices
from training.core.viewer import COMMAND, ROLE_LABELS, Role, Viewer
from training.people.models import Employment
from training.people.operations_jobs import Job
from training.people.queries import workforce_group_choices
from training.web.fields import (
    CheckboxField,
    Choice,
    DateField,
    EmailField,
    SelectField,
    TextField,
)
from training.web.forms import FilterForm, Form, VersionedForm

NOT_LISTED = "not-listed"


class NewcomerFields(Form):
    """Who somebody is, before where they work."""

    given_name = TextField("First name", ask="your first name", autocomplete="given-name", max_length=100)
    family_name = TextField("Last name", ask="your last name", autocomplete="family-name", max_length=100)
    address = EmailField(
        "Your own email address",
        ask="your email address",
        hint="Your work address if you have one of your own. Messages about your bookings go there.",
    )


class JobFields(Form):
    """Where somebody works, as what, and who their manager is."""

    agency = SelectField("Agency", ask="the agency", first="Select an agency")
    agency_named = TextField(
        "Name of the agency", ask="the name of the agency", required=False, hint="Only if the agency is not listed."
    )
    job_role = TextField("Job role", ask="the job role", hint="For example health visitor, teacher or social worker.")
    workforce_group = SelectField(
        "Workforce group",
        ask="the workforce group",
        required=False,
        coerce=int,
        first="Not sure",
        hint="How closely the work is with children and families. It decides which training is suggested.",
    )
    manager_name = TextField("Name of the line manager", ask="the name of the line manager", required=False)
    manager_address = EmailField(
        "Email address of the line manager",
        ask="the email address of the line manager",
        required=False,
        autocomplete="off",
    )
    has_no_manager = CheckboxField("I have no line manager", hint="Then your agency’s training lead is asked instead.")

    def offer(self, viewer: Viewer, also: int | None = None) -> None:
        """Fill the choices; three queries. `also` is the agency of a job, which may have ended."""
        agencies = [Choice(str(key), name) for key, name in agency_choices(viewer, also)]
        self.agency.choices = [*agencies, Choice(NOT_LISTED, "My agency is not listed")]
        self.workforce_group.choices = [
            Choice(str(group.id), f"{group.number}. {group.name}") for group in workforce_group_choices(viewer)
        ]

    def show(self, employment: Employment) -> None:
        """Start from a job as it is."""
        known = employment.agency_id is not None
        self.agency.data = str(employment.agency_id) if known else NOT_LISTED
        self.agency_named.data = employment.agency_named
        self.job_role.data = employment.job_role
        self.workforce_group.data = employment.workforce_group_id
        self.manager_name.data = employment.manager_name
        self.manager_address.data = employment.manager_address
        self.has_no_manager.data = employment.has_no_manager

    def speak_of_somebody_else(self) -> None:
        """Ask about another person’s job."""
        self.has_no_manager.label.text = "They have no line manager"
        self.has_no_manager.description = "Then the agency’s training lead is asked instead."

    def validate_agency_named(self, field: TextField) -> None:
        """An agency that is not listed needs a name."""
        if self.agency.data == NOT_LISTED and not field.data:
            raise ValidationError("Enter the name of the agency")

    def job(self, staff_number: str = "") -> Job:
        """What was answered."""
        listed = self.agency.data not in (None, "", NOT_LISTED)
        # Whoever types a name that is in the list, or was, is not made to wait for the desk.
        called = None if listed else agency_called(COMMAND, self.agency_named.data)
        return Job(
            job_role=self.job_role.data,
            agency_id=int(self.agency.data) if listed else called and called.id,
            agency_named="" if listed or called else self.agency_named.data,
            workforce_group_id=self.workforce_group.data,
            staff_number=staff_number,
            manager_name=self.manager_name.data,
            manager_address=self.manager_address.data.lower(),
            has_no_manager=self.has_no_manager.data,
        )


class DetailsForm(VersionedForm):
    """Names and telephone of oneself."""

    given_name = TextField("First name", ask="the first name", max_length=100)
    family_name = TextField("Last name", ask="the last name", max_length=100)
    telephone = TextField("Telephone", ask="the telephone number", required=False, width=20, autocomplete="tel")


class PersonForm(DetailsForm):
    """A person’s details at the desk."""

    address = EmailField(
        "Email address",
        ask="the email address",
        required=False,
        autocomplete="off",
        hint="Their own, not a shared mailbox. Without one, their agency’s lead receives their messages.",
    )


class NewPersonForm(JobFields):
    """Somebody the desk adds, with their present job."""

    given_name = TextField("First name", ask="the first name", max_length=100)
    family_name = TextField("Last name", ask="the last name", max_length=100)
    telephone = TextField("Telephone", ask="the telephone number", required=False, width=20)
    address = EmailField(
        "Email address",
        ask="the email address",
        required=False,
        autocomplete="off",
        hint="Their own, not a shared mailbox. Without one, their agency’s lead receives their messages.",
    )
    staff_number = TextField("Staff number", ask="the staff number", required=False, width=20)


class DeskJobForm(JobFields):
    """A job that the desk adds or puts right."""

    staff_number = TextField("Staff number", ask="the staff number", required=False, width=20)
    from_on = DateField("First day", ask="the first day")


class MoveForm(JobFields):
    """One’s own job: what changed, and since when for another agency."""

    from_on = DateField(
        "If you moved to another agency: since when",
        ask="the day you moved",
        required=False,
        hint="What you did before stays with the agency you were at. Leave it empty if it was today.",
    )
    new_address = EmailField(
        "If you moved: your email address there",
        ask="your email address there",
        required=False,
        hint="We send a link there. Once you have used it, your new agency knows you by it, messages go there, and you "
        "sign in with it.",
    )


class EndForm(Form):
    """The last day of a job or role."""

    last_on = DateField("Last day", ask="the last day")


class RoleForm(Form):
    """A role to give."""

    role = SelectField("Role", ask="a role")
    agency = SelectField(
        "Agency",
        ask="the agency",
        required=False,
        coerce=int,
        first="Everywhere",
        hint="For an agency training lead: it and what is below it.",
    )
    is_deputy = CheckboxField("Deputy, who stands in for the lead", hint="Only for an agency training lead.")
    from_on = DateField("First day", ask="the first day")
    to_on = DateField("Last day", ask="the last day", required=False, hint="Leave it empty if no end is set.")


class PeopleFilters(FilterForm):
    """Filters of the list of people."""

    words = TextField("Name or address", ask="a name or an address", required=False)
    agency = SelectField("Agency", ask="an agency", required=False, coerce=int, first="All agencies")
    role = SelectField(
        "Role",
        ask="a role",
        required=False,
        first="All roles",
        choices={role.value: label for role, label in ROLE_LABELS.items() if role is not Role.LEARNER},
    )
