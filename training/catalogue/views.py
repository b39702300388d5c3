"""Every page of the catalogue: imports the modules whose views stand on the blueprint."""

from training.catalogue import views_conditions, views_courses, views_priorities
from training.catalogue.blueprint import blueprint

PAGES = (views_courses, views_conditions, views_priorities)

__all__ = ["PAGES", "blueprint"]
