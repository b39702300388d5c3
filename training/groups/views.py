"""Every page for several people at once: imports the modules whose views stand on the blueprint."""

from training.groups import (
    additions,
    message_samples,
    views_bookings,
    views_check,
    views_group,
    views_naming,
    views_pasted,
    views_people,
    views_reservations,
)
from training.groups.blueprint import blueprint

PAGES = (
    additions,
    message_samples,
    views_bookings,
    views_check,
    views_group,
    views_naming,
    views_pasted,
    views_people,
    views_reservations,
)

__all__ = ["PAGES", "blueprint"]
