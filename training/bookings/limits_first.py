"""How often the pages of booking without being signed in are taken."""

from flask import Flask

from training.bookings.views_first import address_of_request
from training.web.limits import HOUR, JOINING, SIGNING_IN, Limit, declare_limits, for_one_address

FIRST_LIMITS: dict[str, tuple[Limit, ...]] = {
    "bookings.first_book": (JOINING, for_one_address("address")),
    "bookings.first_code": (SIGNING_IN,),
    "bookings.first_new_code": (JOINING, Limit("ask-for-address", 10, HOUR, address_of_request)),
}


def declare_first_limits(app: Flask) -> None:
    """Tell the application, once its pages are there."""
    declare_limits(app, FIRST_LIMITS)
