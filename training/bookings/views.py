"""Every page of bookings: imports the modules whose views stand on the blueprint."""

from training.bookings import (
    message_scopes,
    views_agreement_rule,
    views_agreements,
    views_asked,
    views_book,
    views_demand,
    views_desk_sessions,
    views_endings,
    views_first,
    views_moving,
    views_my,
    views_needs,
    views_not_me,
    views_offers,
    views_people,
    views_public,
    views_reminders,
    views_substitution,
    views_to_confirm,
    views_waits,
    views_warnings,
    views_why,
)
from training.bookings.blueprint import blueprint

PAGES = (
    message_scopes,
    views_agreement_rule,
    views_agreements,
    views_asked,
    views_book,
    views_desk_sessions,
    views_endings,
    views_first,
    views_moving,
    views_my,
    views_needs,
    views_not_me,
    views_offers,
    views_people,
    views_public,
    views_reminders,
    views_to_confirm,
    views_demand,
    views_substitution,
    views_waits,
    views_warnings,
    views_why,
)

__all__ = ["PAGES", "blueprint"]
