"""Every page of the schedule: imports the modules whose views stand on the blueprint."""

from training.schedule import views_sessions, views_venues
from training.schedule.blueprint import blueprint

PAGES = (views_sessions, views_venues)

__all__ = ["PAGES", "blueprint"]
