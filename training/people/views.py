"""All pages of people, on one blueprint."""

from training.people import (
    views_account,
    views_addresses,
    views_agency,
    views_claims,
    views_closed,
    views_desk,
    views_desk_factors,
    views_desk_jobs,
    views_domains,
    views_factors,
    views_files,
    views_headcounts,
    views_leads,
    views_passkeys,
    views_second_step,
    views_sign_in,
    views_sign_ins,
    views_sign_up,
    views_single_sign_on,
    views_standing,
)
from training.people.blueprint import blueprint

PAGES = (
    views_files,
    views_account,
    views_standing,
    views_leads,
    views_closed,
    views_agency,
    views_addresses,
    views_claims,
    views_desk,
    views_desk_factors,
    views_desk_jobs,
    views_domains,
    views_factors,
    views_passkeys,
    views_second_step,
    views_sign_in,
    views_sign_ins,
    views_sign_up,
    views_single_sign_on,
    views_headcounts,
)

__all__ = ["PAGES", "blueprint"]
