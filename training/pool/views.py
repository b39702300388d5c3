"""Every page of the training pool: imports the modules whose views stand on the blueprint."""

from training.pool import views_answers, views_find, views_pool, views_session
from training.pool.blueprint import blueprint

PAGES = (views_answers, views_find, views_pool, views_session)

__all__ = ["PAGES", "blueprint"]
