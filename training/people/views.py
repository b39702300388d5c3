"""All pages of people, on one blueprint."""

from training.people import (
    message_scopes,
    views_agency,
    views_claims,
    views_desk,
    views_desk_jobs,
    views_domains,
    views_files,
    views_headcounts,
    views_leads,
    views_standing,
)
from training.people.blueprint import blueprint

PAGES = (
    message_scopes,
    views_files,
    views_standing,
    views_leads,
    views_agency,
    views_claims,
    views_desk,
    views_desk_jobs,
    views_domains,
    views_headcounts,
)

__all__ = ["PAGES", "blueprint"]
