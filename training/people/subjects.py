"""How the audit log calls the rows of people."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from training.agencies.models import Agency
from training.core.database import Base
from training.core.subjects import Rows, plain_rows, register_subject
from training.core.viewer import ROLE_LABELS
from training.people.models import (
    REQUEST_STATE_LABELS,
    STANDING_LABELS,
    Account,
    AddressClaim,
    EmailAddress,
    Employment,
    LeadRequest,
    OutsideIdentity,
    Passkey,
    Person,
    RoleGrant,
    SignIn,
)
from training.people.models_workforce import Headcount, WorkforceGroup

NAME = Person.given_name + " " + Person.family_name
PAGE: dict[str, Any] = {"endpoint": "people.desk_person", "references": (Person.ref,)}
_survivor = aliased(Person)


def _of_person(model: type[Base], key: Any, person_id: Any) -> Rows:
    """Rows of `model` under the name and the reference of their person."""
    return select(key, NAME, Person.ref).select_from(model).join(Person, Person.id == person_id)


def _of_account(model: type[Base], key: Any, account_id: Any) -> Rows:
    """Rows of `model` under the name and the reference of the person whose account they belong to."""
    return (
        select(key, NAME, Person.ref)
        .select_from(model)
        .join(Account, Account.id == account_id)
        .join(Person, Person.id == Account.person_id)
    )


register_subject(WorkforceGroup, "Workforce group", plain_rows(WorkforceGroup, WorkforceGroup.name))
register_subject(
    Person,
    "Person",
    # Who was merged into somebody is found under that one too.
    select(Person.id, NAME, Person.ref).outerjoin(_survivor, _survivor.id == Person.merged_into_id),
    endpoint="people.desk_person",
    references=(Person.ref, _survivor.ref),
    search=Person.search_text,
    labels={"given_name": "First name", "family_name": "Last name", "merged_into_id": "Merged into"},
)
register_subject(
    Employment,
    "Job",
    _of_person(Employment, Employment.id, Employment.person_id),
    labels={"agency_named": "Agency as named", "from_on": "From", "to_on": "To", "settled_by_id": "Settled by"},
    words=(STANDING_LABELS,),
    **PAGE,
)
register_subject(
    RoleGrant,
    "Role",
    _of_person(RoleGrant, RoleGrant.id, RoleGrant.person_id),
    labels={"from_on": "From", "to_on": "To"},
    words=(ROLE_LABELS,),
    **PAGE,
)
register_subject(
    LeadRequest,
    "Request to lead",
    select(LeadRequest.id, NAME + ", " + Agency.name, Person.ref)
    .join(Person, Person.id == LeadRequest.person_id)
    .join(Agency, Agency.id == LeadRequest.agency_id),
    words=(REQUEST_STATE_LABELS,),
    endpoint="people.desk_person",
    references=(Person.ref, LeadRequest.ref, Agency.code),
)
register_subject(
    EmailAddress, "Email address", _of_person(EmailAddress, EmailAddress.id, EmailAddress.person_id), **PAGE
)
register_subject(
    AddressClaim, "Address to confirm", _of_person(AddressClaim, AddressClaim.id, AddressClaim.person_id), **PAGE
)
register_subject(Account, "Account", _of_person(Account, Account.id, Account.person_id), **PAGE)
register_subject(Passkey, "Passkey", _of_account(Passkey, Passkey.id, Passkey.user_id), **PAGE)
register_subject(SignIn, "Sign-in", _of_account(SignIn, SignIn.id, SignIn.account_id), **PAGE)
register_subject(
    OutsideIdentity,
    "Single sign-on",
    _of_account(OutsideIdentity, OutsideIdentity.id, OutsideIdentity.account_id),
    **PAGE,
)
register_subject(
    Headcount,
    "Headcount",
    select(Headcount.id, Agency.name, Agency.code).join(Agency, Agency.id == Headcount.agency_id),
    endpoint="agencies.desk_agency",
    argument="code",
    references=(Agency.code,),
)
