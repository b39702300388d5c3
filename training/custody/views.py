"""All pages of custody, on one blueprint."""

from training.custody import views_merge
from training.custody.blueprint import blueprint

PAGES = (views_merge,)

__all__ = ["PAGES", "blueprint"]
