"""All pages of custody, on one blueprint."""

from training.custody import views_check, views_data, views_merge, views_retention
from training.custody.blueprint import blueprint

PAGES = (views_check, views_data, views_merge, views_retention)

__all__ = ["PAGES", "blueprint"]
