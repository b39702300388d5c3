"""What the tables of people hold, and how two records of one person become one."""

from uuid import uuid4

from training.core import clock
from training.core.holdings import (
    EMPTY,
    KEEP,
    NOTHING,
    Direct,
    Fate,
    Holding,
    Meeting,
    Through,
    register_holding,
    register_link_subject,
    register_message_subject,
    replaced,
)
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS, SIGN_IN
from training.people.mail_addresses import PROVE_ADDRESS
from training.people.mail_agency import CONFIRM_MANAGER
from training.people.mail_listed import LISTED_BY_AGENCY
from training.people.models import RequestState

ANONYMISED = "Anonymised"


def _new_uniquifier() -> str:
    return uuid4().hex


HELD = (
    Holding(
        table="person",
        label="You",
        follows=("merged_into_id",),
        personal={
            "given_name": replaced(ANONYMISED),
            "family_name": replaced("person"),
            "sort_key": replaced("anonymised"),
            "search_text": EMPTY,
            "telephone": EMPTY,
            "anonymised_at": replaced(clock.now),
        },
        plain=("ref",),
        shown_without=("sort_key", "search_text"),
        kept="people",
    ),
    Holding(
        table="email_address",
        label="Email addresses",
        about=(Direct("person_id"),),
        personal={"address": KEEP},
        fate=Fate.DELETED,
        released={"is_primary": False},
        kept="people",
    ),
    Holding(
        table="address_claim",
        label="Addresses still to be confirmed",
        about=(Direct("person_id"),),
        personal={"address": KEEP},
        fate=Fate.DELETED,
        kept="links",
    ),
    Holding(
        table="employment",
        label="Jobs",
        about=(Direct("person_id"),),
        done_by=("settled_by_id",),
        personal={
            "agency_named": replaced(ANONYMISED, only_where="agency_named <> ''"),
            "staff_number": EMPTY,
            "manager_name": EMPTY,
            "manager_address": EMPTY,
            "manager_confirmed_at": NOTHING,
            "job_role": KEEP,
        },
        kept="people",
    ),
    Holding(table="role_grant", label="Roles", about=(Direct("person_id"),), kept="people"),
    Holding(
        table="lead_request",
        label="Requests to become a training lead",
        about=(Direct("person_id"),),
        done_by=("decided_by_id",),
        personal={"reason": EMPTY, "answer": EMPTY},
        plain=("ref",),
        meeting=Meeting.STAYS_BEHIND,
        released={"state": RequestState.WITHDRAWN.value},
        kept="reasons",
    ),
    Holding(
        table="account",
        label="Account",
        about=(Direct("person_id"),),
        personal={
            "email": replaced("anonymised:", is_numbered=True),
            "password": NOTHING,
            "fs_uniquifier": replaced(_new_uniquifier, is_numbered=True),
            "active": replaced(False),
            "closed_at": replaced(clock.now),
            "closed_because": replaced(ANONYMISED),
            "us_totp_secrets": NOTHING,
            "tf_primary_method": NOTHING,
            "tf_totp_secret": NOTHING,
            "tf_phone_number": NOTHING,
            "fs_webauthn_user_handle": NOTHING,
            "mf_recovery_codes": NOTHING,
            "totp_counter": NOTHING,
        },
        secret=frozenset(
            {
                "password",
                "fs_uniquifier",
                "us_totp_secrets",
                "tf_totp_secret",
                "fs_webauthn_user_handle",
                "mf_recovery_codes",
                "totp_counter",
            }
        ),
        meeting=Meeting.STAYS_BEHIND,
        released={
            "active": False,
            "closed_at": clock.now,
            "closed_because": "This record was merged with another one of the same person",
            "fs_uniquifier": _new_uniquifier,
            "email": replaced("merged:", is_numbered=True),
        },
        shown_without=("tf_phone_number",),
        kept="people",
    ),
    Holding(
        table="passkey",
        label="Passkeys",
        about=(Through("user_id", "account"),),
        personal={"name": KEEP, "credential_id": KEEP, "public_key": KEEP, "extensions": KEEP},
        secret=frozenset({"credential_id", "public_key", "extensions", "sign_count"}),
        plain=("transports", "device_type", "usage"),
        fate=Fate.DELETED,
        shown_without=("transports", "device_type", "usage", "backup_state"),
        kept="people",
    ),
    Holding(
        table="sign_in",
        label="Sign-ins",
        about=(Through("account_id", "account"),),
        personal={"device": KEEP, "key_hash": KEEP},
        secret=frozenset({"key_hash"}),
        plain=("way",),
        fate=Fate.DELETED,
        kept="sign-ins",
    ),
    Holding(
        table="outside_identity",
        label="Single sign-on",
        about=(Through("account_id", "account"),),
        personal={"subject": KEEP, "address": KEEP},
        plain=("issuer",),
        fate=Fate.DELETED,
        kept="people",
    ),
    Holding(table="workforce_group", label="Workforce groups", plain=("name", "examples")),
    Holding(table="headcount", label="Headcounts"),
    Holding(table="unlisted_name", label="Agencies that people named", plain=("folded", "name", "answer")),
)
for held in HELD:
    register_holding(held)

register_link_subject(CONFIRM_ADDRESS.name, "person")
register_link_subject(CHOOSE_PASSWORD.name, "person")
register_link_subject(SIGN_IN.name, "person")
register_link_subject(PROVE_ADDRESS.name, "address_claim")
register_link_subject(LISTED_BY_AGENCY.name, "employment")
register_link_subject(CONFIRM_MANAGER.name, "employment")
register_message_subject("person", "person")
register_message_subject("employment", "employment")
register_message_subject("lead-request", "lead_request")
register_message_subject("role-grant", "role_grant")
