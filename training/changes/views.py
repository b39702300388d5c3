"""Every page of deeds on a session: imports the modules whose views stand on the blueprint."""

from training.changes import (
    views_call_off,
    views_capacity,
    views_coming,
    views_details,
    views_move,
    views_telling,
)
from training.changes.blueprint import blueprint

PAGES = (views_call_off, views_capacity, views_coming, views_details, views_move, views_telling)

__all__ = ["PAGES", "blueprint"]
