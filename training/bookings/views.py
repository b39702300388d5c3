"""Every page of bookings: imports the modules whose views stand on the blueprint."""

from training.bookings import views_offers
from training.bookings.blueprint import blueprint

PAGES = (views_offers,)

__all__ = ["PAGES", "blueprint"]
