"""Every page of calendars: imports the modules whose views stand on the blueprint."""

from training.calendars import views_account, views_desk, views_feeds, views_programme, views_replies
from training.calendars.blueprint import blueprint

PAGES = (views_account, views_desk, views_feeds, views_programme, views_replies)

__all__ = ["PAGES", "blueprint"]
