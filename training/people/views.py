"""All pages of people, on one blueprint."""

from training.people import (
    views_account,
    views_claims,
    views_desk,
    views_desk_jobs,
    views_domains,
    views_headcounts,
    views_sign_ins,
    views_sign_up,
)
from training.people.blueprint import blueprint

PAGES = (
    views_account,
    views_claims,
    views_desk,
    views_desk_jobs,
    views_domains,
    views_headcounts,
    views_sign_ins,
    views_sign_up,
)

__all__ = ["PAGES", "blueprint"]
