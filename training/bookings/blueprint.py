"""The pages of bookings; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("bookings", __name__)
