"""The pages of calendars; the views modules of this room add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("calendars", __name__)
